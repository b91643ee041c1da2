/** How long a target took to recover after each peak of load: the rules of the recorder (k6-ext/report/recovery.go). */

import { mergeSparseHistograms, percentileOf, type SparseHistogram } from "../../result/sparse-histogram.ts";
import { medianOf } from "../../result/steadiness.ts";
import type { Peak, RecoveryReport } from "../../schema/run.generated.ts";
import { emptyHistogram, type ReportedSecond, responsesOf } from "./second.ts";
import type { Timeline } from "./timeline.ts";

/** Seconds in a row that must be as before the first peak. */
const inARow = 3;
/** A second is as before where its percentile is at most so many times its level, or so many milliseconds above it … */
const factor = 1.5;
const milliseconds = 1;
/** … and no more work waits than falls due in so many seconds. */
const backlogSeconds = 0.01;
/** Percentiles that a second can have, with the operations that it needs. */
const percentiles = [
  { percentile: 99, operations: 1000 },
  { percentile: 95, operations: 80 },
  { percentile: 50, operations: 10 },
] as const;

interface Second {
  second: number;
  part: number;
  count: number;
  /** Response time in milliseconds, by `percentiles`. */
  at: number[];
  backlog: number;
}

/** Watches the seconds of the measured phase. */
export class Recovery {
  readonly #timeline: Timeline;
  readonly #seconds: Second[] = [];
  /** p99 of each part that ended, by its number. */
  readonly #p99 = new Map<number, number | null>();
  #current = 0;
  #response: SparseHistogram = emptyHistogram;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  add({ second, windows, backlog }: ReportedSecond): void {
    const place = this.#timeline.partOf(second);
    if (!place?.inside) return;
    if (place.number !== this.#current) {
      this.#closePart();
      this.#current = place.number;
    }
    const all = responsesOf(windows);
    this.#response = mergeSparseHistograms(this.#response, all);
    const at = percentiles.map(({ percentile }) => percentileOf([all], percentile) ?? 0);
    this.#seconds.push({ second, part: place.number, count: all.count, at, backlog });
  }

  report(): RecoveryReport {
    this.#closePart();
    const which = this.#percentile();
    const level = which === undefined ? null : this.#level(which);
    const limit = level === null ? null : Math.max(level * factor, level + milliseconds);
    return {
      kind: "recovery",
      percentile: which === undefined ? null : (percentiles[which]?.percentile ?? null),
      level,
      limit,
      peaks: this.#timeline.parts.flatMap((_, part) => (this.#isPeak(part) ? [this.#peak(part, which, limit)] : [])),
    };
  }

  #closePart(): void {
    if (this.#response.count >= percentiles[0].operations)
      this.#p99.set(this.#current, percentileOf([this.#response], 99));
    this.#response = emptyHistogram;
  }

  #peak(number: number, which: number | undefined, limit: number | null): Peak {
    const { name, end } = this.#timeline.parts[number] as Timeline["parts"][number];
    const known = {
      part: name,
      endSecond: end,
      p99: this.#p99.get(number) ?? null,
      backlog: this.#seconds.filter(({ part }) => part === number).at(-1)?.backlog ?? 0,
    };
    const notKnown = (reason: string): Peak => ({ ...known, outcome: "not known", seconds: null, reason });
    const after = this.#after(number);
    if (number === this.#timeline.parts.length - 1) return notKnown("nothing follows it");
    if (which === undefined || limit === null)
      return notKnown(
        `the first part, or what follows, has too few operations or fewer than ${inARow} whole seconds to compare`,
      );
    if (after.length < inARow) return notKnown(`fewer than ${inARow} whole seconds follow it`);
    const at = this.#recovered(after, which, limit);
    return at === undefined
      ? { ...known, outcome: "not recovered", seconds: null }
      : { ...known, outcome: "recovered", seconds: Math.max(0, at - end) };
  }

  /** A part that comes to more load than the first. */
  #isPeak(number: number): boolean {
    const { parts } = this.#timeline;
    return (parts[number]?.held ?? 0) > (parts[0]?.held ?? 0);
  }

  /** The seconds between a peak and the next one, or the end. */
  #after(peak: number): Second[] {
    const later = this.#seconds.filter(({ part }) => part > peak);
    const next = later.findIndex(({ part }) => this.#isPeak(part));
    return next < 0 ? later : later.slice(0, next);
  }

  /** The first of enough good seconds in a row. */
  #recovered(after: readonly Second[], which: number, limit: number): number | undefined {
    let good = 0;
    for (const [place, { second, count, at, backlog }] of after.entries()) {
      const waits = backlog > 1 + this.#timeline.rateAt(second) * backlogSeconds;
      good = count === 0 || (at[which] ?? 0) > limit || waits ? 0 : good + 1;
      if (good === inARow) return after[place - inARow + 1]?.second;
    }
    return undefined;
  }

  /** The highest percentile that an ordinary second of the parts without a peak can have; undefined: none is known. */
  #percentile(): number | undefined {
    const first = this.#seconds.filter(({ part }) => part === 0).map(({ count }) => count);
    const others = this.#seconds.filter(({ part }) => part > 0 && !this.#isPeak(part)).map(({ count }) => count);
    if (first.length < inARow || others.length < inARow) return undefined;
    const ordinary = Math.min(medianOf(first), medianOf(others));
    const which = percentiles.findIndex(({ operations }) => ordinary >= operations);
    return which < 0 ? undefined : which;
  }

  /** The percentile in an ordinary second of the first part: the median of its seconds, which one stall does not move. */
  #level(which: number): number {
    return medianOf(this.#seconds.filter(({ part, count }) => part === 0 && count > 0).map(({ at }) => at[which] ?? 0));
  }
}

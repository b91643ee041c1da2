/** Where a rising load first missed a limit, and went on missing it: the rules of the recorder (k6-ext/report/limit.go). */

import { decodeSparseHistogram, percentileOf } from "../../result/sparse-histogram.ts";
import type { Miss, Slo, Workload } from "../../schema/run.generated.ts";
import type { WindowLine } from "../../schema/windows.generated.ts";
import type { ReportedSecond } from "./second.ts";
import type { Timeline } from "./timeline.ts";

/** Seconds that must miss the same limit: one that does is noise. */
export const limitInARow = 3;
/** Operations that a percentile of a second needs, so that two lie beyond. */
const p95Operations = 40;
const p99Operations = 200;
/** Share of the rate that must be reached in a second. */
const reachedShare = 0.9;

interface Running {
  first: Miss;
  seconds: number;
  /** The last second of it. */
  seen: number;
}

/** Watches the seconds of a rising load. */
export class Limit {
  readonly #timeline: Timeline;
  readonly #slos: ReadonlyMap<string, Slo | undefined>;
  /** Misses that go on. */
  readonly #running = new Map<string, Running>();
  #missed: Miss | null = null;

  constructor(timeline: Timeline, workload: Workload) {
    this.#timeline = timeline;
    this.#slos = new Map(
      workload.operations.map(({ name, slo, weight }) => [name, weight === 0 ? undefined : (slo ?? workload.slo)]),
    );
  }

  /** The first second of the first miss that lasted; null: none. */
  get missed(): Miss | null {
    return this.#missed;
  }

  add({ second, seconds, windows }: ReportedSecond): void {
    // The first second holds only what was both due and finished in it.
    if (this.#missed !== null || !this.#timeline.measured(second) || second < this.#timeline.start + 1) return;
    let succeeded = 0;
    for (const window of windows) {
      succeeded += window.operations - window.failed;
      const slo = this.#slos.get(window.operation);
      if (slo !== undefined) this.#judge(second, window, slo);
    }
    if (seconds > 0) {
      const least = reachedShare * this.#timeline.rateAt(second);
      const reached = succeeded / seconds;
      if (reached < least) this.#note(second, undefined, "rate", least, reached);
    }
    for (const [key, { seen }] of this.#running) if (seen !== second) this.#running.delete(key);
  }

  #judge(second: number, { operation, operations, failed, response }: WindowLine, slo: Slo): void {
    const percentile = (metric: "p95" | "p99", limit: number | undefined, percent: number, enough: number) => {
      if (limit === undefined || response.count < enough) return;
      const actual = percentileOf([decodeSparseHistogram(response.histogram)], percent) ?? 0;
      if (actual > limit) this.#note(second, operation, metric, limit, actual);
    };
    percentile("p95", slo.p95Milliseconds, 95, p95Operations);
    percentile("p99", slo.p99Milliseconds, 99, p99Operations);
    if (slo.errorRate === undefined || operations === 0) return;
    const share = failed / operations;
    if (share > slo.errorRate) this.#note(second, operation, "errorRate", slo.errorRate, share);
  }

  /** Counts a miss, and keeps the first that lasted. */
  #note(second: number, operation: string | undefined, metric: Miss["metric"], limit: number, actual: number): void {
    const key = `${operation ?? ""}\n${metric}`;
    const offered = this.#timeline.rateAt(second);
    const running = this.#running.get(key) ?? {
      first: { second, offered, ...(operation !== undefined && { operation }), metric, limit, actual },
      seconds: 0,
      seen: second,
    };
    running.seconds += 1;
    running.seen = second;
    this.#running.set(key, running);
    if (running.seconds === limitInARow && this.#missed === null) this.#missed = running.first;
  }
}

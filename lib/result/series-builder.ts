/** Builds the series of a run out of the lines of its windows file. For Node: it needs hdr-histogram-js. */

import { UsageError } from "../environment/usage-error.ts";
import type { PhaseName, PhaseSpan } from "../schema/run.generated.ts";
import type { EndLine, HarnessLine, HeaderLine, WindowLine } from "../schema/windows.generated.ts";
import type { Interval, PhaseSeries, RunSeries, SeriesLimits } from "./series.ts";
import {
  addHarness,
  addOperations,
  bucketsOf,
  type IntervalSums,
  joinIntervals,
  type OperationSums,
  sumsOf,
  totalsOf,
  totalsOfAll,
} from "./series-sums.ts";

/** Intervals that there may always be, however many buckets they have. */
const fewest = 60;

/** Takes the lines of a windows file in their order. */
export class SeriesBuilder {
  readonly #path: string;
  readonly #header: HeaderLine;
  readonly #names: string[];
  readonly #limits: Required<SeriesLimits>;
  #intervalSeconds = 1;
  #end: EndLine | undefined;
  /** By phase, then by the number of the interval, counted from the phase's first second. */
  #sums = new Map<PhaseName, Map<number, IntervalSums>>();
  #intervals = 0;
  #buckets = 0;
  /** How much of each second was recorded: a late look at the clock makes one longer and leaves the next one out. */
  readonly #recorded: number[] = [];

  constructor(header: HeaderLine, path: string, { intervals = 3600, buckets = 2 ** 23 }: SeriesLimits) {
    this.#path = path;
    this.#header = header;
    this.#limits = { intervals, buckets };
    this.#names = header.workload.operations.filter(({ weight }) => weight > 0).map(({ name }) => name);
  }

  addWindow(line: WindowLine): void {
    const interval = this.#interval(line.phase, line.second);
    let place = this.#names.indexOf(line.operation);
    if (place < 0) place = this.#names.push(line.operation) - 1;
    const before = interval.operations[place] ?? null;
    const after = addOperations(before, this.#sumsOf(line));
    interval.operations[place] = after;
    this.#buckets += bucketsOf(after) - bucketsOf(before);
    this.#joinWhereTooMany();
  }

  addHarness(line: HarnessLine): void {
    this.#recorded[line.second] = (this.#recorded[line.second] ?? 0) + line.seconds;
    const interval = this.#interval(line.phase, line.second);
    const { cpuSeconds, memoryBytes, workersActive, backlog, server } = line;
    interval.harness = addHarness(interval.harness, {
      cpuSeconds,
      memoryBytes,
      workersActive,
      backlog,
      serverCpuSeconds: server?.cpuSeconds ?? null,
      serverMemoryBytes: server?.memoryBytes ?? null,
    });
    this.#joinWhereTooMany();
  }

  end(line: EndLine): void {
    this.#end = line;
  }

  series(): RunSeries {
    const spans = this.#end?.phases ?? this.#header.phases;
    const phases = spans.flatMap((span) => {
      const sums = this.#sums.get(span.name);
      return sums === undefined ? [] : [this.#phase(span, sums)];
    });
    return {
      id: this.#header.id,
      intervalSeconds: this.#intervalSeconds,
      operations: this.#names,
      phases,
      cutOff: this.#end === undefined,
    };
  }

  #phase(span: PhaseSpan, sums: Map<number, IntervalSums>): PhaseSeries {
    const reached = this.#recorded.length - span.startSecond;
    const seconds = Math.min(span.seconds ?? reached, this.#end === undefined ? reached : Number.POSITIVE_INFINITY);
    const keep = span.name === "measure";
    const intervals = [...sums]
      .sort(([a], [b]) => a - b)
      .map(([number, interval]): Interval => {
        const startSecond = Math.floor(span.startSecond) + number * this.#intervalSeconds;
        return {
          startSecond,
          seconds: this.#recordedOf(startSecond, span.startSecond, span.startSecond + seconds),
          operations: this.#names.map((_, place) => totalsOf(interval.operations[place] ?? null, keep)),
          all: totalsOfAll(interval.operations),
          harness: interval.harness,
        };
      });
    return { name: span.name, startSecond: span.startSecond, seconds, intervals };
  }

  /** Recorded seconds of the interval that starts here, as far as they are between two instants. */
  #recordedOf(startSecond: number, from: number, to: number): number {
    let sum = 0;
    for (let second = startSecond; second < startSecond + this.#intervalSeconds; second += 1) {
      const within = Math.min(second + 1, to) - Math.max(second, from);
      const recorded = this.#recorded[second] ?? 0;
      if (within > 0) sum += within >= 1 ? recorded : Math.min(recorded, within);
    }
    return sum;
  }

  #interval(phase: PhaseName, second: number): IntervalSums {
    let intervals = this.#sums.get(phase);
    if (intervals === undefined) {
      intervals = new Map();
      this.#sums.set(phase, intervals);
    }
    const start = Math.floor(this.#header.phases.find(({ name }) => name === phase)?.startSecond ?? 0);
    const number = Math.floor((second - start) / this.#intervalSeconds);
    let interval = intervals.get(number);
    if (interval === undefined) {
      interval = { operations: [], harness: null };
      intervals.set(number, interval);
      this.#intervals += 1;
    }
    return interval;
  }

  #sumsOf(line: WindowLine): OperationSums {
    try {
      return sumsOf(line);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsageError(
        `${this.#path} is damaged: the histogram of ${line.operation} in second ${line.second} cannot be read: ${error.message}.`,
      );
    }
  }

  /** Doubles the length of the intervals until there are few enough. */
  #joinWhereTooMany(): void {
    while (
      this.#intervals > this.#limits.intervals ||
      (this.#buckets > this.#limits.buckets && this.#intervals > fewest)
    ) {
      this.#intervalSeconds *= 2;
      this.#intervals = 0;
      this.#buckets = 0;
      for (const [phase, intervals] of this.#sums) {
        const joined = new Map<number, IntervalSums>();
        for (const [number, interval] of intervals) {
          const half = Math.floor(number / 2);
          const other = joined.get(half);
          joined.set(half, other === undefined ? interval : joinIntervals(other, interval));
        }
        this.#sums.set(phase, joined);
        this.#intervals += joined.size;
        for (const { operations } of joined.values()) {
          for (const sums of operations) this.#buckets += bucketsOf(sums ?? null);
        }
      }
    }
  }
}

/** What is added up for an interval of a run's series, and what comes of it. For Node: it needs hdr-histogram-js. */

import type { WindowLatency, WindowLine } from "../schema/windows.generated.ts";
import type { Counts, HarnessTotals, IntervalTimes, IntervalTotals } from "./series.ts";
import {
  decodeSparseHistogram,
  mergeSparseHistograms,
  percentileOf,
  type SparseHistogram,
} from "./sparse-histogram.ts";

/** Times that are being added up: milliseconds. */
interface TimesSums {
  count: number;
  sum: number;
  max: number | null;
  /** Null: there is none. */
  histogram: SparseHistogram | null;
}

/** An operation in an interval. */
export interface OperationSums extends Counts {
  service: TimesSums;
  response: TimesSums;
}

/** An interval. */
export interface IntervalSums {
  /** By operation; null, or missing: nothing of it. */
  operations: (OperationSums | null)[];
  harness: HarnessTotals | null;
}

const counted = ["operations", "failed", "undone", "rowsRead", "rowsWritten", "bytesRead", "bytesWritten"] as const;

/** A window as sums. @throws {RangeError} when a histogram cannot be read. */
export function sumsOf(line: WindowLine): OperationSums {
  const times = ({ count, mean, max }: WindowLatency, histogram: SparseHistogram): TimesSums => ({
    count,
    sum: (mean ?? 0) * count,
    max,
    histogram: count === 0 ? null : histogram,
  });
  const service = decodeSparseHistogram(line.service.histogram);
  // In a closed loop they are the same: nothing waits before it is sent.
  const same = line.response.histogram === line.service.histogram;
  const response = same ? service : decodeSparseHistogram(line.response.histogram);
  return {
    ...countsOf((name) => line[name]),
    service: times(line.service, service),
    response: times(line.response, response),
  };
}

/** Buckets that these keep in memory. */
export function bucketsOf(sums: OperationSums | null): number {
  if (sums === null) return 0;
  const { service, response } = sums;
  const own = service.histogram?.buckets.length ?? 0;
  return response.histogram === service.histogram ? own : own + (response.histogram?.buckets.length ?? 0);
}

/** Both together. */
export function addOperations(a: OperationSums | null, b: OperationSums | null): OperationSums | null {
  if (a === null || b === null) return a ?? b;
  const service = addTimes(a.service, b.service);
  const same = a.service.histogram === a.response.histogram && b.service.histogram === b.response.histogram;
  const response = addTimes(a.response, b.response, same ? service.histogram : undefined);
  return { ...countsOf((name) => a[name] + b[name]), service, response };
}

/** Both together. */
export function addHarness(a: HarnessTotals | null, b: HarnessTotals | null): HarnessTotals | null {
  if (a === null || b === null) return a ?? b;
  return {
    cpuSeconds: sumOf(a.cpuSeconds, b.cpuSeconds),
    memoryBytes: largest(a.memoryBytes, b.memoryBytes),
    workersActive: Math.max(a.workersActive, b.workersActive),
    backlog: Math.max(a.backlog, b.backlog),
    serverCpuSeconds: sumOf(a.serverCpuSeconds, b.serverCpuSeconds),
    serverMemoryBytes: largest(a.serverMemoryBytes, b.serverMemoryBytes),
  };
}

/** Both together. */
export function joinIntervals(a: IntervalSums, b: IntervalSums): IntervalSums {
  const length = Math.max(a.operations.length, b.operations.length);
  return {
    operations: Array.from({ length }, (_, place) =>
      addOperations(a.operations[place] ?? null, b.operations[place] ?? null),
    ),
    harness: addHarness(a.harness, b.harness),
  };
}

/** What is shown of an operation; `keep`: with its histograms. */
export function totalsOf(sums: OperationSums | null, keep: boolean): IntervalTotals | null {
  if (sums === null) return null;
  const { service, response, ...counts } = sums;
  return { ...counts, service: timesOf([service], keep), response: timesOf([response], keep) };
}

/** What is shown of all operations together. */
export function totalsOfAll(operations: readonly (OperationSums | null)[]): IntervalTotals {
  const some = operations.filter((sums) => sums !== null && sums !== undefined);
  return {
    ...countsOf((name) => some.reduce((sum, counts) => sum + counts[name], 0)),
    service: timesOf(
      some.map(({ service }) => service),
      false,
    ),
    response: timesOf(
      some.map(({ response }) => response),
      false,
    ),
  };
}

function timesOf(times: readonly TimesSums[], keep: boolean): IntervalTimes {
  const histograms = times.flatMap(({ histogram }) => histogram ?? []);
  return {
    count: times.reduce((sum, { count }) => sum + count, 0),
    sum: times.reduce((sum, each) => sum + each.sum, 0),
    max: times.reduce<number | null>((max, each) => largest(max, each.max), null),
    p50: percentileOf(histograms, 50),
    p95: percentileOf(histograms, 95),
    p99: percentileOf(histograms, 99),
    histogram: keep ? (histograms[0] ?? null) : null,
  };
}

function addTimes(a: TimesSums, b: TimesSums, histogram?: SparseHistogram | null): TimesSums {
  const merged =
    a.histogram === null || b.histogram === null
      ? (a.histogram ?? b.histogram)
      : (histogram ?? mergeSparseHistograms(a.histogram, b.histogram));
  return { count: a.count + b.count, sum: a.sum + b.sum, max: largest(a.max, b.max), histogram: merged };
}

function countsOf(value: (name: (typeof counted)[number]) => number): Counts {
  return Object.fromEntries(counted.map((name) => [name, value(name)])) as unknown as Counts;
}

/** Null: not known of either. */
function sumOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b;
}

/** Null: not known of either. */
function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

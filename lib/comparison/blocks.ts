/** The measured phase of a run as a row of short times that can be drawn again in blocks. */

import type { Counts, Interval, IntervalTotals, RunSeries } from "../result/series.ts";
import { mergeSparseHistograms, type SparseHistogram } from "../result/sparse-histogram.ts";
import { allOperations } from "./metrics.ts";

/** Neighbouring seconds are alike: so many of them are drawn together. */
export const blockSeconds = 10;

/** What an operation, or all of them together, did in each of these times. */
export interface Blocks {
  /** Times of a block. */
  length: number;
  items: Item[];
  service: SparseHistogram[];
  /** The same array as `service` where both times are the same throughout, as in a closed loop. */
  response: SparseHistogram[];
}

/** One of the times. */
export interface Item extends Counts {
  seconds: number;
  service: { count: number; sum: number };
  response: { count: number; sum: number };
  /** Seconds of processor time; NaN: not known. */
  clientCpu: number;
  serverCpu: number;
}

const none: SparseHistogram = { buckets: new Uint16Array(0), counts: new Uint32Array(0), count: 0 };

/** The measured phase of an operation, or of all; null where the run has no such operation, or measured nothing. */
export function blocksOf(series: RunSeries, operation: string): Blocks | null {
  const measured = series.phases.find(({ name }) => name === "measure");
  const place = series.operations.indexOf(operation);
  if (measured === undefined || (place < 0 && operation !== allOperations)) return null;
  const times = whole(measured.intervals, series.intervalSeconds);
  const own = (interval: Interval): (IntervalTotals | null)[] =>
    operation === allOperations ? interval.operations : [interval.operations[place] ?? null];
  const histograms = (time: "service" | "response") =>
    times.map((intervals) =>
      merged(intervals.flatMap((one) => own(one).flatMap((each) => each?.[time].histogram ?? []))),
    );
  const once = times.every((intervals) =>
    intervals.every((one) => own(one).every((each) => each?.service.histogram === each?.response.histogram)),
  );
  const service = histograms("service");
  return {
    length: Math.max(1, Math.round(blockSeconds / series.intervalSeconds)),
    items: times.map((intervals) => itemOf(intervals, own)),
    service,
    response: once ? service : histograms("response"),
  };
}

/**
 * Intervals in groups, so that none is much shorter than the others: what finished after the end of the phase, and seconds of which only a
 * part belongs to it, go with the interval before, and at the start with the one after.
 */
function whole(intervals: readonly Interval[], intervalSeconds: number): Interval[][] {
  const groups: Interval[][] = [];
  let waiting: Interval[] = [];
  for (const interval of intervals) {
    const last = groups.at(-1);
    if (interval.seconds >= intervalSeconds / 2) {
      groups.push([...waiting, interval]);
      waiting = [];
    } else if (last === undefined) waiting.push(interval);
    else last.push(interval);
  }
  return groups;
}

function itemOf(intervals: readonly Interval[], own: (interval: Interval) => (IntervalTotals | null)[]): Item {
  const totals = intervals.flatMap(own).filter((each) => each !== null);
  const sum = <Value>(values: readonly Value[], of: (value: Value) => number) =>
    values.reduce((before, value) => before + of(value), 0);
  const cpu = (name: "cpuSeconds" | "serverCpuSeconds") =>
    sum(intervals, ({ seconds, harness }) => harness?.[name] ?? (seconds > 0 ? Number.NaN : 0));
  return {
    seconds: sum(intervals, ({ seconds }) => seconds),
    operations: sum(totals, ({ operations }) => operations),
    failed: sum(totals, ({ failed }) => failed),
    undone: sum(totals, ({ undone }) => undone),
    rowsRead: sum(totals, ({ rowsRead }) => rowsRead),
    rowsWritten: sum(totals, ({ rowsWritten }) => rowsWritten),
    bytesRead: sum(totals, ({ bytesRead }) => bytesRead),
    bytesWritten: sum(totals, ({ bytesWritten }) => bytesWritten),
    service: { count: sum(totals, ({ service }) => service.count), sum: sum(totals, ({ service }) => service.sum) },
    response: {
      count: sum(totals, ({ response }) => response.count),
      sum: sum(totals, ({ response }) => response.sum),
    },
    clientCpu: cpu("cpuSeconds"),
    serverCpu: cpu("serverCpuSeconds"),
  };
}

function merged(histograms: readonly SparseHistogram[]): SparseHistogram {
  return histograms.length === 0 ? none : histograms.reduce(mergeSparseHistograms);
}

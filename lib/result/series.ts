/**
 * A run over time: its windows.ndjson, read once and line by line, as intervals of a second, or of several where there would be too many.
 * For Node: it needs hdr-histogram-js.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../environment/usage-error.ts";
import type { PhaseName } from "../schema/run.generated.ts";
import { windowsFileName } from "./read-run.ts";
import { SeriesBuilder } from "./series-builder.ts";
import type { SparseHistogram } from "./sparse-histogram.ts";
import { readWindows } from "./windows.ts";

/** A run over time. */
export interface RunSeries {
  /** Name of the run folder, by which the file is known to be the run's. */
  id: string;
  /** Length of an interval: seconds, 1 unless there would be too many. An interval at a phase's end may be shorter. */
  intervalSeconds: number;
  /** Names of the operations, in the order of the workload. */
  operations: string[];
  /** Phases that something was recorded of, in their order. */
  phases: PhaseSeries[];
  /**
   * The file breaks off before the end of the run: what is here are the seconds up to there. So it is after a crash, and in a file
   * that was not copied whole.
   */
  cutOff: boolean;
}

/** A phase over time. */
export interface PhaseSeries {
  name: PhaseName;
  /** Seconds since the start of the run. */
  startSecond: number;
  /** How long it was: seconds. */
  seconds: number;
  /**
   * Those in which something was recorded, in their order. Operations count in the interval in which they finished, so that what was
   * still under way at the phase's end makes an interval of 0 seconds after it.
   */
  intervals: Interval[];
}

/** What was recorded in some seconds of a phase. */
export interface Interval {
  /** Seconds since the start of the run. */
  startSecond: number;
  /** How much of the phase was recorded in it: seconds. */
  seconds: number;
  /** By operation, in the order of `RunSeries.operations`; null: nothing of it. */
  operations: (IntervalTotals | null)[];
  /** All operations together. Their histograms are always null: they are those of the operations, merged. */
  all: IntervalTotals;
  /** Null: not recorded. */
  harness: HarnessTotals | null;
}

/** What operations did. */
export interface IntervalTotals extends Counts {
  service: IntervalTimes;
  response: IntervalTimes;
}

/** Counts of operations, as in windows.ndjson. */
export interface Counts {
  operations: number;
  failed: number;
  undone: number;
  rowsRead: number;
  rowsWritten: number;
  bytesRead: number;
  bytesWritten: number;
}

/** Times of operations, in milliseconds. */
export interface IntervalTimes {
  count: number;
  /** Of all of them. */
  sum: number;
  /** Null when there is none; so are the others. */
  max: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  /** Null outside of the measured phase. Where both times were the same, both have the same one. */
  histogram: SparseHistogram | null;
}

/** How the load generator fared, and the server if it is on the same host. */
export interface HarnessTotals {
  /** Seconds of processor time; null: not known. */
  cpuSeconds: number | null;
  /** At most; null: not known. */
  memoryBytes: number | null;
  /** Workers that the profile wanted at most. */
  workersActive: number;
  /** Operations that were due and not started, at most. */
  backlog: number;
  /** Seconds of processor time; null: not known. */
  serverCpuSeconds: number | null;
  /** At most; null: not known. */
  serverMemoryBytes: number | null;
}

/** Limits of what is kept; intervals are made longer where one of them is passed. */
export interface SeriesLimits {
  /** Intervals of all phases: 3,600. */
  intervals?: number;
  /** Buckets of all histograms, of 6 bytes each: 2^23. */
  buckets?: number;
}

/**
 * Reads the series of a run.
 * @param folder its run folder.
 * @returns null when it has no windows.ndjson: somebody copied the run.json alone.
 * @throws {UsageError} when the file cannot be read, or is damaged before its end.
 */
export async function readSeries(folder: string, limits: SeriesLimits = {}): Promise<RunSeries | null> {
  const path = join(folder, windowsFileName);
  if (!existsSync(path)) return null;
  let builder: SeriesBuilder | undefined;
  for await (const line of readWindows(path)) {
    if (line.type === "header") builder = new SeriesBuilder(line, path, limits);
    else if (line.type === "window") builder?.addWindow(line);
    else if (line.type === "harness") builder?.addHarness(line);
    else if (line.type === "end") builder?.end(line);
  }
  if (builder === undefined) throw new UsageError(`${path} has no header line.`);
  return builder.series();
}

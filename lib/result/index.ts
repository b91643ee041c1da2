/** Results for Node: reading runs, checking them against their schema, completing those that crashed. */

export type { RunFile } from "../schema/run.generated.ts";
export { completeCrashedRun, type Ending, runFromWindows } from "./complete-crashed-run.ts";
export { type ReadRun, readRun, runFileName, windowsFileName } from "./read-run.ts";
export { parseRunFile, schemaVersion } from "./run-file.ts";
export {
  type HarnessTotals,
  type Interval,
  type IntervalTimes,
  type IntervalTotals,
  type PhaseSeries,
  type RunSeries,
  readSeries,
} from "./series.ts";
export { percentileOf, type SparseHistogram } from "./sparse-histogram.ts";
export { problemsOfRunFile, problemsOfWindowsLine } from "./validate.ts";
export { readWindows } from "./windows.ts";

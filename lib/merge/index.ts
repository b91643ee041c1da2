/** Merging the instances of a run, for Node: pure but for reading their windows. */

export { type InstanceRun, type Part, partsOf } from "./instance-runs.ts";
export { endingOf, mergeRun, setupOf } from "./merge-run.ts";
export { mergedWindows, noFacts, type WindowsFacts } from "./merged-windows.ts";
export { ReportFollower } from "./report/index.ts";
export { type Starts, startsOf } from "./starts.ts";

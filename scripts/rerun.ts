// What k6 runs of a run that is over: workload, profile and seed are those of its run.json, which DBMARK_RERUN names. The file is read only
// by the VUs that need it: lib/k6/script.ts says why.

import { scriptOf } from "../lib/k6/script.ts";

const script = scriptOf(() => (require("./suites/rerun.ts") as typeof import("./suites/rerun.ts")).suite);

export const { options, setup, teardown, handleSummary } = script;
export default script.iterate;

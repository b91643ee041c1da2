// What k6 runs of the TPC-B-like suite. The suite itself is loaded only by the VUs that need it: lib/k6/script.ts says why.

import { scriptOf } from "../lib/k6/script.ts";

const script = scriptOf(() => (require("./suites/tpcb.ts") as typeof import("./suites/tpcb.ts")).suite);

export const { options, setup, teardown, handleSummary } = script;
export default script.iterate;

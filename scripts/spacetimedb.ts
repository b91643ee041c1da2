// What k6 runs of the SpacetimeDB suite. The suite itself is loaded only by the VUs that need it: lib/k6/script.ts says why.
//
// A script of yours can use the scenarios in `options.scenarios` of its own: docs/spacetimedb.md.

import { scriptOf } from "../lib/k6/script.ts";

const script = scriptOf(() => (require("./suites/spacetimedb.ts") as typeof import("./suites/spacetimedb.ts")).suite);

export const { options, setup, teardown, handleSummary } = script;
export default script.iterate;

/** An iteration of each scenario, for executors of a script of yours. */
export const counterScenario = script.scenario("counter");
export const messageScenario = script.scenario("message");
export const mixedScenario = script.scenario("mixed");
export const batchScenario = script.scenario("batch");
export const websocketStressScenario = script.scenario("websocketStress");

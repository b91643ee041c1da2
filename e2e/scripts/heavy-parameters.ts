// A script for k6 whose operations cost the load generator much and the server next to nothing: each makes a long text that is never sent.

import { defineSuite } from "../../lib/k6/suite.ts";
import type { Workload } from "../../lib/workload.ts";
import { resolveProfile } from "../../profiles/index.ts";

/** Characters of the text: making them takes many times as long as the server's answer. */
const length = 500_000;

const workload: Workload = {
  name: "heavy-parameters",
  system: "postgres",
  description: "A long text that is made and not sent.",
  operations: [
    {
      name: "select",
      kind: "read",
      weight: 1,
      parameters: [{ name: "text", generator: { type: "text", length } }],
      steps: [{ statement: "SELECT 1", parameters: [] }],
    },
  ],
};

const suite = defineSuite({
  name: "oltp",
  defaultSystem: "postgres",
  profile: (environment, cores) => resolveProfile(undefined, environment, cores),
  source: () => ({ workload: () => workload }),
});

export const options = suite.options;
export const setup = suite.setup;
export default suite.iterate;
export const teardown = suite.teardown;
export const handleSummary = suite.handleSummary;

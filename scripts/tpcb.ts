// The transactions of pgbench, on its own schema. What it reads: `dbmark list variables`.

import { defineSuite } from "../lib/k6/suite.ts";
import { suiteOnSystem } from "../modules/index.ts";
import { resolveProfile } from "../profiles/index.ts";

const suite = defineSuite({
  name: "tpcb",
  defaultSystem: "postgres",
  profile: (environment, cores) => resolveProfile(undefined, environment, cores),
  source: (system) => suiteOnSystem("tpcb", system),
});

export const options = suite.options;
export const setup = suite.setup;
export default suite.iterate;
export const teardown = suite.teardown;
export const handleSummary = suite.handleSummary;

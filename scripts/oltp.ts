// Point lookups, range scans, inserts and updates. What it reads: `dbmark list variables`.

import { defineSuite } from "../lib/k6/suite.ts";
import { suiteOnSystem } from "../modules/index.ts";
import { resolveProfile } from "../profiles/index.ts";

const suite = defineSuite({
  name: "oltp",
  defaultSystem: "postgres",
  profile: (environment, cores) => resolveProfile(undefined, environment, cores),
  source: (system) => suiteOnSystem("oltp", system),
});

export const options = suite.options;
export const setup = suite.setup;
export default suite.iterate;
export const teardown = suite.teardown;
export const handleSummary = suite.handleSummary;

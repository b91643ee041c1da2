// The transactions of pgbench, on its own schema. What it reads: `dbmark list variables`.

import { defineSuite } from "../../lib/k6/suite.ts";
import { suiteOnSystem } from "../../modules/index.ts";
import { resolveProfile } from "../../profiles/index.ts";

export const suite = defineSuite({
  name: "tpcb",
  defaultSystem: "postgres",
  profile: (environment, cores) => resolveProfile(undefined, environment, cores),
  source: (system) => suiteOnSystem("tpcb", system),
});

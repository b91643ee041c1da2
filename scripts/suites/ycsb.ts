// The core workloads A to F of YCSB. What it reads: `dbmark list variables`.

import { defineSuite } from "../../lib/k6/suite.ts";
import { suiteOnSystem } from "../../modules/index.ts";
import { resolveProfile } from "../../profiles/index.ts";

export const suite = defineSuite({
  name: "ycsb",
  defaultSystem: "postgres",
  profile: (environment, cores) => resolveProfile(undefined, environment, cores),
  source: (system) => suiteOnSystem("ycsb", system),
});

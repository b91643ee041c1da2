// Point lookups, range scans, inserts, updates and deletes. What it reads: `dbmark list variables`.

import { defineSuite } from "../../lib/k6/suite.ts";
import { suiteOnSystem } from "../../modules/index.ts";
import { resolveProfile } from "../../profiles/index.ts";

export const suite = defineSuite({
  name: "oltp",
  defaultSystem: "postgres",
  profile: (environment, cores) => resolveProfile(undefined, environment, cores),
  source: (system) => suiteOnSystem("oltp", system),
});

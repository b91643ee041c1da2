// Reducers of SpacetimeDB over a WebSocket or HTTP. What it reads: `dbmark list variables`.

import { defineSuite } from "../../lib/k6/suite.ts";
import { suiteOnSystem } from "../../modules/index.ts";
import { adjustDeclaration } from "../../modules/spacetimedb/declaration.ts";
import { scenarioFunctions, scenariosWorkload } from "../../modules/spacetimedb/scenarios.ts";
import { spacetimedbTarget } from "../../modules/spacetimedb/target.ts";
import { resolveProfile } from "../../profiles/index.ts";

export const suite = defineSuite({
  name: "spacetimedb",
  defaultSystem: "spacetimedb",
  profile: (environment, cores) => resolveProfile(undefined, environment, cores),
  source: (system) => suiteOnSystem("spacetimedb", system),
  target: spacetimedbTarget,
  adjust: adjustDeclaration,
  scenarios: { functions: scenarioFunctions, workload: scenariosWorkload },
});

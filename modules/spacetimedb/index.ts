// SpacetimeDB: a database whose transactions are functions of a module that runs inside it.

import type { SystemModule } from "../system.ts";
import { readSpacetimedbOptions } from "./options.ts";
import { spacetimedbTarget } from "./target.ts";
import { spacetimedbWorkload } from "./workload.ts";

/** The system of `spacetimedb://` and `spacetimedbs://`. */
export const spacetimedb: SystemModule = {
  name: "spacetimedb",
  description: "SpacetimeDB: reducers over a WebSocket or HTTP.",
  exampleUrl: "spacetimedb://127.0.0.1:3000/benchmark",
  suites: { spacetimedb: { workload: (environment) => spacetimedbWorkload(readSpacetimedbOptions(environment)) } },
  target: spacetimedbTarget,
};

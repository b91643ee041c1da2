// The scenarios as functions that a script exports, for executors of its own.

import type { Environment } from "../../lib/environment/index.ts";
import type { Workload } from "../../lib/workload.ts";
import { withoutData } from "../noop/without-data.ts";
import { readSpacetimedbOptions, type ScenarioName, type ScenarioWeights, scenarioNames } from "./options.ts";
import { spacetimedbWorkload } from "./workload.ts";

/** Names of the scenarios by that of the function that scripts/spacetimedb.ts exports of each. */
export const scenarioFunctions: Readonly<Record<string, ScenarioName>> = Object.fromEntries(
  scenarioNames.map((name) => [`${name}Scenario`, name]),
);

/**
 * The workload of some scenarios, with a mix for each. The weights of the whole workload are those of SCENARIO=all, and 1 for what is not in
 * it; they say how often an operation comes where the default function of the script runs too.
 * @throws {UsageError} for values that are not accepted.
 */
export function scenariosWorkload(system: string, environment: Environment, names: readonly string[]): Workload {
  const options = readSpacetimedbOptions(environment);
  const scenarios: ScenarioWeights = {};
  for (const name of scenarioNames) {
    // What a function of the script's own may call, and cannot over HTTP, is left out.
    if (!options.websocket && name === "websocketStress" && names.length === scenarioNames.length) continue;
    if (names.includes(name)) scenarios[name] = options.scenarios[name] ?? 1;
  }
  const workload = spacetimedbWorkload({ ...options, scenarios }, true);
  return system === "noop" ? withoutData(workload) : workload;
}

// The workload of the SpacetimeDB suite: the scenarios that were chosen, by their weights.

import { UsageError } from "../../lib/environment/index.ts";
import type { Workload } from "../../lib/workload.ts";
import { weightsText } from "../operation-weights.ts";
import {
  batch,
  connectionOperations,
  createMessage,
  createUser,
  increment,
  readUser,
  tables,
  type UnweightedOperation,
} from "./operations.ts";
import type { ScenarioName, ScenarioWeights, SpacetimedbOptions } from "./options.ts";

/** An operation with its share in a scenario. */
interface Part {
  share: number;
  operation: UnweightedOperation;
}

/**
 * The workload for these choices.
 * @param named the scenarios also run by their names, as iterations of a script's own executors.
 * @throws {UsageError} for a scenario that needs a WebSocket, over HTTP.
 */
export function spacetimedbWorkload(options: SpacetimedbOptions, named = false): Workload {
  const { scenarios, websocket, users } = options;
  if (!websocket && scenarios.websocketStress !== undefined) {
    throw new UsageError(
      "SCENARIO=websocketStress opens, holds and drops WebSockets, and USE_WEBSOCKET=false asks for HTTP. Leave out one of them.",
    );
  }
  const shares = new Map<string, number>();
  const operations = new Map<string, UnweightedOperation>();
  for (const [name, weight] of weighted(scenarios)) {
    for (const { share, operation } of partsOf(name, options)) {
      operations.set(operation.name, operation);
      shares.set(operation.name, (shares.get(operation.name) ?? 0) + weight * share);
    }
  }
  const weights = Object.fromEntries(scenarioEntries(scenarios));
  return {
    name: "spacetimedb",
    system: "spacetimedb",
    description: `Reducers over ${websocket ? "a WebSocket" : "HTTP"}: ${weightsText(weights)}, with ${users} users.`,
    operations: [...operations].map(([name, operation]) => ({ weight: shares.get(name) ?? 0, ...operation })),
    dataSet: {
      name: "spacetimedb",
      tables: tables(options),
      create: [],
      drop: ["CALL reset()"],
      finish: [],
      truncate: ["CALL reset()"],
    },
    ...(named && { scenarios: mixesOf(options) }),
    slo: options.slo,
  };
}

function scenarioEntries(scenarios: ScenarioWeights): [ScenarioName, number][] {
  return Object.entries(scenarios) as [ScenarioName, number][];
}

/** Weights as shares of one. */
function weighted(scenarios: ScenarioWeights): [ScenarioName, number][] {
  const entries = scenarioEntries(scenarios);
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  return entries.map(([name, weight]) => [name, weight / total]);
}

/** The operations of a scenario; those of no share are left out. */
function partsOf(scenario: ScenarioName, options: SpacetimedbOptions): Part[] {
  return parts[scenario](options).filter(({ share }) => share > 0);
}

const parts: Record<ScenarioName, (options: SpacetimedbOptions) => Part[]> = {
  counter: () => [{ share: 1, operation: increment() }],
  message: (options) => [{ share: 1, operation: createMessage(options) }],
  mixed: (options) => [
    { share: options.readShare, operation: readUser(options) },
    { share: 1 - options.readShare, operation: createUser(options) },
  ],
  batch: (options) => [{ share: 1, operation: batch(options) }],
  // Half of it is work on the connections that are held.
  websocketStress: () => [{ share: 0.5, operation: increment() }, ...connectionOperations],
};

/** Weights of the operations of each scenario. */
function mixesOf(options: SpacetimedbOptions): Record<string, Record<string, number>> {
  return Object.fromEntries(
    scenarioEntries(options.scenarios).map(([name]) => [
      name,
      Object.fromEntries(partsOf(name, options).map(({ share, operation }) => [operation.name, share])),
    ]),
  );
}

// What a user can choose about the SpacetimeDB suite, read from the variables.

import {
  type Environment,
  readChoice,
  readFlag,
  readInteger,
  readNumber,
  readShare,
  readText,
  UsageError,
} from "../../lib/environment/index.ts";
import type { Slo } from "../../lib/workload.ts";
import { refuseMix } from "../no-mix.ts";
import { readSlo } from "../slo.ts";

/** Every scenario. */
export const scenarioNames = ["counter", "message", "mixed", "batch", "websocketStress"] as const;

/** Name of a scenario. */
export type ScenarioName = (typeof scenarioNames)[number];

/** Weights of the scenarios that run. */
export type ScenarioWeights = Partial<Record<ScenarioName, number>>;

/** Choices of the SpacetimeDB suite. */
export interface SpacetimedbOptions {
  scenarios: ScenarioWeights;
  /** Share of the reads in the scenario mixed. */
  readShare: number;
  /** Bytes. */
  messageSize: number;
  batchSize: number;
  /** Users that are loaded before the run. */
  users: number;
  /** Over a WebSocket; else over HTTP. */
  websocket: boolean;
  /** What is read is not looked at, so that it cannot be checked. */
  discardBodies: boolean;
  slo: Slo;
}

/** The server answers bodies of more than 2 MiB (2,097,152 bytes) with 413, seen with 1.2.0; a call has some bytes besides the message. */
const largestOverHttp = 2_000_000;

/** Yes where the variable is not set: readFlag's is no. */
export function usesWebsocket(environment: Environment): boolean {
  return readText(environment, "USE_WEBSOCKET") === undefined || readFlag(environment, "USE_WEBSOCKET");
}

/** Reads the choices; @throws {UsageError} for values that are not accepted, or do not go together. */
export function readSpacetimedbOptions(environment: Environment): SpacetimedbOptions {
  refuseMix("spacetimedb", "SCENARIO", environment);
  const scenario = (readChoice(environment, "SCENARIO") ?? "all") as ScenarioName | "all";
  const messageSize = readInteger(environment, "MESSAGE_SIZE") ?? 1000;
  const websocket = usesWebsocket(environment);
  if (!websocket && messageSize > largestOverHttp) {
    throw new UsageError(
      `MESSAGE_SIZE=${messageSize} is more than SpacetimeDB takes in one call over HTTP, 2 MiB with everything around it; expected is at most ` +
        `${largestOverHttp} with USE_WEBSOCKET=false. Choose less, or a WebSocket.`,
    );
  }
  return {
    scenarios: scenario === "all" ? weightsOfAll(environment) : { [scenario]: 1 },
    readShare: (readShare(environment, "READ_WRITE_RATIO") ?? 0.7) as number,
    messageSize,
    batchSize: readInteger(environment, "BATCH_SIZE") ?? 10,
    users: readInteger(environment, "ROWS") ?? 1000,
    websocket,
    discardBodies: readFlag(environment, "DISCARD_RESPONSE_BODIES"),
    slo: readSlo(environment),
  };
}

/** Weights of the scenarios that SCENARIO=all consists of; those of 0 are left out. */
function weightsOfAll(environment: Environment): ScenarioWeights {
  const weights = {
    counter: readNumber(environment, "COUNTER_WEIGHT") ?? 0.4,
    message: readNumber(environment, "MESSAGE_WEIGHT") ?? 0.3,
    mixed: readNumber(environment, "MIXED_WEIGHT") ?? 0.3,
  };
  const some = Object.entries(weights).filter(([, weight]) => weight > 0);
  if (some.length > 0) return Object.fromEntries(some);
  throw new UsageError(
    "COUNTER_WEIGHT, MESSAGE_WEIGHT and MIXED_WEIGHT are all 0, so there is nothing to run. Set one of them above 0, or choose one scenario with SCENARIO.",
  );
}

// What a user can choose about the TPC-B-like suite, read from the variables.

import { type Environment, readChoice, readInteger, readText, UsageError } from "../../lib/environment/index.ts";
import type { Slo } from "../../lib/workload.ts";
import { refuseMix } from "../no-mix.ts";
import { readOperations } from "../operation-weights.ts";
import { readSlo } from "../slo.ts";

/** pgbench's built-in scripts: tpcb-like, select-only (-S) and simple-update (-N). */
export const operationNames = ["tpcb", "select", "simple-update"] as const;

/** Name of an operation of the suite. */
export type OperationName = (typeof operationNames)[number];

/** Weights of the operations that run. */
export type Weights = Partial<Record<OperationName, number>>;

/** Choices of the TPC-B-like suite. */
export interface TpcbOptions {
  /** Branches of the bank; each has 10 tellers and 100,000 accounts. On existing tables their number is that of the branches there. */
  scale: number;
  /** The tables are there already. */
  existing: boolean;
  weights: Weights;
  slo: Slo;
}

/** The scale where nothing else is set: a million accounts, which load in seconds. */
export const defaultScale = 10;

/** Reads the choices; @throws {UsageError} for values that are not accepted, or do not go together. */
export function readTpcbOptions(environment: Environment): TpcbOptions {
  refuseMix("tpcb", "OPERATIONS", environment);
  const existing = readChoice(environment, "DATA") === "existing";
  if (existing && readText(environment, "SCALE") !== undefined) {
    throw new UsageError(
      "SCALE and DATA=existing are both set: existing tables have the scale that they were made with. Unset one of them.",
    );
  }
  return {
    scale: readInteger(environment, "SCALE") ?? defaultScale,
    existing,
    weights: readWeights(environment),
    slo: readSlo(environment),
  };
}

/** The operations of OPERATIONS; without it, tpcb alone. A name without a weight has 1. Those of weight 0 are left out. */
function readWeights(environment: Environment): Weights {
  const weights: Weights = {};
  for (const { name, weight = 1 } of readOperations(environment, operationNames) ?? [{ name: "tpcb" }]) {
    if (weight > 0) weights[name] = weight;
  }
  return weights;
}

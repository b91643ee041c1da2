// The operations of the OLTP suite and how often each comes.

import { type Environment, readChoice, UsageError } from "../../lib/environment/index.ts";
import { readOperations } from "../operation-weights.ts";

/** Point lookup by key, range scan by key, insert above the data, update of a column that is no key, delete by key. */
export const operationNames = ["select", "range", "insert", "update", "delete"] as const;

/** Name of an operation of the suite. */
export type OperationName = (typeof operationNames)[number];

/** Weights of the operations that run. */
export type Weights = Partial<Record<OperationName, number>>;

/** The presets of MIX. Weights are percent. */
export const mixes: Readonly<Record<string, Required<Weights>>> = {
  "read-heavy": { select: 70, range: 20, insert: 5, update: 5, delete: 0 },
  balanced: { select: 40, range: 10, insert: 25, update: 25, delete: 0 },
  "write-heavy": { select: 15, range: 5, insert: 40, update: 40, delete: 0 },
  mixed: { select: 50, range: 10, insert: 15, update: 15, delete: 10 },
  "read-only": { select: 80, range: 20, insert: 0, update: 0, delete: 0 },
};

/** The preset that holds where MIX is not set. */
export const defaultMix = "read-heavy";

/**
 * The operations that run and their weights: those of MIX, narrowed and overridden by OPERATIONS. Operations
 * of weight 0 are left out.
 * @throws {UsageError} for an unknown operation, and for one without a weight in either.
 */
export function readMix(environment: Environment): Weights {
  const mixName = readChoice(environment, "MIX") ?? defaultMix;
  const mix: Weights = mixes[mixName] ?? {};
  const asked = readOperations(environment, operationNames);
  const weights: Weights = {};
  for (const { name, weight } of asked ?? operationNames.map((name) => ({ name, weight: undefined }))) {
    const share = weight ?? mix[name] ?? 0;
    if (share > 0) weights[name] = share;
    else if (asked !== undefined && weight === undefined) {
      throw new UsageError(
        `OPERATIONS names ${name} without a weight, and the mix ${mixName} has none for it. Write ${name}=1, or choose another MIX.`,
      );
    }
  }
  return weights;
}

/** Whether any of the operations that run changes the target. */
export function writes(weights: Weights): boolean {
  return weights.insert !== undefined || weights.update !== undefined || weights.delete !== undefined;
}

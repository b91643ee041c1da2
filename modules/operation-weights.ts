// The operations of a suite and how often each comes: as OPERATIONS asks for them, and in words.

import { type Environment, readText, readWeights, suggestion, UsageError } from "../lib/environment/index.ts";

/**
 * The operations that OPERATIONS names, each with its weight where it has one; undefined: not set.
 * @param known names of the suite's operations.
 * @throws {UsageError} for a name that is none of them, and for what is no list of weights.
 */
export function readOperations<Name extends string>(
  environment: Environment,
  known: readonly Name[],
): { name: Name; weight?: number }[] | undefined {
  return readWeights(environment, "OPERATIONS")?.map((asked) => {
    const name = known.find((one) => one === asked.name);
    if (name !== undefined) return { ...asked, name };
    throw new UsageError(
      `OPERATIONS=${readText(environment, "OPERATIONS")} names an unknown operation ${asked.name}.` +
        `${suggestion(asked.name, known)} Known are ${known.join(", ")}.`,
    );
  });
}

/** Weights in words, as shares of all: "select 70 %, insert 30 %". */
export function weightsText(weights: Readonly<Record<string, number>>): string {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Object.entries(weights)
    .map(([name, weight]) => `${name} ${Number(((100 * weight) / total).toFixed(1))} %`)
    .join(", ");
}

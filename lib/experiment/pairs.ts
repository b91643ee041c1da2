/** The pairs of an experiment that are whole. */

import type { MetricOfOperation, Repetition } from "../schema/experiment.generated.ts";

/** Both repetitions of a pair. */
export interface Pair {
  /** From 1. */
  number: number;
  a: Repetition;
  b: Repetition;
}

/** The pairs whose repetitions count, in their order. Of a repetition that was run again, the last that counts. */
export function completePairs(repetitions: readonly Repetition[]): Pair[] {
  const found = new Map<number, Partial<Pair>>();
  for (const repetition of repetitions) {
    if (!repetition.counts) continue;
    found.set(repetition.pair, { ...found.get(repetition.pair), [repetition.variant]: repetition });
  }
  return [...found]
    .flatMap(([number, { a, b }]) => (a === undefined || b === undefined ? [] : [{ number, a, b }]))
    .sort((one, other) => one.number - other.number);
}

/** A metric in a repetition; null: it does not have it. */
export function valueIn(repetition: Repetition, { metric, operation }: MetricOfOperation): number | null {
  return repetition.metrics[operation]?.[metric] ?? null;
}

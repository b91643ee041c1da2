// How many times as much one contender does as another, from rounds in which both ran.

import { pairedLogRatio } from "../../lib/statistics/paired-log-ratio.ts";

/** A ratio with its interval; without one where there was a single round. */
export interface Ratio {
  value: number;
  lower: number | null;
  upper: number | null;
  rounds: number;
}

/**
 * The geometric mean of the ratios of what was measured in the same round, with a confidence interval.
 * @param confidence Share of such intervals that hold the true ratio.
 * @throws {RangeError} for no rounds, lists of different lengths, and values that are not above zero.
 */
export function ratioOf(measured: readonly number[], yardstick: readonly number[], confidence = 0.95): Ratio {
  if (measured.length === 0 || measured.length !== yardstick.length) {
    throw new RangeError(`a ratio needs rounds with both: there are ${measured.length} and ${yardstick.length}`);
  }
  const rounds = measured.map((value, round) => [yardstick[round] ?? Number.NaN, value] as const);
  const { pairs, ratio, lower, upper } = pairedLogRatio(rounds, confidence);
  return { value: ratio, lower, upper, rounds: pairs };
}

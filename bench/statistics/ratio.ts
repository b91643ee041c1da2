// How many times as much one contender does as another, from rounds in which both ran.

import jStat from "jstat";

/** A ratio with its interval; without one where there was a single round. */
export interface Ratio {
  value: number;
  lower: number | null;
  upper: number | null;
  rounds: number;
}

/**
 * The geometric mean of the ratios of pairs that were measured in the same round, with a confidence interval: that of the mean of
 * the logarithms, by Student's t distribution with n − 1 degrees of freedom ("Student", The Probable Error of a Mean, Biometrika 6,
 * 1908). Ratios are averaged geometrically because only then the ratio of the means is the mean of the ratios (Fleming and Wallace, How
 * Not to Lie with Statistics, CACM 29, 1986); pairs, because what disturbs a round disturbs both.
 * @param confidence Share of such intervals that hold the true ratio.
 * @throws {RangeError} for no rounds, lists of different lengths, and values that are not above zero.
 */
export function ratioOf(measured: readonly number[], yardstick: readonly number[], confidence = 0.95): Ratio {
  if (measured.length === 0 || measured.length !== yardstick.length) {
    throw new RangeError(`a ratio needs rounds with both: there are ${measured.length} and ${yardstick.length}`);
  }
  const logarithms = measured.map((value, round) => {
    const other = yardstick[round] ?? Number.NaN;
    if (!(value > 0 && other > 0)) throw new RangeError(`a ratio of ${value} to ${other} has no logarithm`);
    return Math.log(value / other);
  });
  const rounds = logarithms.length;
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / rounds;
  if (rounds === 1) return { value: Math.exp(mean), lower: null, upper: null, rounds };
  const variance = logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (rounds - 1);
  const half = jStat.studentt.inv((1 + confidence) / 2, rounds - 1) * Math.sqrt(variance / rounds);
  return { value: Math.exp(mean), lower: Math.exp(mean - half), upper: Math.exp(mean + half), rounds };
}

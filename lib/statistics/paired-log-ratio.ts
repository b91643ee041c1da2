// How many times as much B is as A, from pairs that were measured next to each other.
//
// Source: the paired t test ("Student", The Probable Error of a Mean, Biometrika 6, 1908) on dᵢ = ln(bᵢ / aᵢ). Ratios are averaged
// geometrically, because only then the ratio of the means is the mean of the ratios (Fleming and Wallace, How Not to Lie with Statistics,
// CACM 29, 1986), and A against B says the same as B against A. Pairs, because what disturbs a pair disturbs both of it.
//
// Assumptions: the pairs are independent of each other, and the dᵢ come from a normal distribution. The test bears other symmetric
// distributions well, and single wild pairs badly: they widen the interval. A value of a pair is one repetition, never one request:
// requests of one run are not independent.
//
// Limits: two pairs give an interval that is very wide; five are sensible. Where all dᵢ are the same, the test does not exist: see
// `pValue`.

import { studentTQuantile, studentTUpperTail } from "./student-t.ts";

/** The ratio B / A with what can be said about it. */
export interface PairedLogRatio {
  pairs: number;
  /** The geometric mean of bᵢ / aᵢ. */
  ratio: number;
  /** The mean of ln(bᵢ / aᵢ). */
  meanLogRatio: number;
  /** The standard deviation of ln(bᵢ / aᵢ), with n − 1; null of a single pair. */
  standardDeviation: number | null;
  /** The confidence interval of the ratio; null of a single pair. */
  lower: number | null;
  upper: number | null;
  /**
   * Two-sided, that the true ratio is 1; null of a single pair. 1 where every pair is equal. Where every pair has the same ratio other than 1,
   * as counters may have that are not subject to chance, the interval is that ratio alone, and t is infinite. Its p-value of 0
   * would claim more than so few pairs can show, and it is that of the sign test instead: 2^(1 − n).
   */
  pValue: number | null;
}

/** The logarithm of a ratio of two doubles is exact to about this. */
const roundingError = 8 * Number.EPSILON;

/**
 * The paired t test on logarithms of ratios.
 * @param pairs Values of A and B in any unit, above zero.
 * @param confidence Share of such intervals that hold the true ratio.
 * @throws {RangeError} for no pairs, values that are not finite and above zero, and a confidence that is not between 0 and 1.
 */
export function pairedLogRatio(pairs: readonly (readonly [a: number, b: number])[], confidence = 0.95): PairedLogRatio {
  if (pairs.length === 0) throw new RangeError("a ratio needs at least one pair; there is none");
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`a confidence of ${confidence}; it takes one above 0 and below 1`);
  }
  const logRatios = pairs.map(([a, b]) => logRatioOf(a, b));
  const count = logRatios.length;
  const mean = logRatios.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return resultOf(count, mean, null, null, null);
  const variance = logRatios.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const deviation = Math.sqrt(variance);
  if (deviation <= roundingError * (1 + Math.abs(mean))) {
    if (Math.abs(mean) <= roundingError) return resultOf(count, 0, 0, 0, 1);
    return resultOf(count, mean, 0, 0, 2 ** (1 - count));
  }
  const standardError = deviation / Math.sqrt(count);
  const half = studentTQuantile((1 + confidence) / 2, count - 1) * standardError;
  const pValue = Math.min(1, 2 * studentTUpperTail(Math.abs(mean) / standardError, count - 1));
  return resultOf(count, mean, deviation, half, pValue);
}

function logRatioOf(a: number, b: number): number {
  if (!(a > 0 && b > 0 && Number.isFinite(a) && Number.isFinite(b))) {
    throw new RangeError(`a ratio of ${b} to ${a} has no logarithm; both must be finite and above zero`);
  }
  // Not of b / a, which may be too large or too small for a number.
  const ratio = b / a;
  return ratio > 0 && Number.isFinite(ratio) ? Math.log(ratio) : Math.log(b) - Math.log(a);
}

function resultOf(
  pairs: number,
  meanLogRatio: number,
  standardDeviation: number | null,
  half: number | null,
  pValue: number | null,
): PairedLogRatio {
  return {
    pairs,
    ratio: Math.exp(meanLogRatio),
    meanLogRatio,
    standardDeviation,
    lower: half === null ? null : Math.exp(meanLogRatio - half),
    upper: half === null ? null : Math.exp(meanLogRatio + half),
    pValue,
  };
}

// How small a change a number of pairs can show, and how many pairs a change needs.
//
// Source: the power of the two-sided paired t test by the noncentral t distribution (Johnson and Welch, Applications of the Non-Central
// t-Distribution, Biometrika 31, 1940). With noncentrality δ = ln(ratio) · √N / s, a value of it is (Z + δ) / U, with Z standard normal and U the root
// of χ² / ν, ν = N − 1; so the power is the integral of 1 − Φ(cU − δ) + Φ(−cU − δ) over the distribution of U. It is taken over ln U, where
// the trapezoidal rule converges faster than any power of the step.
//
// Assumptions: those of the paired t test, and that `standardDeviation` is the true one of ln(bᵢ / aᵢ). An estimate from a few pairs is far
// from it: from eight pairs, the true one may be from two thirds to twice of what was found (95 %), and the change that can be shown
// with it. Limits: N is 2 to 100,000. The error of a power is below 1e-9.

import { normalCumulative } from "./normal.ts";
import { studentTQuantile } from "./student-t.ts";

/** At which error rate, and how surely. */
export interface Detection {
  /** Share of false alarms, two-sided; 0.05. */
  alpha?: number;
  /** Share of true changes that are found; 0.8. */
  power?: number;
}

const maximumPairs = 100_000;
/** Of the integral; more change nothing in the first nine digits. */
const steps = 2000;
/** e^−40 is nothing beside 1. */
const negligible = 40;

/**
 * The smallest ratio above 1 that so many pairs show with the power wanted; its inverse is the smallest decrease.
 * @param standardDeviation Of ln(bᵢ / aᵢ).
 * @throws {RangeError} for pairs that are not a whole number from 2 to 100,000, a deviation that is negative or not finite, and an alpha
 * or power that is not between 0 and 1, alpha being the smaller.
 */
export function detectableRatio(pairs: number, standardDeviation: number, detection: Detection = {}): number {
  checkDeviation(standardDeviation);
  return Math.exp((noncentralityFor(pairs, detection) * standardDeviation) / Math.sqrt(pairs));
}

/**
 * The fewest pairs that show a ratio with the power wanted; null where 100,000 do not.
 * @param ratio The change as B / A, above or below 1.
 * @throws {RangeError} as `detectableRatio`, and for a ratio that is not above zero, or is 1.
 */
export function pairsNeeded(ratio: number, standardDeviation: number, detection: Detection = {}): number | null {
  checkDeviation(standardDeviation);
  if (!(ratio > 0 && Number.isFinite(ratio) && ratio !== 1)) {
    throw new RangeError(`no number of pairs shows a ratio of ${ratio}; it takes one above zero other than 1`);
  }
  const { alpha, power } = checked(detection);
  if (standardDeviation === 0) return 2;
  const isEnough = (pairs: number) => pairedPower(pairs, ratio, standardDeviation, alpha) >= power;
  let [low, high] = [1, 2];
  while (!isEnough(high)) {
    if (high === maximumPairs) return null;
    [low, high] = [high, Math.min(2 * high, maximumPairs)];
  }
  // More pairs always have more power: at `low` it is too little, at `high` enough.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The probability that the two-sided paired t test at `alpha` rejects, where B / A is truly `ratio`.
 * @throws {RangeError} as `detectableRatio`, and for a ratio that is not above zero.
 */
export function pairedPower(pairs: number, ratio: number, standardDeviation: number, alpha = 0.05): number {
  checkPairs(pairs);
  checkDeviation(standardDeviation);
  checked({ alpha, power: 1 - Number.EPSILON });
  if (!(ratio > 0 && Number.isFinite(ratio))) throw new RangeError(`a ratio of ${ratio}; it takes one above zero`);
  if (standardDeviation === 0) return ratio === 1 ? alpha : 1;
  const noncentrality = (Math.log(ratio) * Math.sqrt(pairs)) / standardDeviation;
  return noncentralPower(new RootMeanSquare(pairs - 1), -studentTQuantile(alpha / 2, pairs - 1), noncentrality);
}

const found = new Map<string, number>();

/** The noncentrality at which the power is reached: by halving, and remembered, since it is asked for of every metric. */
function noncentralityFor(pairs: number, detection: Detection): number {
  checkPairs(pairs);
  const { alpha, power } = checked(detection);
  const key = `${pairs} ${alpha} ${power}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const spread = new RootMeanSquare(pairs - 1);
  const critical = -studentTQuantile(alpha / 2, pairs - 1);
  let [low, high] = [0, 1];
  while (noncentralPower(spread, critical, high) < power) [low, high] = [high, 2 * high];
  while (high - low > 1e-10 * high) {
    const middle = (low + high) / 2;
    if (noncentralPower(spread, critical, middle) < power) low = middle;
    else high = middle;
  }
  found.set(key, high);
  return high;
}

/** Points of the distribution of √(χ² / ν), with weights that add up to 1. */
class RootMeanSquare {
  readonly points: Float64Array;
  readonly weights: Float64Array;

  constructor(degreesOfFreedom: number) {
    // The density over y = ln U, less its height at 0: ν (y − (e^2y − 1) / 2), negative on both sides.
    const height = (y: number) => degreesOfFreedom * (y - Math.expm1(2 * y) / 2);
    const [low, high] = [edge(height, -1), edge(height, 1)];
    this.points = new Float64Array(steps + 1);
    this.weights = new Float64Array(steps + 1);
    let sum = 0;
    for (let step = 0; step <= steps; step += 1) {
      const y = low + ((high - low) * step) / steps;
      this.points[step] = Math.exp(y);
      const weight = Math.exp(height(y));
      this.weights[step] = weight;
      sum += weight;
    }
    for (let step = 0; step <= steps; step += 1) this.weights[step] = (this.weights[step] ?? 0) / sum;
  }
}

/** Where a height that falls from 0 has become negligible. */
function edge(height: (y: number) => number, direction: 1 | -1): number {
  let [near, far] = [0, 1e-4];
  while (height(direction * far) > -negligible) [near, far] = [far, 2 * far];
  for (let step = 0; step < 20; step += 1) {
    const middle = (near + far) / 2;
    if (height(direction * middle) > -negligible) near = middle;
    else far = middle;
  }
  return direction * far;
}

function noncentralPower({ points, weights }: RootMeanSquare, critical: number, noncentrality: number): number {
  let power = 0;
  for (const [step, point] of points.entries()) {
    const above = normalCumulative(noncentrality - critical * point);
    const below = normalCumulative(-noncentrality - critical * point);
    power += (weights[step] ?? 0) * (above + below);
  }
  return Math.min(1, power);
}

function checkPairs(pairs: number): void {
  if (!(Number.isInteger(pairs) && pairs >= 2 && pairs <= maximumPairs)) {
    throw new RangeError(`${pairs} pairs; it takes a whole number from 2 to ${maximumPairs}`);
  }
}

function checkDeviation(standardDeviation: number): void {
  if (!(standardDeviation >= 0 && Number.isFinite(standardDeviation))) {
    throw new RangeError(`a standard deviation of ${standardDeviation}; it takes a finite one of 0 or more`);
  }
}

function checked({ alpha = 0.05, power = 0.8 }: Detection): Required<Detection> {
  if (!(alpha > 0 && power < 1 && alpha < power)) {
    throw new RangeError(`an alpha of ${alpha} and a power of ${power}; it takes 0 < alpha < power < 1`);
  }
  return { alpha, power };
}

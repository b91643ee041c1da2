// The standard normal distribution.
//
// Source: Marsaglia, Evaluating the Normal Distribution, Journal of Statistical Software 11 (2004): Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …).
// Assumptions: none. Limits: the absolute error is below 1e-15, which is what powers need; the relative error of far tails is not small.

/** Beyond this, a double cannot tell Φ from 0 or 1 by more than 1e-15. */
const farOut = 8;

/** The probability that a standard normal value is at most `x`. @throws {RangeError} for what is not a number. */
export function normalCumulative(x: number): number {
  if (Number.isNaN(x)) throw new RangeError("x is not a number; it takes a number, or an infinite one");
  if (x < -farOut) return 0;
  if (x > farOut) return 1;
  let sum = x;
  let term = x;
  for (let divisor = 3, before = Number.NaN; sum !== before; divisor += 2) {
    before = sum;
    term *= (x * x) / divisor;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-(x * x) / 2 - Math.log(2 * Math.PI) / 2);
}

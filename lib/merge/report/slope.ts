/** A robust slope, by the rules of the recorder (k6-ext/report/theilsen.go). */

import { medianOf } from "../../result/steadiness.ts";

/** Quantile of the normal distribution for a two-sided interval of 95 %. */
const normal95 = 1.959964;

/**
 * How much y changes when x goes up by one, with its 95 % interval: the median of the slopes between all pairs of points. H. Theil, "A rank-invariant
 * method of linear and polynomial regression analysis", Proc. Kon. Ned. Akad. v. Wetensch. A 53 (1950); the interval is by P. K. Sen, "Estimates of the
 * regression coefficient based on Kendall's tau", JASA 63 (1968), with the normal approximation.
 * @param x ascending; n points make n²/2 pairs.
 */
export function slopeOf(x: readonly number[], y: readonly number[]): { estimate: number; low: number; high: number } {
  const n = x.length;
  const slopes: number[] = [];
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      slopes.push(((y[j] as number) - (y[i] as number)) / ((x[j] as number) - (x[i] as number)));
    }
  }
  slopes.sort((a, b) => a - b);
  const pairs = slopes.length;
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (rank: number) => slopes[Math.min(Math.max(rank, 0), pairs - 1)] as number;
  return {
    estimate: medianOf(slopes),
    low: at(Math.floor((pairs - normal95 * deviation) / 2) - 1),
    high: at(Math.ceil((pairs + normal95 * deviation) / 2)),
  };
}

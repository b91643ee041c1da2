// Whether differences of pairs lie on both sides of zero alike, from their ranks alone.
//
// Source: Wilcoxon, Individual Comparisons by Ranking Methods, Biometrics Bulletin 1 (1945). The p-value is exact: under the null
// hypothesis each rank has either sign with equal probability, and the distribution of the sum of the positive ones is built up rank by rank.
// Equal sizes share the mean of their ranks, and the distribution is that of these shared ranks (the conditional test). Differences
// of zero are left out, as Wilcoxon did, and do not count as pairs.
//
// Assumptions: the pairs are independent of each other, and the differences are distributed symmetrically about their middle.
//
// Limits: below 6 differences no p-value can be below 5 %, and none is given. With n differences the least p-value is 2^(1 − n): 0.0078
// for 8. Exact up to 500 differences, in a time that grows with their cube (less than a second for 500); more are refused. There is no normal
// approximation here.

const minimumDifferences = 6;
const maximumDifferences = 500;
/** Sizes that differ by less than rounding does are the same: ln(a / b) and ln(b / a) are not always the same number. */
const tieTolerance = 1e-12;

/** The result of the test. */
export interface WilcoxonSignedRank {
  /** Differences that are not zero. */
  differences: number;
  /** The sum of the ranks of the positive differences (W⁺). */
  positiveRankSum: number;
  /** Two-sided; null below 6 differences. */
  pValue: number | null;
}

/**
 * The signed-rank test of differences, here ln(bᵢ / aᵢ), in any unit.
 * @throws {RangeError} for differences that are not finite, and more than 500 of them.
 */
export function wilcoxonSignedRank(differences: readonly number[]): WilcoxonSignedRank {
  for (const value of differences) {
    if (!Number.isFinite(value)) throw new RangeError(`a difference of ${value} has no rank; it takes finite ones`);
  }
  const kept = differences.filter((value) => value !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  if (kept.length > maximumDifferences) {
    throw new RangeError(`${kept.length} differences; the exact test takes up to ${maximumDifferences}`);
  }
  const ranks = doubledRanks(kept.map(Math.abs));
  const positive = ranks.reduce((sum, rank, index) => sum + ((kept[index] ?? 0) > 0 ? rank : 0), 0);
  const pValue = kept.length < minimumDifferences ? null : twoSided(ranks, positive);
  return { differences: kept.length, positiveRankSum: positive / 2, pValue };
}

/** Twice the rank of each of some sizes in ascending order: whole numbers, since shared ranks may end on a half. */
function doubledRanks(sizes: readonly number[]): number[] {
  const ranks: number[] = [];
  while (ranks.length < sizes.length) {
    const first = ranks.length;
    const smallest = sizes[first] ?? 0;
    let last = first;
    while ((sizes[last + 1] ?? Number.POSITIVE_INFINITY) <= smallest * (1 + tieTolerance)) last += 1;
    for (let index = first; index <= last; index += 1) ranks.push(first + last + 2);
  }
  return ranks;
}

/** Twice the probability of a sum at least as far out as this one. */
function twoSided(ranks: readonly number[], sum: number): number {
  const total = ranks.reduce((all, rank) => all + rank, 0);
  const probabilities = new Float64Array(total + 1);
  probabilities[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let at = reached; at >= 0; at -= 1) {
      const without = probabilities[at] ?? 0;
      const withRank = at >= rank ? (probabilities[at - rank] ?? 0) : 0;
      probabilities[at] = (without + withRank) / 2;
    }
  }
  // The distribution is symmetric, so the smaller side stands for both.
  const further = probabilities.subarray(0, Math.min(sum, total - sum) + 1);
  return Math.min(1, 2 * further.reduce((all, probability) => all + probability, 0));
}

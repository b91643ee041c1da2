// Whether values of one sample tend to be larger than those of another: a foil of the simulation, which dbmark does not use.
//
// Source: Mann and Whitney, On a Test of Whether One of Two Random Variables Is Stochastically Larger than the Other (1947). Exact for up to
// 40 values, by the number of ways to choose ranks with each sum (ranks of equal values shared); above that the normal approximation with
// continuity and tie correction. Assumption: all values are independent of each other, which neither requests nor runs under drift are.

import { normalCumulative } from "../../lib/statistics/normal.ts";

const exactUpTo = 40;

/** The two-sided p-value. */
export function mannWhitney(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [n, m] = [first.length, second.length];
  const { rankSum, doubledRanks, ties } = ranked(first, second);
  if (n + m <= exactUpTo) return exact(doubledRanks, n, 2 * rankSum);
  const difference = Math.abs(rankSum - (n * (n + m + 1)) / 2);
  const variance = ((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1)));
  if (!(variance > 0)) return 1;
  return Math.min(1, 2 * normalCumulative(-Math.max(0, difference - 0.5) / Math.sqrt(variance)));
}

/** The sum of the first sample's ranks, twice the rank of each value in ascending order, and the sum of t³ − t over ties of t values. */
function ranked(first: ArrayLike<number>, second: ArrayLike<number>) {
  const [a, b] = [Float64Array.from(first).sort(), Float64Array.from(second).sort()];
  const doubledRanks: number[] = [];
  let [rankSum, ties, i, j] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    const [beforeA, beforeB] = [i, j];
    while (a[i] === value) i += 1;
    while (b[j] === value) j += 1;
    const doubled = beforeA + beforeB + 1 + i + j;
    const tied = i - beforeA + j - beforeB;
    rankSum += ((i - beforeA) * doubled) / 2;
    ties += tied ** 3 - tied;
    if (a.length + b.length <= exactUpTo) doubledRanks.push(...new Array<number>(tied).fill(doubled));
  }
  return { rankSum, doubledRanks, ties };
}

function exact(doubledRanks: readonly number[], chosen: number, observed: number): number {
  const total = doubledRanks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: chosen + 1 }, () => new Float64Array(total + 1));
  const at = (count: number, sum: number) => ways[count]?.[sum] ?? 0;
  (ways[0] as Float64Array)[0] = 1;
  for (const rank of doubledRanks) {
    for (let count = chosen; count >= 1; count -= 1) {
      const row = ways[count] as Float64Array;
      for (let sum = total; sum >= rank; sum -= 1) row[sum] = at(count, sum) + at(count - 1, sum - rank);
    }
  }
  const row = ways[chosen] ?? new Float64Array();
  const sumOf = (part: Float64Array) => part.reduce((sum, value) => sum + value, 0);
  const smaller = Math.min(sumOf(row.subarray(0, observed + 1)), sumOf(row.subarray(observed)));
  return Math.min(1, (2 * smaller) / sumOf(row));
}

// Percentiles of a list of times, by the rule of the histograms.

/** What is compared: the middle, the tail, and 100 for the maximum. */
export const percentilesOfTail = [50, 90, 95, 99, 99.9, 100] as const;

/** One of them. */
export type Percentile = (typeof percentilesOfTail)[number];

/**
 * The value that this share of the times does not exceed: the one of nearest rank, as the recorder's histograms have it, so that a
 * list and a histogram of it differ by the histogram's resolution alone. NaN for an empty list.
 * @param sorted times in ascending order, in any unit.
 * @param percent from 0 to 100.
 */
export function percentileOf(sorted: readonly number[], percent: number): number {
  const rank = Math.floor((percent / 100) * sorted.length + 0.5);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] ?? Number.NaN;
}

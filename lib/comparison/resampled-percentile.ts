// A percentile of resamples of a series of histograms, quickly and exactly.
//
// A resample adds up some hundred histograms, and an interval takes a thousand resamples. But a percentile of several blocks together lies
// between the lowest and the highest of the blocks' own. So of each histogram only the buckets between these are added, and of those below
// them their sum. Where a resample's percentile lies elsewhere all the same, as a last block that was cut may cause, all buckets are added.

import {
  bucketCount,
  highestMilliseconds,
  percentileBucket,
  percentileOf,
  rankOf,
  type SparseHistogram,
} from "../result/sparse-histogram.ts";

/** One percentile of one series. */
export class ResampledPercentile {
  readonly #histograms: readonly SparseHistogram[];
  readonly #percent: number;
  /** Lowest bucket that is near. */
  readonly #low: number;
  /** Operations of each histogram in all, and below the near buckets. */
  readonly #counts: Float64Array;
  readonly #below: Float64Array;
  /** Near buckets of all histograms, less the lowest one, and their counts; histogram i has those from #starts[i] to #starts[i + 1]. */
  readonly #starts: Uint32Array;
  readonly #buckets: Uint16Array;
  readonly #held: Float64Array;
  /** Sums of the near buckets; all 0 between two resamples. */
  readonly #sums: Float64Array;

  /**
   * @param histograms those of the items that are drawn.
   * @param percent such as 99.
   * @param blockLength items that are drawn together.
   */
  constructor(histograms: readonly SparseHistogram[], percent: number, blockLength: number) {
    this.#histograms = histograms;
    this.#percent = percent;
    const [low, high] = nearBuckets(histograms, percent, blockLength);
    this.#low = low;
    this.#sums = new Float64Array(Math.max(high - low + 1, 0));
    this.#counts = Float64Array.from(histograms, ({ count }) => count);
    this.#below = new Float64Array(histograms.length);
    this.#starts = new Uint32Array(histograms.length + 1);
    const near: number[] = [];
    const held: number[] = [];
    for (const [item, { buckets, counts }] of histograms.entries()) {
      for (const [place, bucket] of buckets.entries()) {
        const count = counts[place] as number;
        if (bucket < low) this.#below[item] = (this.#below[item] as number) + count;
        else if (bucket <= high) {
          near.push(bucket - low);
          held.push(count);
        }
      }
      this.#starts[item + 1] = near.length;
    }
    this.#buckets = Uint16Array.from(near);
    this.#held = Float64Array.from(held);
  }

  /** The percentile of the histograms with these indices, each as often as it stands there: milliseconds; NaN when they are empty. */
  of(indices: Uint32Array): number {
    const sums = this.#sums;
    sums.fill(0);
    let count = 0;
    let seen = 0;
    for (const item of indices) {
      count += this.#counts[item] as number;
      seen += this.#below[item] as number;
      const end = this.#starts[item + 1] as number;
      for (let place = this.#starts[item] as number; place < end; place += 1) {
        const bucket = this.#buckets[place] as number;
        sums[bucket] = (sums[bucket] as number) + (this.#held[place] as number);
      }
    }
    if (count === 0) return Number.NaN;
    const rank = rankOf(this.#percent, count);
    if (seen < rank) {
      for (let bucket = 0; bucket < sums.length; bucket += 1) {
        seen += sums[bucket] as number;
        if (seen >= rank) return highestMilliseconds(this.#low + bucket);
      }
    }
    return percentileOf(this.#histograms, this.#percent, indices) ?? Number.NaN;
  }
}

/** The buckets of the lowest and the highest percentile of any block. */
function nearBuckets(
  histograms: readonly SparseHistogram[],
  percent: number,
  blockLength: number,
): [low: number, high: number] {
  let [low, high] = [bucketCount, -1];
  for (let start = 0; start < histograms.length; start += 1) {
    const block = Uint32Array.from({ length: blockLength }, (_, place) => (start + place) % histograms.length);
    const bucket = percentileBucket(histograms, percent, block);
    if (bucket === null) continue;
    low = Math.min(low, bucket);
    high = Math.max(high, bucket);
  }
  return [low, high];
}

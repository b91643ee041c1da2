/** Merges the latencies of windows into one, as the recorder's totals would have it. For Node: it needs hdr-histogram-js. */

import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from "hdr-histogram-js";
import type { Latency } from "../schema/run.generated.ts";
import type { WindowLatency } from "../schema/windows.generated.ts";

/** Number of operations below which a p99 is not reported. */
export const minimumForP99 = 10_000;

const nanosecondsPerMillisecond = 1e6;
/** One hour, as the recorder's histograms have it. */
const highestNanoseconds = 3_600_000_000_000;

/** The parts of a histogram of hdr-histogram-js that its type keeps to itself. */
interface Buckets {
  readonly countsArrayLength: number;
  getCountAtIndex(index: number): number;
  valueFromIndex(index: number): number;
  highestEquivalentValue(value: number): number;
}

/** A sum of latencies. Counts are exact up to 2^53. */
export class MergedLatency {
  #histogram: Histogram | undefined;
  #count = 0;
  #sum = 0;
  #clamped = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** Adds a window's latency, or an already merged one. */
  add(latency: WindowLatency): void {
    if (latency.count === 0) return;
    const histogram = decodeFromCompressedBase64(latency.histogram, 64, false);
    if (this.#histogram === undefined) this.#histogram = empty();
    this.#histogram.add(histogram);
    this.#count += latency.count;
    this.#clamped += latency.clamped;
    this.#sum += (latency.mean ?? 0) * latency.count;
    this.#min = Math.min(this.#min, latency.min ?? this.#min);
    this.#max = Math.max(this.#max, latency.max ?? this.#max);
  }

  get count(): number {
    return this.#count;
  }

  /**
   * The value that this share of the operations did not exceed, in milliseconds; null when there are none. By the same
   * rule as the recorder's: the nearest rank, and the highest value of its bucket.
   */
  percentile(percent: number): number | null {
    if (this.#histogram === undefined) return null;
    const buckets = this.#histogram as unknown as Buckets;
    const rank = Math.min(Math.max(Math.floor((percent / 100) * this.#count + 0.5), 1), this.#count);
    let seen = 0;
    for (let index = 0; index < buckets.countsArrayLength; index++) {
      seen += buckets.getCountAtIndex(index);
      if (seen >= rank)
        return buckets.highestEquivalentValue(buckets.valueFromIndex(index)) / nanosecondsPerMillisecond;
    }
    return this.#max;
  }

  /** How many are longer than so many milliseconds, to within the width of a bucket. */
  countAbove(milliseconds: number): number {
    if (this.#histogram === undefined) return 0;
    const buckets = this.#histogram as unknown as Buckets;
    let above = 0;
    for (let index = buckets.countsArrayLength - 1; index >= 0; index--) {
      if (buckets.valueFromIndex(index) <= milliseconds * nanosecondsPerMillisecond) break;
      above += buckets.getCountAtIndex(index);
    }
    return above;
  }

  /** As a run file holds it. */
  toLatency(): Latency {
    const some = this.#count > 0;
    return {
      count: this.#count,
      min: some ? this.#min : null,
      mean: some ? this.#sum / this.#count : null,
      p50: this.percentile(50),
      p95: this.percentile(95),
      p99: this.#count >= minimumForP99 ? this.percentile(99) : null,
      max: some ? this.#max : null,
      clamped: this.#clamped,
      histogram: encodeIntoCompressedBase64(this.#histogram ?? empty()),
    };
  }
}

function empty(): Histogram {
  return build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestNanoseconds,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
}

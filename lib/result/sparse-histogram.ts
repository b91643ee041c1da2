/**
 * Histograms of single seconds as the few buckets that hold something, which can be kept by the thousand and merged quickly. For
 * Node: it needs hdr-histogram-js.
 */

import { inflateSync } from "node:zlib";
import { build } from "hdr-histogram-js";
import byteBuffer from "hdr-histogram-js/dist/ByteBuffer.js";
import zigZag from "hdr-histogram-js/dist/ZigZagEncoding.js";

/** Counts of times by the buckets of the recorder's histograms (1 ns to 1 h, three digits). */
export interface SparseHistogram {
  /** Indices of the buckets that hold something, ascending. */
  readonly buckets: Uint16Array;
  /** How many each of them holds. */
  readonly counts: Uint32Array;
  /** Their sum. */
  readonly count: number;
}

// The library is CommonJS: its default exports are members of what Node imports, and are what bundlers and test runners import.
const unwrapped = <Type extends object>(imported: Type): Type =>
  "default" in imported ? (imported.default as Type) : imported;
const ByteBuffer = unwrapped(byteBuffer);
const ZigZagEncoding = unwrapped(zigZag);

const digits = 3;
const nanosecondsPerMillisecond = 1e6;
/** A histogram that is there to be asked what its buckets stand for. */
const scale = build({
  bitBucketSize: 8,
  lowestDiscernibleValue: 1,
  highestTrackableValue: 3_600_000_000_000,
  numberOfSignificantValueDigits: digits,
  useWebAssembly: false,
}) as unknown as {
  readonly countsArrayLength: number;
  valueFromIndex(index: number): number;
  highestEquivalentValue(value: number): number;
};

/** Buckets that a histogram has. */
export const bucketCount = scale.countsArrayLength;

const compressedCookie = 0x1c849304;
const cookie = 0x1c849303;
/** Bits of a cookie that tell the size of a word, which in version 2 is always the same. */
const wordSizeBits = 0xf0;

/**
 * Reads a histogram in the V2 compressed form of HdrHistogram, in base64. The library's own decoder fills an array of all 33,792 buckets
 * for it and takes ten times as long, which a file of ten hours has some hundred thousand times; its reader of numbers is used here.
 * @throws {RangeError} when it is not one, or not one that the recorder makes.
 */
export function decodeSparseHistogram(base64: string): SparseHistogram {
  const compressed = Buffer.from(base64, "base64");
  if (compressed.length < 8 || ((compressed.readInt32BE(0) & ~wordSizeBits) | 0) !== compressedCookie) {
    throw new RangeError("it is not in the V2 compressed form of HdrHistogram");
  }
  const data = inflate(compressed.subarray(8, 8 + compressed.readInt32BE(4)));
  const payload = 40;
  if (data.length < payload || ((data.readInt32BE(0) & ~wordSizeBits) | 0) !== cookie) {
    throw new RangeError("it is not in the V2 form of HdrHistogram");
  }
  const end = payload + data.readInt32BE(4);
  if (end > data.length) throw new RangeError("it is cut off");
  // No bucket is moved by it: hdr-histogram-js, which writes the totals of runs that crashed, says 1 and means 0.
  const offset = data.readInt32BE(8);
  if ((offset !== 0 && offset !== 1) || data.readInt32BE(12) !== digits || data.readBigInt64BE(16) !== 1n) {
    throw new RangeError(`its buckets are not those of ${digits} digits from 1 ns on`);
  }
  const buffer = new ByteBuffer(data);
  buffer.position = payload;
  const buckets: number[] = [];
  const counts: number[] = [];
  let count = 0;
  for (let bucket = 0; buffer.position < end; ) {
    const value = ZigZagEncoding.decode(buffer);
    if (value <= 0) {
      bucket += value === 0 ? 1 : -value;
      continue;
    }
    if (bucket >= bucketCount) throw new RangeError("it has values of more than an hour");
    buckets.push(bucket);
    counts.push(value);
    count += value;
    bucket += 1;
  }
  return { buckets: Uint16Array.from(buckets), counts: Uint32Array.from(counts), count };
}

function inflate(compressed: Buffer): Buffer {
  try {
    return inflateSync(compressed);
  } catch (error) {
    throw new RangeError(`it cannot be decompressed: ${error instanceof Error ? error.message : error}`);
  }
}

/** Counts of all buckets while histograms are being added up; all 0 in between. */
const sums = new Float64Array(bucketCount);

/** The sum of two histograms. @throws {RangeError} when a bucket would hold more than 2^32 − 1. */
export function mergeSparseHistograms(a: SparseHistogram, b: SparseHistogram): SparseHistogram {
  const most = a.buckets.length + b.buckets.length;
  const buckets = new Uint16Array(most);
  const counts = new Uint32Array(most);
  let length = 0;
  // Both are ascending: the lower of the next two comes next, and equal ones become one.
  for (let inA = 0, inB = 0; inA < a.buckets.length || inB < b.buckets.length; length += 1) {
    const bucketA = a.buckets[inA] ?? bucketCount;
    const bucketB = b.buckets[inB] ?? bucketCount;
    let sum = 0;
    if (bucketA <= bucketB) sum += a.counts[inA++] as number;
    if (bucketB <= bucketA) sum += b.counts[inB++] as number;
    if (sum > 0xffff_ffff) throw new RangeError("a bucket would hold more than 2^32 - 1 values");
    buckets[length] = Math.min(bucketA, bucketB);
    counts[length] = sum;
  }
  return { buckets: buckets.slice(0, length), counts: counts.slice(0, length), count: a.count + b.count };
}

/**
 * The value that this share of all their operations together did not exceed, in milliseconds; null when there are none. By the
 * recorder's rule: the nearest rank, and the highest value of its bucket.
 * @param indices which of the histograms, each as often as it stands here; all of them once where it is not given.
 */
export function percentileOf(
  histograms: readonly SparseHistogram[],
  percent: number,
  indices?: ArrayLike<number>,
): number | null {
  const bucket = percentileBucket(histograms, percent, indices);
  return bucket === null ? null : highestMilliseconds(bucket);
}

/** The bucket that a percentile lies in; as `percentileOf`. */
export function percentileBucket(
  histograms: readonly SparseHistogram[],
  percent: number,
  indices?: ArrayLike<number>,
): number | null {
  const [low, high, count] = addUp(histograms, indices);
  if (count === 0) return null;
  const rank = rankOf(percent, count);
  let seen = 0;
  let bucket = low;
  for (; bucket < high; bucket += 1) {
    seen += sums[bucket] as number;
    if (seen >= rank) break;
  }
  sums.fill(0, low, high + 1);
  return bucket;
}

/** Which of so many operations, by length from 1, a percentile is. */
export function rankOf(percent: number, count: number): number {
  return Math.min(Math.max(Math.floor((percent / 100) * count + 0.5), 1), count);
}

/** The longest time that counts in a bucket, in milliseconds. */
export function highestMilliseconds(bucket: number): number {
  return scale.highestEquivalentValue(scale.valueFromIndex(bucket)) / nanosecondsPerMillisecond;
}

/** Adds histograms into `sums`; gives the lowest and highest bucket that was touched, and the number of operations. */
function addUp(
  histograms: readonly SparseHistogram[],
  indices: ArrayLike<number> | undefined,
): [low: number, high: number, count: number] {
  let low = bucketCount;
  let high = -1;
  let count = 0;
  const drawn = indices?.length ?? histograms.length;
  for (let draw = 0; draw < drawn; draw += 1) {
    const histogram = histograms[indices === undefined ? draw : (indices[draw] as number)] as SparseHistogram;
    const { buckets, counts } = histogram;
    const held = buckets.length;
    if (held === 0) continue;
    low = Math.min(low, buckets[0] as number);
    high = Math.max(high, buckets[held - 1] as number);
    count += histogram.count;
    for (let place = 0; place < held; place += 1) {
      const bucket = buckets[place] as number;
      sums[bucket] = (sums[bucket] as number) + (counts[place] as number);
    }
  }
  return [low, high, count];
}

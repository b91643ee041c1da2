// An interval of a statistic of one or several series whose items depend on their neighbours, such as the seconds of runs.
//
// Source: the block bootstrap (Künsch, The Jackknife and the Bootstrap for General Stationary Observations, Annals of Statistics 17, 1989), with
// blocks that may run over the end into the beginning (Politis and Romano, A Circular Block-Resampling Procedure for Stationary
// Data, 1992), so that every item is drawn with the same probability. A resample of n items is ⌈n / b⌉ blocks of b neighbours, drawn
// with replacement, the last one cut so that there are n. The interval is that between percentiles of the resampled statistics (Efron 1979).
//
// Assumptions: each series is stationary, and items more than a block apart do not depend on each other; series are independent. Limits: it
// sees what happens within the series only. Two runs of the same thing differ by more (caches, placement, drift), so an interval
// within runs says nothing of whether another run would agree. With few blocks the interval is too short; below two blocks there is none.

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { seededGenerator } from "./seeded-generator.ts";

/** What is resampled, and how. */
export interface BlockBootstrap {
  /** The number of items of each series. */
  lengths: readonly number[];
  /** Neighbours that are drawn together: items; of all series, or of each. */
  blockLength: number | readonly number[];
  /**
   * The statistic of a resample: for each series the indices of its items, in the order drawn. The arrays are used again for the next
   * resample.
   */
  statistic: (...indices: Uint32Array[]) => number;
  /** Whole number; the same seed gives the same interval. */
  seed: number;
  /** 1,000. */
  resamples?: number;
  /** Share of resamples within the interval; 0.95. */
  confidence?: number;
}

/** Both ends of an interval. */
export interface Interval {
  lower: number;
  upper: number;
}

/**
 * The percentile interval; null where a series has fewer than two blocks, and where the statistic of some resample is not a finite
 * number.
 * @throws {RangeError} for no series, lengths, blocks, resamples or a seed that are not whole or too small, blocks of other series, and a
 * confidence that is not between 0 and 1.
 */
export function blockBootstrap(options: BlockBootstrap): Interval | null {
  const { lengths, blockLength, statistic, seed, resamples = 1000, confidence = 0.95 } = options;
  if (lengths.length === 0) throw new RangeError("there is no series to resample; give one or more");
  for (const length of lengths) checkWhole("items", length, 0);
  const blockLengths = typeof blockLength === "number" ? lengths.map(() => blockLength) : blockLength;
  if (blockLengths.length !== lengths.length) {
    throw new RangeError(
      `${blockLengths.length} lengths of blocks for ${lengths.length} series; give one, or one for each`,
    );
  }
  for (const items of blockLengths) checkWhole("items in a block", items, 1);
  checkWhole("resamples", resamples, 2);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`a confidence of ${confidence}; it takes one above 0 and below 1`);
  }
  if (lengths.some((length, series) => length < 2 * (blockLengths[series] as number))) return null;
  const generator = seededGenerator(seed);
  const drawn = lengths.map((length) => new Uint32Array(length));
  const values = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample += 1) {
    for (const [series, indices] of drawn.entries())
      drawBlocks(indices, blockLengths[series] as number, (last) => uniformInt(generator, 0, last));
    const value = statistic(...drawn);
    if (!Number.isFinite(value)) return null;
    values[resample] = value;
  }
  values.sort();
  return { lower: quantile(values, (1 - confidence) / 2), upper: quantile(values, (1 + confidence) / 2) };
}

/** Fills `indices` with blocks of neighbours; `upTo` draws a whole number from 0 to its argument. */
function drawBlocks(indices: Uint32Array, blockLength: number, upTo: (last: number) => number): void {
  const length = indices.length;
  for (let filled = 0; filled < length; ) {
    let item = upTo(length - 1);
    for (const end = Math.min(filled + blockLength, length); filled < end; filled += 1) {
      indices[filled] = item;
      item = item + 1 === length ? 0 : item + 1;
    }
  }
}

/** Between the two values next to it, linearly (definition 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996). */
function quantile(ascending: Float64Array, share: number): number {
  const place = (ascending.length - 1) * share;
  const [low, high] = [ascending[Math.floor(place)] ?? Number.NaN, ascending[Math.ceil(place)] ?? Number.NaN];
  return low + (high - low) * (place - Math.floor(place));
}

function checkWhole(name: string, value: number, minimum: number): void {
  if (!(Number.isSafeInteger(value) && value >= minimum)) {
    throw new RangeError(`${value} ${name}; it takes a whole number of ${minimum} or more`);
  }
}

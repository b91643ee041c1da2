// Where the level of a series changed: E-divisive with means.
//
// Source: Matteson and James, A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data, Journal of the American
// Statistical Association 109 (2014), for one dimension and distances |x − y|; used for performance tests by Daly et al., The Use of Change Point
// Detection to Identify Software Performance Regressions in a Continuous Integration System (ICPE 2020). A segment is split where the
// energy distance of Székely and Rizzo between its two parts, Q = nm / (n + m) · (2 mean|x − y| − mean|x − x′| − mean|y − y′|), is largest.
// Means are over all n² (m²) pairs, as in MongoDB's implementation: Q is never negative, and does not favour short parts. The best split of
// all segments is a change point when among permutations of the values within their segments few have a split as large; then the two
// parts are segments, and so on until one is not.
//
// Assumptions: between changes the values are exchangeable: independent, from one distribution of any shape. A slow drift, or values
// that depend on their neighbours, are found as changes. Limits: the level is that of the first test: a series without changes gives one
// with that probability. Two changes that cancel each other soon after may hide, since splits are searched one at a time. A change is found only
// between segments of the minimum length, so one that is newer than that is not found yet.
//
// Sums of distances are kept by rank in two Fenwick trees (Fenwick, Software: Practice and Experience 24, 1994), so that all splits of n values take
// n log n steps and no matrix, and no window is needed: 5,000 values with 499 permutations took 0.3 s without a change, and 3 s with 19 of them.
// Permuted splits of a segment are kept until it is split itself, since those of other segments do not depend on it.

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { seededGenerator } from "./seeded-generator.ts";

/** How changes are looked for. */
export interface ChangePointSearch {
  /** Whole number; the same seed gives the same changes. */
  seed: number;
  /**
   * `ratio` looks at logarithms, for values above zero: levels are geometric means, and 1 to 2 is as far as 2 to 4. `difference` looks at
   * the values as they are, for those that may be zero: levels are arithmetic means.
   */
  scale: "ratio" | "difference";
  /** A change is accepted at this p-value or below; 0.01. */
  level?: number;
  /** The least p-value is 1 / (permutations + 1); 499. */
  permutations?: number;
  /** Values on either side of a change, at least; 5. */
  minimumSegment?: number;
}

/** A change of the level. */
export interface ChangePoint {
  /** Of the first value after the change. */
  index: number;
  /** Means of the values since the change before it and up to the one after it: geometric ones on the scale `ratio`. */
  before: number;
  after: number;
  /** Of the test by which it was accepted. */
  pValue: number;
}

/**
 * The changes, in the order of the series; none where it is too short for two segments.
 * @throws {RangeError} for values that are not finite, or not above zero on the scale `ratio`, and for settings under which
 * nothing could be found.
 */
export function changePoints(values: readonly number[], search: ChangePointSearch): ChangePoint[] {
  const { seed, scale, level = 0.01, permutations = 499, minimumSegment = 5 } = search;
  checkSearch(level, permutations, minimumSegment);
  const scaled = values.map((value, index) => {
    const isPossible = Number.isFinite(value) && (scale === "difference" || value > 0);
    const accepted = scale === "ratio" ? "finite values above zero" : "finite values";
    if (!isPossible) throw new RangeError(`value ${index} is ${value}; the scale "${scale}" takes ${accepted}`);
    return scale === "ratio" ? Math.log(value) : value;
  });
  const generator = seededGenerator(seed);
  const segmentOf = (start: number, end: number): Segment => {
    const part = scaled.slice(start, end);
    const ranked = rankedFromMiddle(part);
    const best = largestSplit(ranked, minimumSegment);
    const permuted = new Float64Array(best === null ? 0 : permutations);
    for (let permutation = 0; permutation < permuted.length; permutation += 1) {
      shuffle(ranked.order, (last) => uniformInt(generator, 0, last));
      permuted[permutation] = largestSplit(ranked, minimumSegment)?.energy ?? 0;
    }
    return { start, end, best, permuted };
  };
  let segments = [segmentOf(0, scaled.length)];
  const accepted: { index: number; pValue: number }[] = [];
  for (;;) {
    const largest = segments.reduce((a, b) => ((b.best?.energy ?? 0) > (a.best?.energy ?? 0) ? b : a));
    if (largest.best === null || !(largest.best.energy > 0)) break;
    const pValue = permutationPValue(segments, largest.best.energy, permutations);
    if (pValue > level) break;
    const index = largest.start + largest.best.at;
    accepted.push({ index, pValue });
    const parts = [segmentOf(largest.start, index), segmentOf(index, largest.end)];
    segments = segments.flatMap((segment) => (segment === largest ? parts : [segment]));
  }
  return withMeans(accepted, scaled, scale);
}

/** Values from `start` up to `end`, with the best split of them, and the largest energies of permutations of them. */
interface Segment {
  start: number;
  end: number;
  best: Split | null;
  permuted: Float64Array;
}

interface Split {
  /** The number of values before it. */
  at: number;
  energy: number;
}

/** The share of permutations, with what was observed as one of them, whose best split of all segments is at least as large. */
function permutationPValue(segments: readonly Segment[], energy: number, permutations: number): number {
  let atLeast = 1;
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    // Sums in another order differ by rounding; that must not make the same split a smaller one.
    if (segments.some(({ permuted }) => (permuted[permutation] ?? 0) >= energy * (1 - 1e-9))) atLeast += 1;
  }
  return atLeast / (permutations + 1);
}

/** The split with the largest energy distance between its parts; null where a part would be too short. */
function largestSplit(ranked: Ranked, minimumSegment: number): Split | null {
  const count = ranked.order.length;
  if (count < 2 * minimumSegment) return null;
  // Sums of distances among the first i values, and among all.
  const within = sumsOfDistances(ranked, count);
  const backwards = sumsOfDistances({ ...ranked, order: ranked.order.toReversed() }, count);
  const all = within[count] ?? 0;
  let best: Split = { at: minimumSegment, energy: 0 };
  for (let at = minimumSegment; at <= count - minimumSegment; at += 1) {
    const [left, right] = [within[at] ?? 0, backwards[count - at] ?? 0];
    const rest = count - at;
    const between = all - left - right;
    const distance = (2 * between) / (at * rest) - (2 * left) / (at * at) - (2 * right) / (rest * rest);
    const energy = ((at * rest) / count) * distance;
    if (energy > best.energy) best = { at, energy };
  }
  return best;
}

interface Ranked {
  /** The rank of each value of the series, from 1. */
  order: Uint32Array;
  /** By rank; less the middle value, so that sums of equal values are exactly zero. */
  values: Float64Array;
}

function rankedFromMiddle(values: readonly number[]): Ranked {
  const places = Uint32Array.from(values, (_, place) => place).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const middle = values[places[places.length >> 1] ?? 0] ?? 0;
  const order = new Uint32Array(values.length);
  const byRank = new Float64Array(values.length + 1);
  for (const [rank, place] of places.entries()) {
    order[place] = rank + 1;
    byRank[rank + 1] = (values[place] ?? 0) - middle;
  }
  return { order, values: byRank };
}

/** For each i, the sum of |x − y| over all pairs of the first i values. */
function sumsOfDistances({ order, values }: Ranked, count: number): Float64Array {
  const counts = new Float64Array(count + 1);
  const sums = new Float64Array(count + 1);
  const within = new Float64Array(count + 1);
  let [total, distances] = [0, 0];
  for (let seen = 0; seen < count; seen += 1) {
    const rank = order[seen] ?? 0;
    const value = values[rank] ?? 0;
    let [below, sumBelow] = [0, 0];
    for (let node = rank; node > 0; node -= node & -node) {
      below += counts[node] ?? 0;
      sumBelow += sums[node] ?? 0;
    }
    distances += value * (2 * below - seen) - 2 * sumBelow + total;
    within[seen + 1] = distances;
    total += value;
    for (let node = rank; node <= count; node += node & -node) {
      counts[node] = (counts[node] ?? 0) + 1;
      sums[node] = (sums[node] ?? 0) + value;
    }
  }
  return within;
}

/** Fisher and Yates' shuffle; `upTo` draws a whole number from 0 to its argument. */
function shuffle(values: Uint32Array, upTo: (last: number) => number): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = upTo(last);
    const value = values[last] ?? 0;
    values[last] = values[other] ?? 0;
    values[other] = value;
  }
}

function withMeans(
  accepted: readonly { index: number; pValue: number }[],
  scaled: readonly number[],
  scale: ChangePointSearch["scale"],
): ChangePoint[] {
  const ordered = accepted.toSorted((a, b) => a.index - b.index);
  const bounds = [0, ...ordered.map(({ index }) => index), scaled.length];
  const means = bounds.slice(1).map((end, segment) => {
    const part = scaled.slice(bounds[segment], end);
    const mean = part.reduce((sum, value) => sum + value / part.length, 0);
    return scale === "ratio" ? Math.exp(mean) : mean;
  });
  return ordered.map(({ index, pValue }, place) => ({
    index,
    before: means[place] ?? Number.NaN,
    after: means[place + 1] ?? Number.NaN,
    pValue,
  }));
}

function checkSearch(level: number, permutations: number, minimumSegment: number): void {
  if (!(Number.isSafeInteger(minimumSegment) && minimumSegment >= 2)) {
    throw new RangeError(`a minimum segment of ${minimumSegment}; it takes a whole number of 2 or more`);
  }
  if (!(level > 0 && level < 1)) throw new RangeError(`a level of ${level}; it takes one above 0 and below 1`);
  if (!(Number.isSafeInteger(permutations) && level * (permutations + 1) >= 1)) {
    throw new RangeError(
      `${permutations} permutations cannot show a p-value of ${level}; it takes a whole number of ${Math.ceil(1 / level) - 1} or more`,
    );
  }
}

import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { percentileOf, readSeries, type SparseHistogram } from "../result/index.ts";
import { ResampledPercentile } from "./resampled-percentile.ts";

const folder = fileURLToPath(new URL("../result/testdata/2026-11-21T09-40-12Z-oltp-postgres-bad", import.meta.url));
const series = await readSeries(folder);
const histograms = (series?.phases.find(({ name }) => name === "measure")?.intervals ?? []).flatMap(
  ({ operations }) => operations[0]?.response.histogram ?? [],
);

/** Draws of as many items, in the order of a generator that needs no library. */
function draws(items: number, number: number): Uint32Array[] {
  let state = 12345;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state % items;
  };
  return Array.from({ length: number }, () => Uint32Array.from({ length: items }, next));
}

describe("a percentile of resamples", () => {
  // The last second of this run has requests that waited for seconds: its p99 is a thousand times that of the others.
  it.each([1, 50, 95, 99, 99.9, 100])("p%s is that of all buckets", (percent) => {
    expect(histograms).toHaveLength(15);
    for (const blockLength of [1, 4]) {
      const resampled = new ResampledPercentile(histograms, percent, blockLength);
      for (const indices of draws(histograms.length, 200)) {
        expect(resampled.of(indices)).toBe(percentileOf(histograms, percent, indices));
      }
    }
  });

  it("of items that no block has together is found all the same", () => {
    const of = (bucket: number, count: number): SparseHistogram => ({
      buckets: Uint16Array.of(bucket),
      counts: Uint32Array.of(count),
      count,
    });
    // Any two neighbours have a median of 5, and two that are no neighbours may have one of 1 or 9.
    const items = [of(1, 1), of(5, 10), of(1, 1), of(5, 10), of(9, 1), of(5, 10)];
    const resampled = new ResampledPercentile(items, 50, 2);
    for (const indices of [Uint32Array.of(0, 2, 0, 2), Uint32Array.of(4, 4, 4), Uint32Array.of(0, 1, 4)]) {
      expect(resampled.of(indices)).toBe(percentileOf(items, 50, indices));
    }
    expect(resampled.of(Uint32Array.of(0, 2)) * 1e6).toBeCloseTo(1, 6);
    expect(resampled.of(Uint32Array.of(4, 4)) * 1e6).toBeCloseTo(9, 6);
  });

  it("of nothing is not a number", () => {
    const empty: SparseHistogram = { buckets: new Uint16Array(0), counts: new Uint32Array(0), count: 0 };
    expect(new ResampledPercentile([empty, empty], 99, 1).of(Uint32Array.of(0, 1))).toBeNaN();
  });
});

import { describe, expect, it } from "vitest";
import { blockBootstrap } from "./block-bootstrap.ts";

const meanOf = (series: readonly number[]) => (indices: Uint32Array) =>
  indices.reduce((sum, index) => sum + (series[index] ?? Number.NaN), 0) / indices.length;

/** A series in which each value has a share of the one before it, made of whole numbers that repeat late. */
function correlated(length: number, share: number): number[] {
  const series: number[] = [];
  let [state, value] = [12345, 0];
  for (let item = 0; item < length; item += 1) {
    state = (state * 48271) % 2147483647;
    value = share * value + state / 2147483647 - 0.5;
    series.push(value);
  }
  return series;
}

describe("the block bootstrap", () => {
  it("draws whole blocks of neighbours, each with the same probability, also over the end", () => {
    const starts = new Map<number, number>();
    const lengths = new Set<number>();
    blockBootstrap({
      lengths: [10],
      blockLength: 4,
      seed: 7,
      resamples: 20_000,
      statistic: (indices) => {
        lengths.add(indices.length);
        for (const begin of [0, 4, 8]) {
          const block = [...indices.subarray(begin, begin + 4)];
          expect(block).toEqual(block.map((_, place) => ((block[0] ?? 0) + place) % 10));
          starts.set(block[0] ?? -1, (starts.get(block[0] ?? -1) ?? 0) + 1);
        }
        return 0;
      },
    });
    expect([...lengths]).toEqual([10]);
    expect(starts.size).toBe(10);
    // 60,000 blocks: 6,000 for each start, with a standard deviation of 73.
    for (const count of starts.values()) expect(Math.abs(count - 6000)).toBeLessThan(5 * 73);
  });

  it("has the percentiles that follow from all resamples", () => {
    // Four items in blocks of two: sixteen resamples of equal probability, with means of (s + t) / 2 for block means s, t of 0.5, 1.5, 5.5, 4.5.
    const found = blockBootstrap({
      lengths: [4],
      blockLength: 2,
      seed: 1,
      resamples: 20_001,
      confidence: 0.8,
      statistic: meanOf([0, 1, 2, 9]),
    });
    // In ascending order: 0.5, 1, 1, 1.5, 2.5, 2.5, 3, 3, 3, 3, 3.5, 3.5, 4.5, 5, 5, 5.5; 10 % lie in the second, 90 % in the fifteenth.
    expect(found).toEqual({ lower: 1, upper: 5 });
  });

  it("of a correlated series is as wide as the variance of its block means says", () => {
    const series = correlated(400, 0.8);
    const blockLength = 20;
    const found = blockBootstrap({
      lengths: [400],
      blockLength,
      seed: 3,
      resamples: 20_000,
      statistic: meanOf(series),
    });
    const blockMeans = series.map((_, start) =>
      meanOf(series)(Uint32Array.from({ length: blockLength }, (_, place) => (start + place) % 400)),
    );
    const mean = meanOf(series)(Uint32Array.from(series, (_, place) => place));
    const variance = blockMeans.reduce((sum, value) => sum + (value - mean) ** 2, 0) / blockMeans.length;
    const wanted = 2 * 1.96 * Math.sqrt(variance / (400 / blockLength));
    const width = (found?.upper ?? 0) - (found?.lower ?? 0);
    expect(width / wanted).toBeGreaterThan(0.95);
    expect(width / wanted).toBeLessThan(1.05);
    // Single items know nothing of the correlation: a share of 0.8 makes the standard error three times as large.
    const single = blockBootstrap({ lengths: [400], blockLength: 1, seed: 3, statistic: meanOf(series) });
    expect(width / ((single?.upper ?? 0) - (single?.lower ?? 0))).toBeGreaterThan(1.8);
  });

  it("resamples several series, each for itself", () => {
    const [a, b] = [correlated(60, 0.5), correlated(90, 0.5).map((value) => value + 10)];
    const found = blockBootstrap({
      lengths: [a.length, b.length],
      blockLength: 10,
      seed: 5,
      statistic: (ofA, ofB) => {
        expect([ofA?.length, ofB?.length]).toEqual([60, 90]);
        return meanOf(b)(ofB ?? new Uint32Array()) - meanOf(a)(ofA ?? new Uint32Array());
      },
    });
    expect(found?.lower).toBeGreaterThan(9);
    expect(found?.upper).toBeLessThan(11);
  });

  it("takes blocks of another length for each series", () => {
    const blocks = new Set<string>();
    const statistic = (...series: Uint32Array[]) => {
      for (const [place, indices] of series.entries()) {
        const ends = [...indices.keys()].filter(
          (at) => at > 0 && indices[at] !== ((indices[at - 1] ?? 0) + 1) % indices.length,
        );
        for (const end of ends) blocks.add(`${place} ${end % (place === 0 ? 10 : 2)}`);
      }
      return 1;
    };
    expect(blockBootstrap({ lengths: [40, 8], blockLength: [10, 2], seed: 1, statistic })).not.toBeNull();
    expect([...blocks].sort()).toEqual(["0 0", "1 0"]);
    expect(blockBootstrap({ lengths: [40, 3], blockLength: [10, 2], seed: 1, statistic })).toBeNull();
  });

  it("gives the same interval for a seed, and another one for another", () => {
    const interval = (seed: number) =>
      blockBootstrap({ lengths: [100], blockLength: 10, seed, statistic: meanOf(correlated(100, 0.5)) });
    expect(interval(11)).toEqual(interval(11));
    expect(interval(11)).not.toEqual(interval(12));
  });

  it("has no interval below two blocks, nor where a resample has no statistic", () => {
    const statistic = () => 1;
    expect(blockBootstrap({ lengths: [19], blockLength: 10, seed: 1, statistic })).toBeNull();
    expect(blockBootstrap({ lengths: [100, 0], blockLength: 10, seed: 1, statistic })).toBeNull();
    expect(blockBootstrap({ lengths: [20], blockLength: 10, seed: 1, statistic })).toEqual({ lower: 1, upper: 1 });
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(blockBootstrap({ lengths: [20], blockLength: 10, seed: 1, statistic: () => value })).toBeNull();
    }
  });

  it.each([
    { lengths: [] },
    { lengths: [-1] },
    { lengths: [2.5] },
    { blockLength: 0 },
    { blockLength: Number.NaN },
    { blockLength: [10, 10] },
    { blockLength: [0] },
    { resamples: 1 },
    { seed: 0.5 },
    { confidence: 1 },
    { confidence: Number.NaN },
  ])("refuses %j", (wrong) => {
    const right = { lengths: [100], blockLength: 10, seed: 1, statistic: () => 1 };
    expect(() => blockBootstrap({ ...right, ...wrong })).toThrow(RangeError);
  });
});

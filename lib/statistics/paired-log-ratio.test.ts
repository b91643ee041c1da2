import { describe, expect, it } from "vitest";
import { pairedLogRatio } from "./paired-log-ratio.ts";

/** Heights of fifteen pairs of maize plants, crossed and self-fertilised (Darwin 1876; Fisher, The Design of Experiments, table 3), in inches. */
const crossed = [23.5, 12, 21, 22, 19.125, 21.5, 22.125, 20.375, 18.25, 21.625, 23.25, 21, 22.125, 23, 12];
const selfFertilised = [17.375, 20.375, 20, 20, 18.375, 18.625, 18.625, 15.25, 16.5, 18, 16.25, 18, 12.75, 15.5, 18];
const maize = crossed.map((a, pair) => [a, selfFertilised[pair] ?? Number.NaN] as const);

describe("the ratio of pairs", () => {
  it("of Darwin's maize is that of scipy 1.17 (ttest_1samp of the logarithms)", () => {
    const found = pairedLogRatio(maize);
    expect(found.pairs).toBe(15);
    expect(found.meanLogRatio).toBeCloseTo(-0.12661095685544135, 13);
    expect(found.standardDeviation).toBeCloseTo(0.2800661100219206, 13);
    expect(found.ratio).toBeCloseTo(0.8810763826548396, 13);
    expect(found.lower).toBeCloseTo(0.7544951725514949, 12);
    expect(found.upper).toBeCloseTo(1.0288940477205697, 12);
    expect(found.pValue).toBeCloseTo(0.10183675720186915, 12);
    const wider = pairedLogRatio(maize, 0.99);
    expect(wider.lower).toBeCloseTo(0.7104372402997015, 12);
    expect(wider.upper).toBeCloseTo(1.0927011536510292, 12);
  });

  it("gives the t and the p-value that Student published for the additional hours of sleep", () => {
    // Cushny and Peebles' data, as corrected in R's `sleep`: paired t = −4.0621 with 9 degrees of freedom, p = 0.002833.
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const { pValue, meanLogRatio } = pairedLogRatio(
      first.map((hours, person) => [Math.exp(hours), Math.exp(second[person] ?? Number.NaN)]),
    );
    expect(meanLogRatio).toBeCloseTo(1.58, 12);
    expect(pValue).toBeCloseTo(0.002832890197384273, 12);
  });

  it("says the same with both exchanged", () => {
    const there = pairedLogRatio(maize);
    const back = pairedLogRatio(maize.map(([a, b]) => [b, a]));
    expect(there.ratio * back.ratio).toBeCloseTo(1, 12);
    expect((there.lower ?? 0) * (back.upper ?? 0)).toBeCloseTo(1, 12);
    expect(there.pValue).toBeCloseTo(back.pValue ?? Number.NaN, 12);
  });

  it("does not suffer from pairs that were slow for both", () => {
    const { ratio, lower, upper } = pairedLogRatio([
      [100, 110],
      [10, 11],
      [1, 1.1],
    ]);
    for (const bound of [ratio, lower, upper]) expect(bound).toBeCloseTo(1.1, 12);
  });

  it("has an interval that excludes 1 just where the p-value is below the level", () => {
    for (const shift of [0.9, 0.95, 1, 1.05, 1.1, 1.135, 1.2, 1.3]) {
      const { lower, upper, pValue } = pairedLogRatio(maize.map(([a, b]) => [a, b * shift]));
      expect((lower ?? 0) > 1 || (upper ?? 0) < 1).toBe((pValue ?? 1) < 0.05);
    }
  });

  it("of pairs that are all equal is 1, and nothing else", () => {
    const pairs = [3, 5, 7, 0.1].map((value) => [value, value] as const);
    expect(pairedLogRatio(pairs)).toEqual({
      pairs: 4,
      ratio: 1,
      meanLogRatio: 0,
      standardDeviation: 0,
      lower: 1,
      upper: 1,
      pValue: 1,
    });
  });

  it("that is the same in all pairs has the p-value of the sign test, not 0", () => {
    const found = pairedLogRatio([0.1, 0.3, 7, 1e9, 12, 3, 4, 5].map((value) => [value, value * 2]));
    expect(found).toMatchObject({ standardDeviation: 0, pValue: 2 / 2 ** 8 });
    for (const bound of [found.ratio, found.lower, found.upper]) expect(bound).toBeCloseTo(2, 12);
    // A rounding error is no variance: 0.1 × 3 is not 0.3.
    expect(pairedLogRatio([0.1, 0.7, 1.1].map((value) => [value, value * 3])).pValue).toBe(0.25);
  });

  it("of one pair has neither interval nor p-value", () => {
    expect(pairedLogRatio([[2, 3]])).toMatchObject({
      standardDeviation: null,
      lower: null,
      upper: null,
      pValue: null,
    });
    expect(pairedLogRatio([[2, 3]]).ratio).toBeCloseTo(1.5, 14);
  });

  it("has numbers for the largest and smallest of values too", () => {
    const extreme = [Number.MIN_VALUE, Number.MAX_VALUE] as const;
    const { meanLogRatio, pValue } = pairedLogRatio([extreme, extreme]);
    expect(meanLogRatio).toBeCloseTo(Math.log(Number.MAX_VALUE) - Math.log(Number.MIN_VALUE), 9);
    expect(pValue).toBe(0.5);
  });

  it.each([[[]], [[[0, 1]]], [[[1, -1]]], [[[Number.NaN, 1]]], [[[1, Number.POSITIVE_INFINITY]]]] as [
    [number, number][],
  ][])("of %j is refused", (pairs) => {
    expect(() => pairedLogRatio(pairs)).toThrow(RangeError);
  });

  it.each([0, 1, 95, Number.NaN])("with a confidence of %d is refused", (confidence) => {
    expect(() => pairedLogRatio(maize, confidence)).toThrow(`a confidence of ${confidence}`);
  });
});

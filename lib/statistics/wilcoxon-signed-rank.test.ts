import { describe, expect, it } from "vitest";
import { wilcoxonSignedRank } from "./wilcoxon-signed-rank.ts";

/** Every choice of signs, one after another: what the ranks are to give. */
function byEnumeration(differences: number[]): number {
  const kept = differences.filter((value) => value !== 0);
  const ranks = kept.map((value) => {
    const below = kept.filter((other) => Math.abs(other) < Math.abs(value)).length;
    const same = kept.filter((other) => Math.abs(other) === Math.abs(value)).length;
    return below + (same + 1) / 2;
  });
  const sumOf = (isPositive: (index: number) => boolean) =>
    ranks.reduce((sum, rank, index) => sum + (isPositive(index) ? rank : 0), 0);
  const observed = sumOf((index) => (kept[index] ?? 0) > 0);
  let [below, above] = [0, 0];
  for (let signs = 0; signs < 2 ** kept.length; signs += 1) {
    const sum = sumOf((index) => ((signs >> index) & 1) === 1);
    if (sum <= observed) below += 1;
    if (sum >= observed) above += 1;
  }
  return Math.min(1, (2 * Math.min(below, above)) / 2 ** kept.length);
}

describe("the signed-rank test", () => {
  it("gives the p-value of the example in Hollander and Wolfe (1973), as in R's wilcox.test", () => {
    // Depression scale factor of nine patients, first and second visit: V = 40, p = 0.01953 one-sided.
    const first = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const found = wilcoxonSignedRank(first.map((value, patient) => value - (second[patient] ?? Number.NaN)));
    expect(found).toEqual({ differences: 9, positiveRankSum: 40, pValue: 2 * 0.01953125 });
  });

  it("gives the p-values of scipy 1.17 (exact): Darwin's maize, and fifty differences", () => {
    const maize = [6.125, -8.375, 1, 2, 0.75, 2.875, 3.5, 5.125, 1.75, 3.625, 7, 3, 9.375, 7.5, -6];
    expect(wilcoxonSignedRank(maize)).toEqual({ differences: 15, positiveRankSum: 96, pValue: 0.041259765625 });
    const fifty = Array.from({ length: 50 }, (_, index) => ((index + 1) % 3 === 0 ? -(index + 1) : index + 1));
    const { positiveRankSum, pValue } = wilcoxonSignedRank(fifty);
    expect(positiveRankSum).toBe(1275 - 408);
    expect(pValue).toBeCloseTo(0.02616696817119646, 14);
  });

  it("has the critical values of the published table (McCornack 1965; two-sided 5 %)", () => {
    // The largest smaller rank sum that is still significant.
    for (const [count, critical] of [
      [6, 0],
      [7, 2],
      [8, 3],
      [10, 8],
      [12, 13],
      [15, 25],
      [20, 52],
    ] as const) {
      const p = (sum: number) => wilcoxonSignedRank(withNegativeRankSum(count, sum)).pValue;
      expect(p(critical), `${count}`).toBeLessThanOrEqual(0.05);
      expect(p(critical + 1), `${count}`).toBeGreaterThan(0.05);
    }
  });

  it.each([
    [[1, 1, -1, 2, 2, -3, 4, 0, 0]],
    [[1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]],
    [[5, 5, 5, -5, -5, -5, 5, 5]],
    [[0.5, -0.5, 0.25, 0.25, -0.25, 3, 3, -3, 8, 9, 10, 11, 12]],
  ])("shares ranks between equal sizes and leaves out zeros: %j", (differences) => {
    expect(wilcoxonSignedRank(differences).pValue).toBeCloseTo(byEnumeration(differences), 14);
  });

  it("takes sizes that differ by rounding alone as equal", () => {
    const ratios = [1.1, 1 / 1.1, 1.3, 1 / 1.3, 1.7, 1 / 1.7, 1.9, 2.3].map(Math.log);
    const equal = [1, -1, 2, -2, 3, -3, 4, 5];
    expect(wilcoxonSignedRank(ratios)).toEqual(wilcoxonSignedRank(equal));
  });

  it("cannot fall below 2 / 2^n, which is 0.0078 for eight pairs", () => {
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5, 6, 7, 8]).pValue).toBe(2 / 256);
    expect(wilcoxonSignedRank([-1, -2, -3, -4, -5, -6, -7, -8]).pValue).toBe(2 / 256);
  });

  it("has no p-value below six differences that are not zero", () => {
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5, 0, 0]).pValue).toBeNull();
    expect(wilcoxonSignedRank([]).pValue).toBeNull();
    expect(wilcoxonSignedRank([0, 0, 0, 0, 0, 0, 0, 0])).toEqual({ differences: 0, positiveRankSum: 0, pValue: null });
  });

  it("is exact for five hundred differences, and refuses more", () => {
    const many = Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? index + 1 : -index - 1));
    expect(wilcoxonSignedRank(many).pValue).toBeGreaterThan(0.8);
    expect(wilcoxonSignedRank(many.map(Math.abs)).pValue).toBe(2 / 2 ** 500);
    expect(() => wilcoxonSignedRank([...many, 1])).toThrow("501 differences");
  });

  it("refuses what is not a number", () => {
    expect(() => wilcoxonSignedRank([1, Number.NaN])).toThrow(RangeError);
  });
});

/** Differences of sizes 1 to `count` of which the negative ones have ranks that add up to `sum`. */
function withNegativeRankSum(count: number, sum: number): number[] {
  let left = sum;
  const differences: number[] = [];
  for (let rank = count; rank >= 1; rank -= 1) {
    const negative = rank <= left;
    if (negative) left -= rank;
    differences.push(negative ? -rank : rank);
  }
  return differences;
}

import { describe, expect, it } from "vitest";
import { ratioOf } from "./ratio.ts";

describe("a ratio", () => {
  it("is the geometric mean over the rounds, the same either way round", () => {
    expect(ratioOf([2, 8], [1, 1]).value).toBeCloseTo(4, 12);
    const there = ratioOf([110, 95, 130, 105], [100, 100, 120, 90]);
    const back = ratioOf([100, 100, 120, 90], [110, 95, 130, 105]);
    expect(there.value * back.value).toBeCloseTo(1, 12);
    expect((there.lower ?? 0) * (back.upper ?? 0)).toBeCloseTo(1, 12);
  });

  it("has the interval of Student's t: 2.776 standard errors for five rounds", () => {
    // Logarithms −2, −1, 0, 1, 2: mean 0, standard deviation √2.5.
    const measured = [-2, -1, 0, 1, 2].map(Math.exp);
    const { value, lower, upper } = ratioOf(measured, [1, 1, 1, 1, 1]);
    expect(value).toBeCloseTo(1, 12);
    expect(Math.log(upper ?? 0)).toBeCloseTo(2.7764 * Math.sqrt(2.5 / 5), 3);
    expect(Math.log(lower ?? 0)).toBeCloseTo(-2.7764 * Math.sqrt(2.5 / 5), 3);
    // 12.706 for two rounds.
    expect(Math.log(ratioOf([Math.E, 1], [1, 1]).upper ?? 0)).toBeCloseTo(0.5 + 12.7062 * 0.5, 3);
  });

  it("of pairs does not suffer from rounds that were slow for both", () => {
    const { value, lower, upper } = ratioOf([110, 11, 1.1], [100, 10, 1]);
    for (const bound of [value, lower, upper]) expect(bound).toBeCloseTo(1.1, 9);
  });

  it("has no interval after one round", () => {
    expect(ratioOf([3], [2])).toEqual({ value: 1.5, lower: null, upper: null, rounds: 1 });
  });

  it.each([
    [[], []],
    [[1], [1, 2]],
    [[0], [1]],
    [[1], [-1]],
    [[Number.NaN], [1]],
  ])("of %j to %j is refused", (measured, yardstick) => {
    expect(() => ratioOf(measured, yardstick)).toThrow(RangeError);
  });
});

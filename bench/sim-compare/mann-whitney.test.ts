import { describe, expect, it } from "vitest";
import { mannWhitney } from "./mann-whitney.ts";

describe("the test of Mann and Whitney", () => {
  it("gives the p-value of the example in Hollander and Wolfe (1973), as R's wilcox.test and scipy do", () => {
    // Permeability of the chorioamnion at term and earlier: W = 35, p = 0.2544.
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    expect(mannWhitney(term, [1.15, 0.88, 0.9, 0.74, 1.21])).toBeCloseTo(0.2544122544122544, 12);
    expect(mannWhitney([1.15, 0.88, 0.9, 0.74, 1.21], term)).toBeCloseTo(0.2544122544122544, 12);
  });

  it("cannot fall below 2 of 12,870 ways for eight against eight", () => {
    const eight = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(
      mannWhitney(
        eight,
        eight.map((value) => value + 10),
      ),
    ).toBeCloseTo(2 / 12_870, 14);
  });

  it("gives those of scipy for many values with ties", () => {
    const first = Array.from({ length: 60 }, (_, index) => (index * 7) % 23);
    const second = Array.from({ length: 50 }, (_, index) => (index * 11) % 29);
    expect(mannWhitney(first, second)).toBeCloseTo(0.09025361684870574, 10);
    expect(mannWhitney(new Array(30).fill(1), new Array(30).fill(1))).toBe(1);
  });
});

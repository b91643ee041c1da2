import { expect, it } from "vitest";
import { normalCumulative } from "./normal.ts";

// scipy 1.17, norm.cdf.
it.each([
  [-6, 9.865876450376946e-10],
  [-3, 0.0013498980316300933],
  [-1, 0.15865525393145707],
  [-0.5, 0.3085375387259869],
  [0, 0.5],
  [0.3, 0.6179114221889526],
  [1.96, 0.9750021048517795],
  [4, 0.9999683287581669],
  [9, 1],
  [Number.NEGATIVE_INFINITY, 0],
])("below %d lies %d", (x, probability) => {
  expect(Math.abs(normalCumulative(x) - probability)).toBeLessThan(1e-15);
});

it("nothing is said of what is not a number", () => {
  expect(() => normalCumulative(Number.NaN)).toThrow(RangeError);
});

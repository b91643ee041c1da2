import { expect, it } from "vitest";
import { variation } from "./variation.ts";

it("is the sample's standard deviation over the mean", () => {
  const { mean, coefficient } = variation([2, 4, 4, 4, 5, 5, 7, 9]);
  expect(mean).toBe(5);
  expect(coefficient).toBeCloseTo(Math.sqrt(32 / 7) / 5, 12);
  expect(variation([3, 3, 3])).toEqual({ mean: 3, coefficient: 0 });
  expect(variation([1]).coefficient).toBeNaN();
});

import { expect, it } from "vitest";
import { leastSquares } from "./least-squares.ts";

it("the line through points on a line is that line", () => {
  const { intercept, slope } = leastSquares([1, 10, 100, 1000].map((x) => [x, 50 + 0.15 * x] as const));
  expect(intercept).toBeCloseTo(50, 9);
  expect(slope).toBeCloseTo(0.15, 12);
});

it("the line through others leaves the least sum of squares", () => {
  const points = [
    [0, 1],
    [1, 3],
    [2, 2],
    [3, 5],
  ] as const;
  const { intercept, slope } = leastSquares(points);
  const rest = (a: number, b: number) => points.reduce((sum, [x, y]) => sum + (y - a - b * x) ** 2, 0);
  for (const change of [-0.01, 0.01]) {
    expect(rest(intercept + change, slope)).toBeGreaterThan(rest(intercept, slope));
    expect(rest(intercept, slope + change)).toBeGreaterThan(rest(intercept, slope));
  }
});

it("points above each other have none", () => {
  expect(() =>
    leastSquares([
      [1, 2],
      [1, 3],
    ]),
  ).toThrow("2 points with one x");
});

import { expect, it } from "vitest";
import { holm } from "./holm.ts";

it.each([
  // statsmodels 0.15, multipletests(method="holm").
  [
    [0.01, 0.04, 0.03, 0.005],
    [0.03, 0.06, 0.06, 0.02],
  ],
  [
    [0.02, 0.02],
    [0.04, 0.04],
  ],
  [
    [0.6, 0.5, 0.9],
    [1, 1, 1],
  ],
  [
    [0.03, 0.01],
    [0.03, 0.02],
  ],
  // By hand: 3 × 0.0121; the larger of that and 2 × 0.0142; 1 × 0.1986.
  [
    [0.0121, 0.0142, 0.1986],
    [0.0363, 0.0363, 0.1986],
  ],
  [[0.2], [0.2]],
  [[], []],
])("%j becomes %j", (pValues, adjusted) => {
  const found = holm(pValues);
  expect(found).toHaveLength(adjusted.length);
  for (const [index, value] of adjusted.entries()) expect(found[index]).toBeCloseTo(value, 14);
});

it.each([-0.1, 1.1, Number.NaN])("a p-value of %d is refused", (value) => {
  expect(() => holm([0.5, value])).toThrow(RangeError);
});

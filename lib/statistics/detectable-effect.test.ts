import { describe, expect, it } from "vitest";
import { detectableRatio, pairedPower, pairsNeeded } from "./detectable-effect.ts";

const deviation = 0.1;
const noncentrality = (pairs: number, ratio: number) => (Math.log(ratio) * Math.sqrt(pairs)) / deviation;

describe("the smallest ratio that pairs can show", () => {
  // Roots of the power by mpmath 1.3, which integrates with 20 digits: pairs, alpha, noncentrality for a power of 80 %.
  it.each([
    [2, 0.05, 16.3340088699],
    [3, 0.05, 5.6534892662],
    [5, 0.05, 3.76105955383],
    [8, 0.05, 3.26975984039],
    [8, 0.025, 3.78774803036],
    [8, 0.001, 6.66821945405],
    [200, 0.05, 2.81519256643],
    [200, 0.001, 4.18920261987],
  ])("of %d pairs at %d has a noncentrality of %d", (pairs, alpha, wanted) => {
    expect(noncentrality(pairs, detectableRatio(pairs, deviation, { alpha }))).toBeCloseTo(wanted, 7);
  });

  it("of very many pairs is that of the normal distribution: 1.95996 + 0.84162 standard errors", () => {
    expect(noncentrality(100_000, detectableRatio(100_000, deviation))).toBeCloseTo(1.95996 + 0.84162, 3);
  });

  it("is 1 without variance, and grows with it and with the power", () => {
    expect(detectableRatio(8, 0)).toBe(1);
    expect(detectableRatio(8, 0.2)).toBeCloseTo(detectableRatio(8, 0.1) ** 2, 12);
    expect(detectableRatio(8, 0.1, { power: 0.9 })).toBeGreaterThan(detectableRatio(8, 0.1));
  });
});

describe("the power of pairs", () => {
  // mpmath 1.3 as above; scipy 1.17's nct gives the same.
  it.each([
    [2, 3, 0.05, 0.18613206160659],
    [5, 3, 0.05, 0.61926145940233],
    [8, 3.5, 0.05, 0.84960031926553],
    [8, -3.5, 0.05, 0.84960031926553],
    [8, 0, 0.05, 0.05],
    [8, 1, 0.001, 0.0047484553996662],
    [30, 2, 0.025, 0.37157393824489],
    [200, 4, 0.01, 0.91784707835972],
  ])("of %d with a noncentrality of %d at %d is %d", (pairs, delta, alpha, power) => {
    const ratio = Math.exp((delta * deviation) / Math.sqrt(pairs));
    expect(pairedPower(pairs, ratio, deviation, alpha)).toBeCloseTo(power, 9);
  });

  it("is certainty without variance", () => {
    expect(pairedPower(5, 1.01, 0)).toBe(1);
    expect(pairedPower(5, 1, 0)).toBe(0.05);
  });
});

describe("the pairs that a change needs", () => {
  // statsmodels 0.15, TTestPower().solve_power(effect, alpha=0.05, power=0.8): 198.15, 33.37, 9.94 and 4.22.
  it.each([
    [0.2, 199],
    [0.5, 34],
    [1, 10],
    [2, 5],
  ])("of %d standard deviations are %d", (effect, pairs) => {
    expect(pairsNeeded(Math.exp(effect * deviation), deviation)).toBe(pairs);
    expect(pairsNeeded(Math.exp(-effect * deviation), deviation)).toBe(pairs);
  });

  it("are just those whose smallest ratio is no larger", () => {
    for (const ratio of [1.03, 1.05, 1.1, 1.3]) {
      const pairs = pairsNeeded(ratio, 0.08) ?? Number.NaN;
      expect(detectableRatio(pairs, 0.08)).toBeLessThanOrEqual(ratio);
      expect(detectableRatio(pairs - 1, 0.08)).toBeGreaterThan(ratio);
    }
  });

  it("are at least two, and none where 100,000 are too few", () => {
    expect(pairsNeeded(1.001, 0)).toBe(2);
    expect(pairsNeeded(10, 0.001)).toBe(2);
    expect(pairsNeeded(1.0001, 0.5)).toBeNull();
  });
});

describe("refused is", () => {
  it.each([1, 2.5, 100_001, Number.NaN])("a number of %d pairs", (pairs) => {
    expect(() => detectableRatio(pairs, 0.1)).toThrow(RangeError);
    expect(() => pairedPower(pairs, 1.1, 0.1)).toThrow(RangeError);
  });

  it.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY])("a standard deviation of %d", (wrong) => {
    expect(() => detectableRatio(8, wrong)).toThrow(RangeError);
    expect(() => pairsNeeded(1.1, wrong)).toThrow(RangeError);
  });

  it.each([0, -1, 1, Number.NaN, Number.POSITIVE_INFINITY])("a ratio of %d to be shown", (ratio) => {
    expect(() => pairsNeeded(ratio, 0.1)).toThrow(RangeError);
  });

  it.each([{ alpha: 0 }, { power: 1 }, { alpha: 0.9 }, { alpha: Number.NaN }])("%j", (detection) => {
    expect(() => detectableRatio(8, 0.1, detection)).toThrow(RangeError);
  });
});

import { describe, expect, it } from "vitest";
import { changePoints } from "./change-points.ts";

/** Discharge of the Nile at Aswan, 1871 to 1970, in 10⁸ m³ (Cobb 1978; R's `Nile`). */
const nile = [
  1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140, 1100,
  1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456,
  824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897,
  822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975,
  815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
];

/** Noise without chance, 0 to 4, on levels that change at 60, 100 and 150. */
const stairs = Array.from({ length: 200 }, (_, index) => {
  const level = index < 60 ? 100 : index < 100 ? 110 : index < 150 ? 104 : 90;
  return level + (((index * 7919) % 101) / 101) * 4;
});

const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const geometricMeanOf = (values: number[]) => Math.exp(meanOf(values.map(Math.log)));

/** Standard normal values from a generator of its own, so that these tests do not check it with itself. */
function noise(count: number, seed: number): number[] {
  let state = seed;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

describe("change points", () => {
  it("of the Nile is the one of 1899, when the first dam was begun, as MongoDB's implementation finds it", () => {
    // signal-processing-algorithms 2.1.6, e_divisive(nile, 0.01, 999): [28].
    for (const scale of ["difference", "ratio"] as const) {
      const found = changePoints(nile, { scale, seed: 1, permutations: 999 });
      expect(found.map(({ index }) => index)).toEqual([28]);
      expect(found[0]?.pValue).toBeLessThanOrEqual(0.01);
      const mean = scale === "ratio" ? geometricMeanOf : meanOf;
      expect(found[0]?.before).toBeCloseTo(mean(nile.slice(0, 28)), 9);
      expect(found[0]?.after).toBeCloseTo(mean(nile.slice(28)), 9);
    }
  });

  it("are found one after another, as by MongoDB's implementation, with the means between them", () => {
    const found = changePoints(stairs, { scale: "difference", seed: 1 });
    expect(found.map(({ index }) => index)).toEqual([60, 100, 150]);
    expect(found[1]?.before).toBeCloseTo(meanOf(stairs.slice(60, 100)), 9);
    expect(found[1]?.after).toBeCloseTo(meanOf(stairs.slice(100, 150)), 9);
  });

  it("are where a search through all splits with all distances finds the largest", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      // Rounded, so that some values are equal. No part is long enough for a second change.
      const values = noise(40, seed).map(
        (value, index) => Math.round(4 * (value + (index < 13 + (seed % 14) ? 0 : 5))) / 4,
      );
      const found = changePoints(values, { scale: "difference", seed: 1, permutations: 99, minimumSegment: 14 });
      const energies = values.map((_, at) =>
        at < 14 || at > 26 ? 0 : energyOf(values.slice(0, at), values.slice(at)),
      );
      expect(found.map(({ index }) => index)).toEqual([energies.indexOf(Math.max(...energies))]);
    }
  });

  it("on the scale of ratios do not depend on the unit", () => {
    const search = { scale: "ratio", seed: 2 } as const;
    const found = changePoints(stairs, search);
    const milliseconds = changePoints(
      stairs.map((value) => value / 1000),
      search,
    );
    expect(milliseconds.map(({ index, pValue }) => [index, pValue])).toEqual(
      found.map(({ index, pValue }) => [index, pValue]),
    );
    for (const [place, { before, after }] of milliseconds.entries()) {
      expect(before * 1000).toBeCloseTo(found[place]?.before ?? Number.NaN, 9);
      expect(after * 1000).toBeCloseTo(found[place]?.after ?? Number.NaN, 9);
    }
  });

  it("are found in series without changes at the level", () => {
    // 300 series at 5 %: 15 expected, and 27 or more have a probability of 0.3 %.
    let alarms = 0;
    for (let series = 1; series <= 300; series += 1) {
      const search = { scale: "difference", seed: series, level: 0.05, permutations: 99 } as const;
      if (changePoints(noise(40, series * 7919), search).length > 0) alarms += 1;
    }
    expect(alarms).toBeGreaterThan(4);
    expect(alarms).toBeLessThan(27);
  });

  it.each([
    ["nothing", []],
    ["too few values for two segments", [1, 1, 1, 9, 9, 9, 9, 9, 9]],
    ["equal values", new Array(50).fill(0.1)],
    ["equal values but one", [...new Array(25).fill(0.1), 0.2, ...new Array(25).fill(0.1)]],
  ])("are none in %s", (_, values) => {
    for (const scale of ["ratio", "difference"] as const) expect(changePoints(values, { scale, seed: 1 })).toEqual([]);
  });

  it("lie no nearer to each other and to the ends than the minimum segment", () => {
    const values = [9, 9, 9, ...new Array(20).fill(1), 7, 7, ...new Array(20).fill(3)].map((v, i) => v + (i % 3) / 100);
    const found = changePoints(values, { scale: "difference", seed: 1, minimumSegment: 5 });
    expect(found.length).toBeGreaterThan(0);
    const bounds = [0, ...found.map(({ index }) => index), values.length];
    for (const [place, bound] of bounds.slice(1).entries())
      expect(bound - (bounds[place] ?? 0)).toBeGreaterThanOrEqual(5);
  });

  it("of five thousand values are found, without a number that is none", () => {
    const values = noise(5000, 42).map((value, index) => 100 + value + (index < 1700 ? 0 : index < 3300 ? 1 : 3));
    const found = changePoints(values, { scale: "ratio", seed: 1 });
    expect(found).toHaveLength(2);
    for (const [place, wanted] of [1700, 3300].entries()) {
      expect(Math.abs((found[place]?.index ?? 0) - wanted)).toBeLessThan(25);
    }
    for (const change of found) for (const value of Object.values(change)) expect(Number.isFinite(value)).toBe(true);
  });

  it("are the same for a seed", () => {
    const values = noise(60, 9).map((value, index) => value + (index < 30 ? 0 : 0.9));
    const pValues = (seed: number) =>
      changePoints(values, { scale: "difference", seed, level: 0.5 }).map(({ pValue }) => pValue);
    expect(pValues(1)).toEqual(pValues(1));
    expect(pValues(1)).not.toEqual(pValues(2));
  });

  it.each([
    [[1, Number.NaN], {}],
    [[1, Number.POSITIVE_INFINITY], {}],
    [[1, 0], { scale: "ratio" }],
    [[1, -1], { scale: "ratio" }],
    [[1], { seed: 1.5 }],
    [[1], { level: 0 }],
    [[1], { level: 1 }],
    [[1], { permutations: 98 }],
    [[1], { permutations: Number.NaN }],
    [[1], { minimumSegment: 1 }],
  ])("of %j with %j are refused", (values, wrong) => {
    expect(() => changePoints(values, { scale: "difference", seed: 1, ...(wrong as object) })).toThrow(RangeError);
  });
});

function energyOf(left: number[], right: number[]): number {
  const meanDistance = (a: number[], b: number[]) => meanOf(a.flatMap((x) => b.map((y) => Math.abs(x - y))));
  const [n, m] = [left.length, right.length];
  return ((n * m) / (n + m)) * (2 * meanDistance(left, right) - meanDistance(left, left) - meanDistance(right, right));
}

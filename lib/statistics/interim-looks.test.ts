import { describe, expect, it } from "vitest";
import { interimLooks } from "./interim-looks.ts";

describe("looks at an experiment while it runs", () => {
  it("are after 5, 6 and 7 of eight pairs at a fiftieth of alpha, and at the end with the rest", () => {
    const looks = interimLooks(0.05, 8);
    expect(looks.map(({ pairs }) => pairs)).toEqual([5, 6, 7, 8]);
    for (const { level } of looks.slice(0, 3)) expect(level).toBeCloseTo(0.001, 15);
    expect(looks[3]?.level).toBeCloseTo(0.047, 15);
  });

  it("never have levels that add up to more than alpha, and leave half of it to the last", () => {
    for (const alpha of [0.01, 0.05, 0.2]) {
      for (const pairs of [2, 5, 6, 8, 30, 31, 200, 1000]) {
        const looks = interimLooks(alpha, pairs);
        const sum = looks.reduce((all, { level }) => all + level, 0);
        expect(sum).toBeCloseTo(alpha, 12);
        expect(looks.at(-1)?.level).toBeGreaterThanOrEqual(alpha / 2 - 1e-12);
        for (const { level } of looks) expect(level).toBeGreaterThan(0);
      }
    }
  });

  it("are one at the end where no more pairs are planned than the first look needs", () => {
    expect(interimLooks(0.05, 5)).toEqual([{ pairs: 5, level: 0.05 }]);
    expect(interimLooks(0.05, 4)).toEqual([{ pairs: 4, level: 0.05 }]);
    expect(interimLooks(0.05, 7, 6).map(({ pairs }) => pairs)).toEqual([6, 7]);
  });

  it.each([
    [0, 8, 5],
    [1, 8, 5],
    [Number.NaN, 8, 5],
    [0.05, 1, 5],
    [0.05, 8.5, 5],
    [0.05, 8, 1],
    [0.05, 8, Number.NaN],
  ])("refuse alpha %d, %d pairs, first look after %d", (alpha, pairs, minimumPairs) => {
    expect(() => interimLooks(alpha, pairs, minimumPairs)).toThrow(RangeError);
  });
});

import { describe, expect, it } from "vitest";
import { order } from "./order.ts";

describe("the order of repetitions", () => {
  it("is ABBA BAAB, again and again", () => {
    expect(order(8).join("")).toBe("abbabaababbabaab");
    expect(order(1)).toEqual(["a", "b"]);
    expect(order(5).join("")).toBe("abbabaabab");
  });

  it("has one of each in every pair", () => {
    const all = order(31);
    for (let pair = 0; pair < 31; pair += 1) expect(all.slice(2 * pair, 2 * pair + 2).sort()).toEqual(["a", "b"]);
  });

  it("leaves nothing of a steady change in two pairs, and of a curved one in four", () => {
    const sumOf = (pairs: number, course: (place: number) => number) =>
      order(pairs).reduce((sum, variant, place) => sum + (variant === "a" ? 1 : -1) * course(place), 0);
    for (const pairs of [2, 4, 6, 8]) expect(sumOf(pairs, (place) => place)).toBe(0);
    for (const pairs of [4, 8, 12]) expect(sumOf(pairs, (place) => place ** 2)).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d pairs", (pairs) => {
    expect(() => order(pairs)).toThrow(RangeError);
  });
});

import { expect, it } from "vitest";
import { seededGenerator } from "./seeded-generator.ts";

const first = (seed: number) => seededGenerator(seed).next() >>> 0;

it("a seed gives the same numbers again", () => {
  const [one, other] = [seededGenerator(5), seededGenerator(5)];
  for (let draw = 0; draw < 100; draw += 1) expect(one.next()).toBe(other.next());
});

it("seeds next to each other begin with numbers that have nothing in common", () => {
  // In the upper and in the lower half of the range alike: 1,000 draws with a standard deviation of 16.
  const numbers = Array.from({ length: 1000 }, (_, seed) => first(seed));
  expect(new Set(numbers).size).toBe(1000);
  expect(Math.abs(numbers.filter((number) => number >= 2 ** 31).length - 500)).toBeLessThan(80);
  expect(Math.abs(numbers.filter((number) => number % 2 === 1).length - 500)).toBeLessThan(80);
});

it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY])("a seed of %d is refused", (seed) => {
  expect(() => seededGenerator(seed)).toThrow(RangeError);
});

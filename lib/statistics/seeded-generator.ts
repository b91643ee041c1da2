// Random numbers that are the same for a seed.
//
// Source: xoroshiro128+ (Blackman and Vigna, Scrambled Linear Pseudorandom Number Generators, ACM Transactions on Mathematical Software 47, 2021), by
// pure-rand. A seed fills 64 of its 128 bits, and the first numbers after it are plain functions of the seed; so the generator
// jumps 2⁶⁴ numbers ahead first. Limits: seeds count modulo 2³²; nothing here is for cryptography.

import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Gives numbers to the distributions of pure-rand. */
export type SeededGenerator = ReturnType<typeof xoroshiro128plus>;

/** A new generator. @throws {RangeError} for a seed that is not a whole number. */
export function seededGenerator(seed: number): SeededGenerator {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed of ${seed}; it takes a whole number`);
  const generator = xoroshiro128plus(seed);
  generator.jump();
  return generator;
}

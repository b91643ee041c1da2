/** One of the two that an experiment compares. */
export type Variant = "a" | "b";

/**
 * The order in which the repetitions of an experiment run: ABBA BAAB ABBA …. Each pair holds one of each, one after the other, and pairs begin
 * with A, B, B, A in turn. So what changes steadily over the experiment, such as a growing table or a warming machine, is the same for
 * both over any two pairs, and a steady change of that change over any four.
 * @returns Twice as many repetitions as pairs: those of pair i are at 2i and 2i + 1.
 * @throws {RangeError} for a number of pairs that is not a whole number of 1 or more.
 */
export function order(pairs: number): Variant[] {
  if (!(Number.isSafeInteger(pairs) && pairs >= 1)) {
    throw new RangeError(`${pairs} pairs; it takes a whole number of 1 or more`);
  }
  return Array.from({ length: pairs }, (_, pair): Variant[] =>
    pair % 4 === 0 || pair % 4 === 3 ? ["a", "b"] : ["b", "a"],
  ).flat();
}

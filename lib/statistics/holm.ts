// p-values of several tests, adjusted so that the probability of any false rejection among them stays at the level.
//
// Source: Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 6 (1979). The smallest of m p-values
// is multiplied by m, the next by m − 1, and so on; none becomes smaller than one before it.
//
// Assumptions: each p-value alone is valid. They may depend on each other in any way. Limits: the more tests, the less each can show.

/**
 * Adjusted p-values, in the order given: those at or below the level are rejected.
 * @throws {RangeError} for values that are not between 0 and 1.
 */
export function holm(pValues: readonly number[]): number[] {
  for (const value of pValues) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`a p-value of ${value}; it takes one from 0 to 1`);
  }
  const ascending = pValues.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [place, { value, index }] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - place) * value));
    adjusted[index] = largest;
  }
  return adjusted;
}

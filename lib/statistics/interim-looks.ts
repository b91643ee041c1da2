// Levels for looking at an experiment while it runs, so that stopping at the first rejection does not raise the rate of false alarms.
//
// Source: Haybittle, Repeated Assessment of Results in Clinical Trials of Cancer Treatment, British Journal of Radiology 44 (1971), and
// Peto et al., Design and Analysis of Randomized Clinical Trials Requiring Prolonged Observation of Each Patient, British Journal
// of Cancer 34 (1976): a look on the way needs a very small p-value, and the last one stays nearly at the level. They left the last one as it
// was; here what the looks use is taken off it, so that the sum of all levels is alpha, and by Bonferroni's inequality the
// probability of any false rejection is at most alpha, however the looks depend on each other.
//
// Assumptions: each test alone is valid at its level. Several metrics at a look: Holm at that look's level; what is rejected there stays
// rejected. Limits: only large changes end an experiment early, and stopping there makes their estimate somewhat too large. Stopping
// because nothing is seen needs no level, and loses power.

/** One look at an experiment. */
export interface Look {
  /** After so many pairs. */
  pairs: number;
  /** The test at this look rejects at this level. */
  level: number;
}

/** A look on the way has this part of alpha. */
const shareOfALook = 1 / 50;
/** All looks on the way together have at most this part of alpha. */
const shareOfAllLooks = 1 / 2;

/**
 * The looks after `minimumPairs`, `minimumPairs` + 1, … pairs, and the last one after `pairs`.
 * @param alpha Share of false alarms of the experiment.
 * @param pairs Pairs that are planned.
 * @param minimumPairs Before the first look; with no more than these planned, there is the last look only.
 * @throws {RangeError} for an alpha that is not between 0 and 1, and numbers of pairs that are not whole and 2 or more.
 */
export function interimLooks(alpha: number, pairs: number, minimumPairs = 5): Look[] {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`an alpha of ${alpha}; it takes one above 0 and below 1`);
  for (const value of [pairs, minimumPairs]) {
    if (!(Number.isSafeInteger(value) && value >= 2)) {
      throw new RangeError(`${value} pairs; it takes a whole number of 2 or more`);
    }
  }
  const early = Math.max(0, pairs - minimumPairs);
  const level = early === 0 ? 0 : alpha * Math.min(shareOfALook, shareOfAllLooks / early);
  const looks = Array.from({ length: early }, (_, look): Look => ({ pairs: minimumPairs + look, level }));
  return [...looks, { pairs, level: alpha - early * level }];
}

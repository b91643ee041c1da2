/** The numbers of an experiment's plan, as users write them. */

import { durationForm, parseDuration, UsageError } from "../environment/index.ts";

/** Fewer pairs say nothing of how much pairs differ by chance; more are another experiment. */
export const pairsLimits = { least: 5, most: 100 } as const;

/** Longest rest between repetitions, in seconds. */
const longestPause = 3600;

/**
 * Number of pairs.
 * @throws {UsageError}
 */
export function parsePairs(text: string): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  const { least, most } = pairsLimits;
  if (value >= least && value <= most) return value;
  const why =
    value < least ? ` Fewer than ${least} pairs cannot tell a difference from the chance between repetitions.` : "";
  throw new UsageError(
    `--pairs ${text} is not accepted; expected is a whole number from ${least} to ${most}, for example --pairs 8.${why}`,
  );
}

/**
 * The change below which a difference does not matter, as a share.
 * @throws {UsageError}
 */
export function parseMinimumEffect(text: string): number {
  const value = share(text);
  if (value !== undefined && value < 1) return value;
  throw new UsageError(`--min-effect ${text} is not accepted; expected is a share from 0% to 99%, such as 3% or 0.03.`);
}

/**
 * The accepted rate of false alarms, as a share.
 * @throws {UsageError}
 */
export function parseAlpha(text: string): number {
  const value = share(text);
  if (value !== undefined && value >= 0.0001 && value <= 0.2) return value;
  throw new UsageError(`--alpha ${text} is not accepted; expected is a share from 0.01% to 20%, such as 5% or 0.05.`);
}

/**
 * Seconds of rest between repetitions.
 * @throws {UsageError}
 */
export function parsePause(text: string): number {
  const seconds = parseDuration(text.trim());
  if (seconds !== undefined && seconds >= 0 && seconds <= longestPause) return seconds;
  throw new UsageError(`--pause ${text} is not accepted; expected is ${durationForm}, at most 1h.`);
}

/** `3%` or `0.03` as 0.03; undefined: neither. */
function share(text: string): number | undefined {
  const [, number, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  return percent === "%" ? Number(number) / 100 : Number(number);
}

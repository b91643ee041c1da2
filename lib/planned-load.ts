/** What a workload may know of the load that is planned for it. */

import { type Environment, readInteger, readText } from "./environment/index.ts";
import type { LoadProfile } from "./profile.ts";
import { dueAt, totalSeconds } from "./schedule.ts";

/**
 * Operations that a run can have at most, warm-up included; undefined in a closed loop without OPERATION_COUNT, which has as many as
 * the target answers, and in a search, which has as many as it takes.
 */
export function mostOperations(profile: LoadProfile, environment: Environment): number | undefined {
  const count = readInteger(environment, "OPERATION_COUNT");
  if (count !== undefined) return count;
  if (profile.loop === "closed" || profile.search !== undefined) return undefined;
  // As the native loop counts: a rate of 0.1 for 10 s must not become two operations by a rounding error.
  return Math.ceil(dueAt(profile, totalSeconds(profile)) - 1e-6);
}

/** The variables with the profile's mix where the user set none. */
export function withMixOf(profile: LoadProfile, environment: Environment): Environment {
  if (profile.mix === undefined || readText(environment, "MIX") !== undefined) return environment;
  return { ...environment, MIX: profile.mix };
}

/**
 * Operations that are due in a run's measured phase; undefined in a closed loop without OPERATION_COUNT. With OPERATION_COUNT all are
 * measured.
 */
export function plannedOperations(profile: LoadProfile, environment: Environment): number | undefined {
  const count = readInteger(environment, "OPERATION_COUNT");
  if (profile.loop === "closed" || profile.search !== undefined) return count;
  let due = 0;
  for (const { phase, rate, seconds } of profile.segments) {
    if (phase === "measure" && rate !== undefined) due += ((rate.from + rate.to) / 2) * seconds;
  }
  return Math.min(count ?? due, due);
}

// The variables of a search (FINDMAX and those that begin with it), and what the variables of other profiles mean to one.

import {
  type Environment,
  formatDuration,
  readChoice,
  readDuration,
  readInteger,
  readNumber,
  readText,
  UsageError,
} from "../lib/environment/index.ts";
import type { LoadProfile, Search } from "../lib/profile.ts";
import { findmaxWorkers } from "./findmax.ts";

/** Workers that a search may go up to, as LOAD_WORKERS may. */
const mostWorkers = 100_000;

const searchVariables = [
  "FINDMAX",
  "FINDMAX_RATE",
  "FINDMAX_START",
  "FINDMAX_CEILING",
  "FINDMAX_PRECISION",
  "FINDMAX_TIME_LIMIT",
] as const;

/** Refuses variables of a search where nothing is searched. @throws {UsageError} */
export function refuseSearchVariables(profile: LoadProfile, environment: Environment): void {
  for (const name of searchVariables) {
    const value = readText(environment, name);
    if (value === undefined) continue;
    throw new UsageError(
      `${name}=${value} is set, and the load profile ${profile.name} searches nothing. Choose LOAD_PROFILE=findmax (--profile findmax), or unset it.`,
    );
  }
}

/** What a search cannot be given, and what to set instead. */
const instead: Record<string, string> = {
  LOAD_RATE:
    "a search finds the rate: set FINDMAX_START and FINDMAX_CEILING, or FINDMAX_RATE for one that holds or fails",
  OPERATION_COUNT: "a number of operations would end it before it knows: set FINDMAX_TIME_LIMIT to bound it",
  OPERATIONS_PER_ITERATION: "a worker's part of it is one iteration: leave it out",
};

/**
 * A profile that searches, with the variables applied: FINDMAX, FINDMAX_RATE, FINDMAX_START, FINDMAX_CEILING, FINDMAX_PRECISION,
 * FINDMAX_TIME_LIMIT, STEADY_STATE_DURATION (of a step), WARMUP_DURATION (of each step) and LOAD_WORKERS (of the open loop).
 * @throws {UsageError} for a combination without sense.
 */
export function resolveSearch(found: LoadProfile, environment: Environment): LoadProfile {
  for (const [name, advice] of Object.entries(instead)) {
    const value = readText(environment, name);
    if (value !== undefined)
      throw new UsageError(`${name}=${value} cannot be given with the load profile ${found.name}: ${advice}.`);
  }
  const of = readChoice(environment, "FINDMAX") ?? found.search?.of;
  // A profile of the user's own keeps its numbers where it searches for the same.
  const profile =
    of === "workers" && found.search?.of !== "workers"
      ? { ...(findmaxWorkers as LoadProfile), name: found.name }
      : found;
  const { search, segments } = profile;
  const [segment] = segments;
  if (search === undefined || segment === undefined) return profile;
  if (of !== search.of) {
    throw new UsageError(
      `FINDMAX=${of} is set, and the load profile ${found.name} searches for ${search.of}. Unset it.`,
    );
  }
  const applied = apply(search, environment);
  const workers = workersOf(profile, applied, environment);
  const limit = readDuration(environment, "FINDMAX_TIME_LIMIT") ?? segment.seconds;
  refuseTooShort(limit, applied);
  return {
    ...profile,
    segments: [
      {
        ...segment,
        seconds: limit,
        workers: { from: workers, to: workers },
        ...(applied.of === "rate" && { rate: { from: highestOf(applied), to: highestOf(applied) } }),
      },
    ],
    search: applied,
  };
}

/** Refuses a limit in which not even one step has room: nothing would be known at its end. @throws {UsageError} */
function refuseTooShort(limit: number, { stepSeconds, warmupSeconds }: Search): void {
  const step = warmupSeconds + stepSeconds;
  if (limit >= step) return;
  throw new UsageError(
    `FINDMAX_TIME_LIMIT=${formatDuration(limit)} is shorter than one step, which takes ${formatDuration(step)} (WARMUP_DURATION and ` +
      "STEADY_STATE_DURATION), and a search takes many. Raise it, or make the steps shorter.",
  );
}

/** The highest load that is tried. */
function highestOf({ fixed, maximum }: Search): number {
  return fixed ?? maximum;
}

function apply(search: Search, environment: Environment): Search {
  const fixed = readNumber(environment, "FINDMAX_RATE") ?? search.fixed;
  if (fixed !== undefined) {
    if (search.of === "workers") {
      throw new UsageError(
        `FINDMAX_RATE=${fixed} and FINDMAX=workers are both set: a closed loop has no rate. Unset one of them.`,
      );
    }
    for (const name of ["FINDMAX_START", "FINDMAX_CEILING", "FINDMAX_PRECISION"]) {
      if (readText(environment, name) === undefined) continue;
      throw new UsageError(
        `FINDMAX_RATE and ${name} are both set: a rate that is given holds or fails, and nothing is searched. Unset one of them.`,
      );
    }
  }
  const maximum = loadOf(search, environment, "FINDMAX_CEILING") ?? search.maximum;
  const given = loadOf(search, environment, "FINDMAX_START");
  const start = given ?? Math.min(search.start, maximum);
  if (start > maximum) {
    throw new UsageError(
      `FINDMAX_START=${start} is above the ceiling of ${maximum}. Raise FINDMAX_CEILING or start lower.`,
    );
  }
  return {
    ...search,
    start,
    maximum,
    minimum: Math.min(search.minimum, start),
    precision: readNumber(environment, "FINDMAX_PRECISION") ?? search.precision,
    stepSeconds: readDuration(environment, "STEADY_STATE_DURATION") ?? search.stepSeconds,
    warmupSeconds: readDuration(environment, "WARMUP_DURATION") ?? search.warmupSeconds,
    ...(fixed !== undefined && { fixed }),
  };
}

/** A load that a variable gives: workers are whole, and fewer than rates may be. */
function loadOf({ of }: Search, environment: Environment, name: string): number | undefined {
  const load = readNumber(environment, name);
  if (load !== undefined && of === "workers" && !(Number.isInteger(load) && load <= mostWorkers)) {
    throw new UsageError(
      `${name}=${load} is not accepted with FINDMAX=workers; expected is a whole number of workers from 1 to ${mostWorkers.toLocaleString("en")}.`,
    );
  }
  return load;
}

function workersOf(profile: LoadProfile, { of, maximum }: Search, environment: Environment): number {
  const workers = readInteger(environment, "LOAD_WORKERS");
  if (of === "rate") return workers ?? profile.segments[0]?.workers.to ?? 1;
  if (workers === undefined) return maximum;
  throw new UsageError(
    `LOAD_WORKERS=${workers} and FINDMAX=workers are both set: the workers are what is searched. Set FINDMAX_CEILING to the most that are tried.`,
  );
}

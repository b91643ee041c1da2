// Makes the profile of one run: found by name, or the user's own, with the variables applied.

import {
  type Environment,
  readDuration,
  readInteger,
  readNumber,
  readText,
  suggestion,
  UsageError,
} from "../lib/environment/index.ts";
import type { LoadProfile, Segment } from "../lib/profile.ts";
import { maximumRate, maximumWorkers } from "../lib/schedule.ts";
import { forCores } from "./declared.ts";
import { defaultProfile, profiles } from "./list.ts";
import { refuseSearchVariables, resolveSearch } from "./search.ts";
import { stretch } from "./stretch.ts";
import { validateProfile } from "./validate.ts";

/**
 * The profile of a run: the one given (a name, or a profile of the user's), else the one that LOAD_PROFILE names, with
 * STEADY_STATE_DURATION, WARMUP_DURATION, LOAD_RATE, LOAD_WORKERS and OPERATION_COUNT applied; of a search, those of search.ts.
 * @param cores of the machine that makes the load.
 * @throws {UsageError} for an unknown name, a value that is not accepted, or a combination without sense.
 */
export function resolveProfile(
  given: string | LoadProfile | undefined,
  environment: Environment,
  cores: number,
): LoadProfile {
  const found = find(given ?? readText(environment, "LOAD_PROFILE") ?? defaultProfile, cores);
  if (found.search !== undefined) return resolveSearch(found, environment);
  refuseSearchVariables(found, environment);
  let segments = found.segments;
  const count = readInteger(environment, "OPERATION_COUNT");
  if (count !== undefined && found.report !== undefined) {
    throw new UsageError(
      `OPERATION_COUNT=${count} is set, and the load profile ${found.name} reports on its whole length, which a number of operations ` +
        "would cut. Unset it, or choose a profile of constant load, such as tps500.",
    );
  }
  if (count !== undefined) {
    for (const name of ["STEADY_STATE_DURATION", "WARMUP_DURATION"]) {
      if (readText(environment, name) === undefined) continue;
      throw new UsageError(
        `OPERATION_COUNT and ${name} are both set: a run ends either after so many operations, all of them measured, ` +
          "or after some time. Set one of them.",
      );
    }
    segments = segments.filter(({ phase }) => phase === "measure");
  }
  segments = stretch(found.name, segments, readDuration(environment, "STEADY_STATE_DURATION"));
  segments = warmUp(segments, readDuration(environment, "WARMUP_DURATION"));
  return { ...found, segments: scale({ ...found, segments }, environment) };
}

function find(given: string | LoadProfile, cores: number): LoadProfile {
  if (typeof given !== "string") return validateProfile(given);
  if (given.startsWith("{")) return validateProfile(parseJson(given));
  const declared = profiles.find(({ name }) => name === given);
  if (declared !== undefined) return forCores(declared, cores);
  const names = profiles.map(({ name }) => name);
  throw new UsageError(`There is no load profile ${given}.${suggestion(given, names)} Known are ${names.join(", ")}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`LOAD_PROFILE starts like JSON and does not parse (${(error as Error).message}).`);
  }
}

/** Makes the warm-up last so long in all; a profile without one warms up at the load its measured part starts with. */
function warmUp(segments: Segment[], seconds: number | undefined): Segment[] {
  if (seconds === undefined) return segments;
  const measured = segments.filter(({ phase }) => phase !== "warmup");
  const first = measured[0];
  if (seconds === 0 || first === undefined) return measured;
  const before = segments.filter(({ phase }) => phase === "warmup");
  if (before.length === 0) {
    const { rate, workers } = first;
    const load = { workers: { from: workers.from, to: workers.from } };
    return [
      { phase: "warmup", seconds, ...load, ...(rate && { rate: { from: rate.from, to: rate.from } }) },
      ...measured,
    ];
  }
  const length = before.reduce((sum, segment) => sum + segment.seconds, 0);
  return [...before.map((segment) => ({ ...segment, seconds: (segment.seconds * seconds) / length })), ...measured];
}

/**
 * LOAD_RATE and LOAD_WORKERS are the numbers at the profile's highest point; everything else goes in proportion. A rate without
 * workers brings workers in the profile's own ratio, which is ten a second for each in all of ours.
 */
function scale(profile: LoadProfile, environment: Environment): Segment[] {
  const rate = readNumber(environment, "LOAD_RATE");
  const workers = readInteger(environment, "LOAD_WORKERS");
  if (rate !== undefined && profile.loop === "closed") {
    throw new UsageError(
      `LOAD_RATE=${rate} is set, and the load profile ${profile.name} is a closed loop, whose rate is what the target answers. ` +
        "Choose an open one, such as tps500, or set LOAD_WORKERS.",
    );
  }
  if (rate === undefined && workers === undefined) return profile.segments;
  const highest = maximumRate(profile);
  const most = maximumWorkers(profile);
  const wanted = workers ?? (most * (rate ?? highest)) / highest;
  // Multiplied before divided, so that round numbers stay round.
  const scaledRate = (perSecond: number) => (perSecond * (rate ?? highest)) / highest;
  // The tolerance keeps a rounding error from becoming a worker.
  const scaledWorkers = (count: number) => Math.max(1, Math.ceil((count * wanted) / most - 1e-9));
  return profile.segments.map((segment) => ({
    ...segment,
    ...(segment.rate && { rate: { from: scaledRate(segment.rate.from), to: scaledRate(segment.rate.to) } }),
    workers: { from: scaledWorkers(segment.workers.from), to: scaledWorkers(segment.workers.to) },
  }));
}

// What a run needs to know besides its profile and its workload, read from the variables.

import type { RunDeclaration } from "../../k6-ext/index.d.ts";
import {
  type Environment,
  readChoice,
  readDuration,
  readFlag,
  readInteger,
  readText,
  readWordOrInteger,
  setVariables,
  UsageError,
} from "../environment/index.ts";
import type { LoadProfile } from "../profile.ts";
import { maximumRate, maximumWorkers } from "../schedule.ts";

/** Iterations that all workers together make in a second, at most: k6 keeps the duration of each until the end of the test. */
const iterationsPerSecond = 100;

/** Seconds of one iteration, for as many workers as the profile ever has. */
export function iterationSeconds(profile: LoadProfile): number {
  return Math.max(1, Math.ceil(maximumWorkers(profile) / iterationsPerSecond));
}

/** What the machine and the extension say. */
export interface Machine {
  cores: number;
  version: string;
}

/** The highest rate at which one k6 sample for each operation is made without being asked for. */
const highestSampledRate = 1000;

/** The default of LOAD_CONNECTIONS does not grow beyond this. */
const mostLoadConnections = 8;

/** The default of LOAD_CONNECTIONS, for a machine with so many cores. */
export function defaultLoadConnections(cores: number): number {
  return Math.min(mostLoadConnections, cores);
}

/**
 * The declaration of a run.
 * @param target URL of the target; by default DBMARK_TARGET.
 * @throws {UsageError} for a missing target and for values that are not accepted.
 */
export function declarationOf(
  suite: string,
  profile: LoadProfile,
  environment: Environment,
  machine: Machine,
  target = targetOf(suite, environment),
): RunDeclaration {
  const operationCount = readInteger(environment, "OPERATION_COUNT");
  const operationsPerIteration = readInteger(environment, "OPERATIONS_PER_ITERATION");
  const mode = readChoice(environment, "PROTOCOL");
  const testId = readText(environment, "DBMARK_TEST_ID");
  const startAt = readText(environment, "DBMARK_START_AT");
  const milliseconds = (name: string, seconds: number) => (readDuration(environment, name) ?? seconds) * 1000;
  return {
    suite,
    target,
    profile,
    seed: readInteger(environment, "SEED") ?? 1,
    ...(operationCount !== undefined && { operationCount }),
    ...(operationsPerIteration !== undefined && { operationsPerIteration }),
    iterationSeconds: iterationSeconds(profile),
    connections: (readWordOrInteger(environment, "CONNECTIONS") ?? "per-worker") as "per-worker" | number,
    depth: readInteger(environment, "DEPTH") ?? 1,
    ...(mode !== undefined && { mode }),
    timeoutMilliseconds: milliseconds("TIMEOUT", 30),
    // 0 is the driver's own default, which may come from the target's URL.
    connectTimeoutMilliseconds: milliseconds("CONNECT_TIMEOUT", 0),
    gracefulStopSeconds: gracefulStopSeconds(environment),
    metrics: metricsMode(profile, environment),
    resultsDirectory: readText(environment, "DBMARK_RESULTS") ?? "results",
    allowWrites: readFlag(environment, "DBMARK_ALLOW_WRITES"),
    reload: readFlag(environment, "DBMARK_RELOAD"),
    ...(readFlag(environment, "DBMARK_LOAD_ONLY") && { loadOnly: true }),
    loadConnections: readInteger(environment, "LOAD_CONNECTIONS") ?? defaultLoadConnections(machine.cores),
    variables: setVariables(environment, suite),
    version: machine.version,
    gitRevision: readText(environment, "DBMARK_GIT_REVISION") ?? "",
    ...(testId !== undefined && { testId }),
    ...(startAt !== undefined && { startAt }),
  };
}

/** The URL of the target; @throws {UsageError} that says how to set it. */
export function targetOf(suite: string, environment: Environment): string {
  const target = readText(environment, "DBMARK_TARGET");
  if (target !== undefined) return target;
  throw new UsageError(
    "DBMARK_TARGET is not set, so there is nothing to put under load. Set it to the URL of the system under test, for example " +
      `DBMARK_TARGET=postgres://user:password@127.0.0.1:5432/database, or use \`npx dbmark run ${suite}\`, which starts a PostgreSQL of its own.`,
  );
}

/** How long due work may go on after the profile's end. */
export function gracefulStopSeconds(environment: Environment): number {
  return readDuration(environment, "GRACEFUL_STOP") ?? 30;
}

/** One sample for each operation where that is cheap, or asked for; else windows. */
function metricsMode(profile: LoadProfile, environment: Environment): "operations" | "windows" {
  const asked = readChoice(environment, "METRICS");
  if (asked === "operations" || asked === "windows") return asked;
  return profile.loop === "open" && maximumRate(profile) <= highestSampledRate ? "operations" : "windows";
}

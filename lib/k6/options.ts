// k6's options for a run. k6 lends goroutines; the native loop says what each of them does, and when it is over.

import type { Options, Scenario } from "k6/options";
import type { RunDeclaration } from "../../k6-ext/index.d.ts";
import { UsageError } from "../environment/index.ts";
import { maximumWorkers, totalSeconds } from "../schedule.ts";

/** Slices that a VU may need beyond those of the run's length: one that is cut at either end. */
const spareSlices = 2;

/** Seconds that k6 gives a run beyond its end before it would cut it off. */
const spareSeconds = 30;

const timeouts = { setupTimeout: "24h", teardownTimeout: "10m" };

/**
 * The options of a run. The scenario has the profile's name and as many VUs as the profile ever has workers. An iteration
 * is a slice of a second, or of some where there are many workers; when the run is over, iterations return at once.
 */
export function optionsOf(declaration: RunDeclaration): Options {
  return {
    ...timeouts,
    scenarios: { [declaration.profile.name]: scenarioOf(declaration) },
    thresholds: { slo_missed: ["count==0"] },
  };
}

/** Options for a script that has nothing to run but its setup: to print its workload, or an error. */
export const setupOnly: Options = {
  ...timeouts,
  scenarios: { setup: { executor: "per-vu-iterations", vus: 1, iterations: 1 } },
};

function scenarioOf(declaration: RunDeclaration): Scenario {
  const { profile, operationCount, operationsPerIteration } = declaration;
  const vus = maximumWorkers(profile);
  const total = Math.ceil(totalSeconds(profile));
  const graceful = Math.ceil(declaration.gracefulStopSeconds);
  if (profile.search !== undefined) {
    // It ends when it knows, and bounds itself by its own time limit: one iteration is a worker's whole run.
    return { executor: "per-vu-iterations", vus, iterations: 1, maxDuration: "24h", gracefulStop: `${graceful}s` };
  }
  if (operationCount !== undefined) {
    const limits = { vus, maxDuration: "24h", gracefulStop: `${graceful}s` };
    // How long a number of operations takes is not known: without a number for each iteration, one iteration is a worker's whole run.
    return operationsPerIteration === undefined
      ? { executor: "per-vu-iterations", iterations: 1, ...limits }
      : {
          executor: "shared-iterations",
          iterations: Math.ceil(operationCount / operationsPerIteration) + vus,
          ...limits,
        };
  }
  if (operationsPerIteration !== undefined) {
    return { executor: "constant-vus", vus, duration: `${total + 1}s`, gracefulStop: `${graceful + spareSeconds}s` };
  }
  return {
    executor: "per-vu-iterations",
    vus,
    iterations: Math.ceil((total + graceful) / (declaration.iterationSeconds ?? 1)) + spareSlices,
    maxDuration: `${total + graceful + spareSeconds}s`,
    gracefulStop: `${graceful}s`,
  };
}

/**
 * Refuses a run whose scenarios k6 has silently replaced because of `--vus`, `--duration`, `--iterations` or `--stage`.
 * @param names of the scenarios that the script declared.
 * @param actual the names of the scenarios that k6 is about to run.
 */
export function assertScenarios(names: readonly string[], actual: readonly string[]): void {
  if (names.every((name) => actual.includes(name)) && actual.length === names.length) return;
  throw new UsageError(
    "k6's own --vus, --duration, --iterations and --stage (and K6_VUS and the like) would replace the load profile. Leave them out and " +
      "set the load with -e LOAD_PROFILE=…, LOAD_WORKERS, LOAD_RATE, STEADY_STATE_DURATION or OPERATION_COUNT.",
  );
}

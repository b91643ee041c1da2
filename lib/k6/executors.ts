// Scripts of users whose own executors run the scenarios of a suite: k6 says when each iteration starts, and there is no load profile.

import type { RunDeclaration } from "../../k6-ext/index.d.ts";
import { UsageError } from "../environment/index.ts";

/** What is looked at of a k6 scenario; the executor decides which of these there are. */
interface ExecutorOptions {
  exec?: string | null;
  vus?: number | null;
  startVUs?: number | null;
  preAllocatedVUs?: number | null;
  maxVUs?: number | null;
  stages?: readonly { target?: number | null }[] | null;
}

/** What executors of a script's own will run. */
export interface OwnExecutors {
  /** Names of the suite's scenarios. */
  names: string[];
  /** VUs at most, of all executors together. */
  workers: number;
}

/**
 * Finds out whether a script has scenarios of its own in place of the profile's.
 * @param declared names of the scenarios that the suite declared.
 * @param actual what k6 is about to run, by name.
 * @param functions names of the suite's scenarios by that of the function that is exported of each.
 * @returns undefined where they are those of the suite, or what k6 makes of `--vus` and the like.
 */
export function ownExecutors(
  declared: readonly string[],
  actual: Readonly<Record<string, unknown>>,
  functions: Readonly<Record<string, string>>,
): OwnExecutors | undefined {
  const names = Object.keys(actual);
  if (names.every((name) => declared.includes(name))) return undefined;
  const executors = Object.values(actual) as ExecutorOptions[];
  const called = executors.map(({ exec }) => exec ?? "default");
  // k6 makes one scenario named default of --vus, --duration and the like.
  if (names.length === 1 && names[0] === "default" && called[0] === "default") return undefined;
  const used = called.flatMap((name) => functions[name] ?? []);
  return {
    // A function of the script's own may call any of them.
    names: used.length === called.length ? [...new Set(used)] : Object.values(functions),
    workers: executors.reduce((sum, options) => sum + mostVus(options), 0),
  };
}

function mostVus({ vus, startVUs, preAllocatedVUs, maxVUs, stages }: ExecutorOptions): number {
  const targets = startVUs === undefined ? [] : (stages ?? []).map(({ target }) => target ?? 0);
  return Math.max(1, ...[vus, startVUs, preAllocatedVUs, maxVUs].map((number) => number ?? 0), ...targets);
}

/** The name that the profile has of a run without one. */
export const ownExecutorsName = "own executors";

/**
 * The declaration of such a run, made of that of the profile's.
 * @throws {UsageError} for OPERATION_COUNT, which the executors would have to keep to.
 */
export function executorsDeclaration(declaration: RunDeclaration, workers: number): RunDeclaration {
  const { operationCount, iterationSeconds: _, ...kept } = declaration;
  if (operationCount !== undefined) {
    throw new UsageError(
      `OPERATION_COUNT=${operationCount} is set, and executors of the script's own say how much is run. Leave it out, or use the executor shared-iterations.`,
    );
  }
  return {
    ...kept,
    executors: true,
    operationsPerIteration: declaration.operationsPerIteration ?? 1,
    profile: {
      name: ownExecutorsName,
      description: "The script's own executors: k6 says when each operation starts.",
      loop: "closed",
      segments: [{ phase: "measure", seconds: 0, workers: { from: workers, to: workers } }],
    },
  };
}

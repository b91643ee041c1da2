// Checks the value of every variable, so that a mistake is told before anything starts.

import { availableParallelism } from "node:os";
import {
  type Environment,
  readChoice,
  readDurationOrNone,
  readFlag,
  readInteger,
  readNumber,
  readShare,
  readWeights,
  readWordOrInteger,
  type Variable,
  variablesOfSuite,
} from "../../lib/environment/index.ts";
import type { LoadProfile } from "../../lib/profile.ts";
import { resolveProfile } from "../../profiles/index.ts";

const readers: Record<Variable["type"], ((environment: Environment, name: string) => unknown) | undefined> = {
  duration: readDurationOrNone,
  integer: readInteger,
  number: readNumber,
  share: readShare,
  choice: readChoice,
  weights: readWeights,
  "word or integer": readWordOrInteger,
  flag: readFlag,
  text: undefined,
};

/**
 * The load profile that the variables ask for.
 * @param cores that the load has, where it is not this machine that makes it.
 * @throws UsageError for the first value that is not accepted.
 */
export function checkSettings(suite: string, environment: Environment, cores = availableParallelism()): LoadProfile {
  for (const variable of variablesOfSuite(suite)) readers[variable.type]?.(environment, variable.name);
  return resolveProfile(undefined, environment, cores);
}

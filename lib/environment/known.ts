// Knows which names may be set, and for the record which were.

import { experimentVariables } from "./experiment-variables.ts";
import { harnessVariables } from "./harness-variables.ts";
import { suggestion } from "./nearest.ts";
import { readText } from "./parse.ts";
import { UsageError } from "./usage-error.ts";
import type { Environment } from "./variable.ts";
import { userVariables, variablesOfSuite } from "./variables.ts";

/**
 * Refuses names that no suite (or, with `suite`, not this one) reads, with the nearest name that there is.
 * @throws {UsageError}
 */
export function assertKnown(names: readonly string[], suite?: string): void {
  const described = suite === undefined ? userVariables : variablesOfSuite(suite);
  const known = described.map((variable) => variable.name);
  for (const name of names) {
    if (described.some((variable) => variable.name === name && variable.secret)) {
      throw new UsageError(
        `${name} is a secret, and other users of this machine can read the arguments of a command. Set it in the environment.`,
      );
    }
    if (known.includes(name)) continue;
    if ([...harnessVariables, ...experimentVariables].some((variable) => variable.name === name)) {
      throw new UsageError(
        `${name} is set by dbmark itself; use the options of dbmark run instead (dbmark run --help).`,
      );
    }
    throw new UsageError(
      `${suite === undefined ? "There is" : `The suite ${suite} has`} no variable ${name}.${suggestion(name, known)} Known are ${known.join(", ")}; dbmark list variables explains them.`,
    );
  }
}

/** The user's variables that are set, for the record: secrets, and those of the harness, which may hold a password, are left out. */
export function setVariables(environment: Environment, suite: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, secret } of variablesOfSuite(suite)) {
    const text = readText(environment, name);
    if (text !== undefined && secret !== true) found[name] = text;
  }
  return found;
}

// Every environment variable, as data: what `dbmark list variables` prints and what `--set` and `-e` accept.

import { experimentVariables } from "./experiment-variables.ts";
import { harnessVariables } from "./harness-variables.ts";
import { loadVariables } from "./load-variables.ts";
import { oltpVariables } from "./oltp-variables.ts";
import { spacetimedbVariables } from "./spacetimedb-variables.ts";
import { tpcbVariables } from "./tpcb-variables.ts";
import type { Variable } from "./variable.ts";
import { ycsbVariables } from "./ycsb-variables.ts";

/** Variables a user sets for a run: with `-e` of k6, `--set` of dbmark, or in the environment. */
export const userVariables: readonly Variable[] = [
  ...loadVariables,
  ...oltpVariables,
  ...ycsbVariables,
  ...tpcbVariables,
  ...spacetimedbVariables,
];

/** All variables, those of the harness and of experiments included. */
export const variables: readonly Variable[] = [...userVariables, ...harnessVariables, ...experimentVariables];

/** The user variables that a suite reads. */
export function variablesOfSuite(suite: string): readonly Variable[] {
  return userVariables.filter((variable) => variable.suites === undefined || variable.suites.includes(suite));
}

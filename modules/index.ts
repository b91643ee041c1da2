// The systems and suites that there are. A new system is a folder and a line in `systems`.

import { type Environment, readText, suggestion, UsageError } from "../lib/environment/index.ts";
import { mostOperations, withMixOf } from "../lib/planned-load.ts";
import type { LoadProfile } from "../lib/profile.ts";
import { noop } from "./noop/index.ts";
import { postgres } from "./postgres/index.ts";
import { redis } from "./redis/index.ts";
import { spacetimedb } from "./spacetimedb/index.ts";
import type { SuiteOnSystem, SystemModule } from "./system.ts";

export type { SuiteOnSystem, SystemModule, TableFacts, TableQuestion } from "./system.ts";

/** Every system that has a folder here. */
export const systems: readonly SystemModule[] = [postgres, redis, spacetimedb, noop];

/** A benchmark with a name: what `dbmark run` takes. */
export interface Suite {
  name: string;
  description: string;
  /** File name of its script: `scripts/<script>.ts`, and bundled `dist/<script>.js`. */
  script: string;
  /** Names of the systems that can run it. */
  systems: readonly string[];
}

const declared: readonly Omit<Suite, "systems">[] = [
  {
    name: "oltp",
    description: "Point lookups, range scans, inserts, updates and deletes, on a table of its own or on yours.",
    script: "oltp",
  },
  {
    name: "ycsb",
    description: "The core workloads A to F of YCSB, with their proportions and distributions.",
    script: "ycsb",
  },
  {
    name: "tpcb",
    description: "The transactions of pgbench, on tables of its own or on those that pgbench made.",
    script: "tpcb",
  },
  {
    name: "spacetimedb",
    description:
      "Calls of SpacetimeDB's reducers over a WebSocket or HTTP, reads, batches, and connections that come and go.",
    script: "spacetimedb",
  },
];

/** Every suite. */
export const suites: readonly Suite[] = declared.map((suite) => ({
  ...suite,
  systems: systems.filter((system) => system.suites[suite.name] !== undefined).map((system) => system.name),
}));

/** A suite by name; @throws {UsageError} that lists the known ones. */
export function findSuite(name: string): Suite {
  const suite = suites.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  const names = suites.map((candidate) => candidate.name);
  throw new UsageError(`There is no suite ${name}.${suggestion(name, names)} Known are ${names.join(", ")}.`);
}

/** How a system does a suite; @throws {UsageError} that lists the systems that do. */
export function suiteOnSystem(suiteName: string, systemName: string): SuiteOnSystem {
  const suite = findSuite(suiteName);
  const found = systems.find((system) => system.name === systemName)?.suites[suite.name];
  if (found !== undefined) return found;
  throw new UsageError(
    `The suite ${suite.name} does not run on ${systemName}; it runs on ${suite.systems.join(", ")}. Choose another target.`,
  );
}

/**
 * The URL of a suite's target, as the variables name or complete it; undefined: they name none.
 * @param environment DBMARK_TARGET is what the user gave.
 * @throws {UsageError} for values that are not accepted.
 */
export function targetOf(suiteName: string, environment: Environment): string | undefined {
  for (const name of findSuite(suiteName).systems) {
    const target = systems.find((system) => system.name === name)?.target;
    if (target !== undefined) return target(environment);
  }
  return readText(environment, "DBMARK_TARGET");
}

/** The table, there already, that the variables ask a suite to run on; undefined: it makes its own data. */
export function tableOf(suiteName: string, systemName: string, environment: Environment): string | undefined {
  return suiteOnSystem(suiteName, systemName).onTable?.table(environment);
}

/**
 * The workload of a suite on data of its own, as it would run with these variables.
 * @param profile that it runs under; without one, it knows of no end of the run.
 */
export function workloadOf(
  suiteName: string,
  systemName: string,
  environment: Environment,
  profile?: LoadProfile,
): ReturnType<SuiteOnSystem["workload"]> {
  const source = suiteOnSystem(suiteName, systemName);
  if (profile === undefined) return source.workload(environment, undefined);
  return source.workload(withMixOf(profile, environment), mostOperations(profile, environment));
}

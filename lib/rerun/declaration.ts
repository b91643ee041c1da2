/** A run that is over, declared again: workload, profile, seed and everything else that was decided before it began are in its file. */

import type { RunDeclaration } from "../../k6-ext/index.d.ts";
import { readDuration, readInteger } from "../environment/index.ts";
import { iterationSeconds } from "../k6/settings.ts";
import type { LoadProfile } from "../profile.ts";
import type { RunFile } from "../schema/run.generated.ts";
import type { Workload } from "../workload.ts";

/** What the file cannot say, because it belongs to the new run. */
export interface RerunSettings {
  /** URL with its password. */
  target: string;
  /** Folder under which the run folder is made. */
  resultsDirectory: string;
  allowWrites: boolean;
  reload: boolean;
  /** Connections that load the data set, where the file does not say. */
  loadConnections: number;
  /** Of the dbmark that runs now. */
  version: string;
  gitRevision: string;
}

/** The profile as it was applied, without what a run adds to it. */
export function profileOf({ profile }: RunFile): LoadProfile {
  const { gracefulStopSeconds: _, operationCount: __, operationsPerIteration: ___, ...declared } = profile;
  return declared;
}

/** The workload as it was declared, without what a run adds to it: what its pools held. */
export function workloadOf({ workload }: RunFile): Workload {
  // The schema leaves the parameters of generators open; the native loop checks them.
  const declared = structureOf(workload) as unknown as Workload;
  if (declared.pools === undefined) return declared;
  return { ...declared, pools: declared.pools.map(({ name, statement }) => ({ name, statement })) };
}

/** The same run, on a target. Timeouts are not in the file unless a variable set them: then they are the defaults. */
export function rerunDeclaration(run: RunFile, settings: RerunSettings): RunDeclaration {
  const profile = profileOf(run);
  const { operationCount, operationsPerIteration, gracefulStopSeconds } = run.profile;
  const { connections, connectionCount, depth } = run.topology;
  const { loadConnections, ...others } = settings;
  // Some suites have variables of their own for them.
  const milliseconds = (own: string, name: string, otherwise: number) =>
    readInteger(run.variables, own) ?? (readDuration(run.variables, name) ?? otherwise) * 1000;
  return {
    ...others,
    suite: run.suite.name,
    profile,
    seed: run.seed,
    ...(operationCount !== undefined && { operationCount }),
    ...(operationsPerIteration !== undefined && { operationsPerIteration }),
    iterationSeconds: iterationSeconds(profile),
    connections: connections === "pool" ? connectionCount : connections,
    depth,
    ...(run.target.mode !== "" && { mode: run.target.mode }),
    timeoutMilliseconds: milliseconds("SPACETIME_REQ_TIMEOUT", "TIMEOUT", 30),
    // 0 is the driver's own default, which may come from the target's URL.
    connectTimeoutMilliseconds: milliseconds("SPACETIME_CONN_TIMEOUT", "CONNECT_TIMEOUT", 0),
    gracefulStopSeconds,
    metrics: run.metrics,
    // None where the data set was there already.
    loadConnections: run.load?.connections || (readInteger(run.variables, "LOAD_CONNECTIONS") ?? loadConnections),
    variables: run.variables,
  };
}

/** A copy, so that nobody changes the file that was read. k6 has no structuredClone. */
function structureOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

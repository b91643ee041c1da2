/** What a run file does not hold, and a rerun therefore cannot bring back: told before anything starts. */

import { UsageError } from "../environment/index.ts";
import { wasEmbedded } from "../result/embedded-server.ts";
import type { RunFile } from "../schema/run.generated.ts";

/** What is known beside the file. */
export interface RerunSurroundings {
  /** Names of the suites that this dbmark has. */
  suites: readonly string[];
  /** Names of the systems that it has. */
  systems: readonly string[];
  /** The user names a target. */
  ownTarget: boolean;
  allowWrites: boolean;
}

/**
 * Refuses runs that cannot be run again.
 * @param path of the file, for the message.
 * @throws {UsageError}
 */
export function assertRerunnable(run: RunFile, path: string, { suites, systems, ...given }: RerunSurroundings): void {
  const { system } = run.target;
  if (!systems.includes(system)) {
    throw new UsageError(
      `${path} is a run on ${system}, which this dbmark does not know; it knows ${systems.join(", ")}. Run it again with the dbmark that made it.`,
    );
  }
  if (run.topology.instances > 1 || run.instances.length > 1) {
    const count = Math.max(run.topology.instances, run.instances.length);
    throw new UsageError(
      `${path} was made by ${count} instances together; rerun starts one. Start as many again, as the run was started.`,
    );
  }
  if (run.profile.executors) {
    throw new UsageError(
      `${path} was run by executors of a script's own, and what they did is in the script alone. Run that script again.`,
    );
  }
  const { foreignTables = [], dataSet, operations } = run.workload;
  const writing = operations.filter(({ kind, weight }) => kind !== "read" && weight > 0).map(({ name }) => name);
  if (foreignTables.length > 0 && writing.length > 0 && !given.allowWrites) {
    throw new UsageError(
      `${writing.join(" and ")} of ${path} would write to ${foreignTables.join(", ")}, which dbmark did not make. Allow it again with --allow-writes.`,
    );
  }
  if (dataSet === undefined && wasEmbedded(run) && !given.ownTarget) {
    const who = suites.includes(run.suite.name) ? "somebody else" : `the script of the suite ${run.suite.name}`;
    throw new UsageError(
      `${path} ran on tables that ${who} had made in an embedded PostgreSQL; they are not in the file, and a new server would not have them. ` +
        "Name a target that has them with --target or DBMARK_TARGET.",
    );
  }
}

/** What the file says too little about, one sentence each. */
export function limitsOf(run: RunFile, { suites, ownTarget }: RerunSurroundings): string[] {
  const { workload, target } = run;
  const known = suites.includes(run.suite.name);
  const pools = (workload.pools ?? []).map(({ name }) => name);
  const staying = workload.operations.filter(({ inserts, weight }) => weight > 0 && inserts && !inserts.remove);
  return [
    ...(known
      ? []
      : [
          `${run.suite.name} is no suite of dbmark: what its script did in JavaScript beside the declared run is not in the file, nor are its timeouts`,
        ]),
    ...(workload.dataSet === undefined && target.system !== "noop"
      ? ["the workload has no data set of its own: the tables are taken as the target holds them now"]
      : []),
    ...(pools.length > 0
      ? [`of the pool${pools.length > 1 ? "s" : ""} ${pools.join(", ")} the file has a hash alone: it is taken again`]
      : []),
    ...(staying.length > 0
      ? [`rows that ${staying.map(({ name }) => name).join(" and ")} added to tables of yours stayed there`]
      : []),
    ...(wasEmbedded(run) && !ownTarget
      ? ["the server is a new one of this dbmark's version, with the settings that the file has"]
      : ["the server is as it is now: its version, settings and other data are not brought back"]),
    "the machine, and the versions of dbmark, k6 and Go, are those of now",
  ];
}

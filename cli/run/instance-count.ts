// Into how many instances a run can be split, checked before anything starts.

import { type Environment, readText, readWordOrInteger, UsageError } from "../../lib/environment/index.ts";
import type { LoadProfile } from "../../lib/profile.ts";
import { maximumWorkers } from "../../lib/schedule.ts";

/** More processes than this are nothing for one machine. */
const mostInstances = 256;

/** The number that `--instances` gives, of processes on this machine or in a cluster; @throws {UsageError} */
export function readInstanceCount(
  given: string | undefined,
  { fewest, most, meaning } = { fewest: 1, most: mostInstances, meaning: "k6 processes on this machine" },
): number {
  if (given === undefined) return fewest;
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= fewest && number <= most) return number;
  throw new UsageError(
    `--instances ${given} is not accepted; expected is a whole number from ${fewest} to ${most}: ${meaning}.`,
  );
}

/** Refuses the search for the highest rate, however it is asked for. @throws {UsageError} */
export function refuseFindmax({ profile, set }: { profile?: string; set: string[] }, instances: number): void {
  const asked = [profile, ...set.map((pair) => /^LOAD_PROFILE=(.*)$/i.exec(pair)?.[1]), process.env.LOAD_PROFILE];
  if (asked.find((one) => one !== undefined && one !== "") === "findmax") throw notSplit("findmax", instances);
}

function notSplit(profile: string, instances: number): UsageError {
  return new UsageError(
    `--instances ${instances} cannot be given with the load profile ${profile}: each of its steps depends on what all of the load came to, and no ` +
      "instance sees more than its own part. Search with one instance, or run a profile of a fixed rate with several.",
  );
}

/** Refuses more instances than there are parts to share. @throws {UsageError} */
export function checkInstances(
  instances: number,
  profile: LoadProfile,
  environment: Environment,
  outputs: readonly string[],
): void {
  if (instances === 1) return;
  if (profile.search !== undefined) throw notSplit(profile.name, instances);
  const refuse = (what: string, instead: string): never => {
    throw new UsageError(`--instances ${instances} is more than ${what}. Give fewer instances, or ${instead}.`);
  };
  // In an open loop, operations of every instance are due all the time: each needs a worker even where the profile has the fewest.
  const workers =
    profile.loop === "closed"
      ? maximumWorkers(profile)
      : Math.min(...profile.segments.flatMap(({ workers: { from, to } }) => [Math.floor(from), Math.floor(to)]));
  if (instances > workers) {
    const fewest = profile.loop === "closed" || maximumWorkers(profile) === workers ? "" : " where it has the fewest";
    refuse(
      `the ${workers} ${workers === 1 ? "worker" : "workers"} of the load profile ${profile.name}${fewest}: each instance needs one`,
      "raise LOAD_WORKERS",
    );
  }
  const connections = readWordOrInteger(environment, "CONNECTIONS");
  if (typeof connections === "number" && instances > connections) {
    refuse(`CONNECTIONS=${connections}: each instance needs a connection of its own`, "raise CONNECTIONS");
  }
  const operations = readText(environment, "OPERATION_COUNT");
  if (operations !== undefined && instances > Number(operations)) {
    refuse(`OPERATION_COUNT=${operations}: each instance needs an operation`, "raise OPERATION_COUNT");
  }
  const most = maximumWorkers(profile);
  if (
    operations !== undefined &&
    readText(environment, "OPERATIONS_PER_ITERATION") !== undefined &&
    most % instances > 0
  ) {
    throw new UsageError(
      `--instances ${instances} cannot share the ${most} workers equally, and with OPERATION_COUNT and OPERATIONS_PER_ITERATION they have to: k6 parts ` +
        `iterations by workers. Set LOAD_WORKERS to a multiple of ${instances}.`,
    );
  }
  for (const output of outputs) {
    const [kind = ""] = output.split("=");
    if (!["json", "csv", "web-dashboard"].includes(kind)) continue;
    throw new UsageError(
      `--k6-out ${output} cannot be given with --instances: every instance would write it, each over the others. Outputs to a server work, where the tag ` +
        "instance keeps them apart; windows.ndjson has each second of all together.",
    );
  }
}

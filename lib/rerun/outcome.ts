/** Whether a rerun did the same as the run before it, and what was different around it. */

import { differencesOf } from "../comparison/differences.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { count, unknown } from "../summary/units.ts";

/** What the digests of a run and its rerun say. */
export interface DigestComparison {
  /** `unknown`: the two cannot be compared. */
  same: boolean | "unknown";
  /** In words. */
  text: string;
}

/** Compares the digests: of all operations that ran, and of their parameters. */
export function compareDigests(before: RunFile, after: RunFile): DigestComparison {
  const [first, second] = [before.digest, after.digest];
  const unknown = (why: string): DigestComparison => ({ same: "unknown", text: `cannot be compared: ${why}` });
  if (first === null) return unknown("the file has none");
  if (second === null) return unknown("the rerun has none");
  if (!first.comparable) return unknown(first.reason ?? "the run did not run all of its operations");
  if (!second.comparable) return unknown(second.reason ?? "the rerun did not run all of its operations");
  if (first.operations !== second.operations) {
    return unknown(`${count(first.operations)} operations then, ${count(second.operations)} now`);
  }
  const changed = changedPools(before, after);
  if (changed.length > 0) return unknown(`the target gave other values for the pool ${changed.join(" and ")}`);
  return first.value === second.value
    ? {
        same: true,
        text: `the same, ${first.value}: all ${count(first.operations)} operations with the same parameters`,
      }
    : {
        same: false,
        text: `NOT THE SAME, ${first.value} then and ${second.value} now: this dbmark makes other parameters than the one that wrote the file`,
      };
}

/** Names of the pools whose values are others now. */
function changedPools(before: RunFile, after: RunFile): string[] {
  return (before.workload.pools ?? [])
    .filter(({ name, hash }) => after.workload.pools?.find((pool) => pool.name === name)?.hash !== hash)
    .map(({ name }) => name);
}

/** What was different around the two, such as `server version: PostgreSQL 18.3 then, PostgreSQL 18.4 now`. */
export function setupChanges(before: RunFile, after: RunFile): string[] {
  return differencesOf([before, after]).map(({ group, what, values: [then, now] }) => {
    const name = group === what ? what : `${group} ${what}`;
    return `${name}: ${then ?? unknown} then, ${now ?? unknown} now`;
  });
}

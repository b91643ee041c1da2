// Rows that are there to be deleted. A delete has to find its row, and its parameter is a pure function of the operation's index: so the
// row of every index that a run can have is loaded before it, with the key −index, below the keys that everything else asks
// for. Each delete removes one row, no row is asked for twice, and no other operation ever misses one.

import { UsageError } from "../../lib/environment/index.ts";
import type { Generator, Removes } from "../../lib/workload.ts";

/** More rows than this are not loaded only to be deleted. */
const mostRows = 100_000_000;

/**
 * How many rows a run with deletes needs besides its own: one for each index.
 * @param operations of the run at most; undefined where the run has no end in operations.
 * @throws {UsageError} where they cannot be there.
 */
export function deletableRows(operations: number | undefined): number {
  if (operations === undefined) {
    throw new UsageError(
      "delete removes rows that were loaded for it, one for each operation of the run, and a closed loop has no such number. " +
        "Choose an open load profile, such as mixed or tps500, set OPERATION_COUNT, or leave delete out (MIX, OPERATIONS).",
    );
  }
  if (operations > mostRows) {
    throw new UsageError(
      `delete removes rows that were loaded for it, and a run of ${operations} operations would need as many; ` +
        `expected are at most ${mostRows}. Make the run shorter, or leave delete out (MIX, OPERATIONS).`,
    );
  }
  return operations;
}

/** The key of the row that the operation of an index deletes. */
export const deletedKey: Generator = { type: "sequence", start: 0, step: -1 };

/** The key of the first row of the table: the deletable rows come before those that stay. */
export function firstKey(deletable: number): number {
  return 1 - deletable;
}

/** How the deleted rows are counted: those that were loaded and are not there any more. */
export function removedRows(table: string, deletable: number): Removes {
  return { count: `SELECT ${deletable} - count(*) FROM ${table} WHERE id <= 0` };
}

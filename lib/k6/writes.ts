// Nobody's own data is written to by accident.

import { UsageError } from "../environment/index.ts";
import type { Workload } from "../workload.ts";

/** Refuses a workload that writes to tables dbmark did not make, unless that is allowed. */
export function assertWritesAllowed(workload: Workload, allowed: boolean): void {
  const tables = workload.foreignTables ?? [];
  if (allowed || tables.length === 0) return;
  const writing = workload.operations
    .filter(({ kind, weight }) => kind !== "read" && weight > 0)
    .map(({ name }) => name);
  throw new UsageError(
    `${writing.join(" and ")} would write to ${tables.join(", ")}, which dbmark did not make. Allow it with --allow-writes ` +
      "(DBMARK_ALLOW_WRITES=1 for plain k6), or only read with OPERATIONS=select.",
  );
}

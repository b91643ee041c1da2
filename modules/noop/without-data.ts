// A workload of another system, for one that keeps nothing.

import type { Workload } from "../../lib/workload.ts";

/** Nothing is stored, so there is nothing to load, to count or to remove. */
export function withoutData({ dataSet: _, ...workload }: Workload): Workload {
  return {
    ...workload,
    system: "noop",
    operations: workload.operations.map(({ inserts: _none, removes: _neither, ...operation }) => operation),
  };
}

/** What an experiment keeps of a run. */

import { allOperations, metrics, totalsOf } from "../comparison/metrics.ts";
import type { Repetition } from "../schema/experiment.generated.ts";
import type { RunFile } from "../schema/run.generated.ts";

/**
 * The metrics of a run, of all operations together and of each that was run. Null: the run does not have it, or has too few operations for it
 * to be more than chance.
 */
export function metricsOfRun(run: RunFile): Repetition["metrics"] {
  const ran = run.totals.measure.operations.filter(({ operations, undone }) => operations + undone > 0);
  return Object.fromEntries(
    [allOperations, ...ran.map(({ name }) => name)].map((operation) => [operation, metricsOfOperation(run, operation)]),
  );
}

function metricsOfOperation(run: RunFile, operation: string): Record<string, number | null> {
  const totals = totalsOf(run, operation);
  const values: Record<string, number | null> = {};
  if (totals === undefined) return values;
  for (const metric of metrics) {
    if (metric.of === "run" && operation !== allOperations) continue;
    const times = metric.name.startsWith("service") ? totals.service : totals.response;
    values[metric.name] = times.count < metric.leastOperations ? null : metric.value(run, totals);
  }
  return values;
}

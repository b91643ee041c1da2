/** Past runs and trends as CSV, with the values in full. */

import { stringify } from "csv-stringify/sync";
import { metrics } from "../comparison/metrics.ts";
import { type History, metricValue } from "./entry.ts";
import type { Trend } from "./trend.ts";

/** A row for each run, with all metrics of one operation. What could not be read has no row. */
export function listCsv({ runs }: History, operation: string): string {
  const heading = [
    ...["run", "started", "suite", "system", "profile", "status", "valid", "reasons", "experiment", "pair", "variant"],
    ...["operation", "operations", ...metrics.map(({ name, unit }) => `${name} (${unit})`)],
  ];
  return stringify([
    heading,
    ...runs.map((run) => [
      ...[run.path, run.startedAt, run.suite, run.system, run.profile, run.status, String(run.valid)],
      ...[run.reasons.join("; "), run.experiment?.experiment, run.experiment?.pair, run.experiment?.variant],
      ...[operation, run.operations[operation], ...metrics.map(({ name }) => metricValue(run, name, operation))],
    ]),
  ]);
}

/** A row for each run of the groups that are shown; at a change, the levels on either side of it. */
export function trendCsv({ metric, operation, groups }: Trend): string {
  const value = `${metric.name} (${metric.unit})`;
  const heading = ["group", "run", "started", "operation", value, "valid", "counts", "before", "after", "p"];
  return stringify([
    heading,
    ...groups.flatMap(({ points, changes }, place) =>
      points.map((point) => {
        const change = changes.find(({ path }) => path === point.path);
        const { path, startedAt, valid, counts } = point;
        const cells = [place + 1, path, startedAt, operation, point.value, String(valid), String(counts)];
        return [...cells, change?.before, change?.after, change?.pValue];
      }),
    ),
  ]);
}

/** Past runs and trends as JSON for programs, as lib/schema/history.schema.json describes them. */

import { metrics } from "../comparison/metrics.ts";
import type { HistoryList, HistoryTrend } from "../schema/history.generated.ts";
import type { History } from "./entry.ts";
import type { Trend } from "./trend.ts";

/** The list: values by the names of operations and metrics. */
export function listJson({ results, runs, unreadable }: History): string {
  const list: HistoryList = {
    schemaVersion: 1,
    results,
    runs: runs.map(({ values, ...run }) => ({
      ...run,
      metrics: Object.fromEntries(Object.entries(values).map(([operation, row]) => [operation, named(row)])),
    })),
    unreadable,
  };
  return `${JSON.stringify(list, null, 2)}\n`;
}

function named(row: readonly (number | null)[]): Record<string, number | null> {
  return Object.fromEntries(metrics.map(({ name }, place) => [name, row[place] ?? null]));
}

/** The trend as it is. */
export function trendJson(trend: Trend): string {
  const file: HistoryTrend = { schemaVersion: 1, ...trend };
  return `${JSON.stringify(file, null, 2)}\n`;
}

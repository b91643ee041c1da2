/** A comparison as CSV, for spreadsheets and programs: a line for each operation, metric and run. For Node: it needs csv-stringify. */

import { stringify } from "csv-stringify/sync";
import type { Comparison } from "../schema/comparison.generated.ts";

const headings = [
  "operation",
  "metric",
  "unit",
  "better",
  "run",
  "id",
  "valid",
  "given",
  "value",
  "change",
  "lower",
  "upper",
] as const;

/** The text, with a line of headings. Numbers have all their digits, changes are shares; what is not known is empty. */
export function comparisonCsv({ runs, operations }: Comparison): string {
  const lines = operations.flatMap(({ operation, metrics }) =>
    metrics.flatMap(({ metric, unit, better, given, values, changes, intervals }) =>
      runs.map(
        (run, place): Record<(typeof headings)[number], unknown> => ({
          operation,
          metric,
          unit,
          better,
          run: run.label,
          id: run.id,
          valid: run.valid,
          given: given[place],
          value: values[place],
          change: changes[place],
          lower: intervals[place]?.lower,
          upper: intervals[place]?.upper,
        }),
      ),
    ),
  );
  return stringify(lines, { header: true, columns: [...headings], cast: { boolean: String } });
}

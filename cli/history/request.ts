// What the user asks of `dbmark history`, checked against what there is.

import { allOperations, findMetric } from "../../lib/comparison/metrics.ts";
import { suggestion, UsageError } from "../../lib/environment/index.ts";
import type { History } from "../../lib/history/entry.ts";

/** Options as the command line gives them. */
export interface HistoryOptions {
  suite?: string;
  system?: string;
  results: string;
  limit?: string;
  trend?: string;
  operation?: string;
  all?: boolean;
  format: "text" | "json" | "csv" | "html";
  output?: string;
}

/** Runs of a list that text shows where no limit is given. */
const defaultLimit = 25;

/** The number of `--limit`; undefined: all of them. @throws {UsageError} */
export function limitOf({ limit, format }: HistoryOptions): number | undefined {
  if (limit === undefined) return format === "text" ? defaultLimit : undefined;
  const number = Number(limit);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`--limit ${limit} is not accepted; expected is a whole number of 1 or more.`);
}

/** @throws {UsageError} for what can be refused before any file is read. */
export function checkHistory(options: HistoryOptions): void {
  limitOf(options);
  if (options.trend !== undefined) {
    const metric = findMetric(options.trend);
    if (metric.of === "run" && options.operation !== undefined && options.operation !== allOperations) {
      throw new UsageError(
        `${metric.name} is a figure of a whole run, and --operation ${options.operation} asks for one operation. Leave out --operation.`,
      );
    }
  }
  if (options.all && options.trend === undefined) {
    throw new UsageError("--all shows every group of runs of a trend. Give --trend METRIC as well, or leave it out.");
  }
}

/** The runs that were asked for. @throws {UsageError} where none has the operation. */
export function select(history: History, { suite, system, operation }: HistoryOptions): History {
  const wanted = history.runs.filter(
    (run) => (suite === undefined || run.suite === suite) && (system === undefined || run.system === system),
  );
  assertSome("suite", suite, history, wanted.length);
  assertSome("system", system, history, wanted.length);
  if (operation === undefined || wanted.length === 0) return { ...history, runs: wanted };
  const names = [...new Set(wanted.flatMap((run) => Object.keys(run.operations)))];
  if (!names.includes(operation)) {
    throw new UsageError(
      `None of these runs has an operation ${operation}.${suggestion(operation, names)} They have ${names.join(", ")}.`,
    );
  }
  return { ...history, runs: wanted.filter((run) => operation in run.operations) };
}

/** A name that no run has is most often a mistake in typing. */
function assertSome(
  what: "suite" | "system",
  name: string | undefined,
  { runs, results }: History,
  found: number,
): void {
  if (name === undefined || found > 0 || runs.length === 0) return;
  const names = [...new Set(runs.map((run) => run[what]))];
  if (names.includes(name)) return;
  throw new UsageError(
    `No run in ${results} is of the ${what} ${name}.${suggestion(name, names)} There are runs of ${names.join(", ")}.`,
  );
}

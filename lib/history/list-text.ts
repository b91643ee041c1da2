/** The list of past runs as text. */

import { allOperations } from "../comparison/metrics.ts";
import { columns, titled, wrap } from "../summary/layout.ts";
import type { Palette } from "../summary/palette.ts";
import { type History, type HistoryEntry, metricValue } from "./entry.ts";
import { instantText, valueText } from "./value-text.ts";

/** What a list shows of a history. */
export interface ListOptions {
  /** The newest runs, at most; undefined: all. */
  limit: number | undefined;
  operation: string;
  palette: Palette;
}

/** The newest runs, the newest last, so that it stands above the prompt. */
export function listText(history: History, { limit, operation, palette }: ListOptions): string {
  const { results, runs, unreadable } = history;
  const shown = limit === undefined ? runs : runs.slice(-limit);
  return [
    ...wrap(summaryOf(history, shown.length), ""),
    ...(shown.length > 0 ? ["", ...titled(tableOf(shown, operation), palette)] : []),
    ...(unreadable.length > 0 ? ["", palette.strong(`Not readable in ${results}`)] : []),
    ...unreadable.flatMap(({ reason }) => wrap(reason, "  ")),
  ].join("\n");
}

/** Heading without the table. */
function summaryOf({ results, runs, unreadable }: History, shown: number): string {
  const inExperiments = runs.filter(({ experiment }) => experiment !== null).length;
  const invalid = runs.filter(({ valid }) => !valid).length;
  if (runs.length + unreadable.length === 0) return `${results}: no such runs`;
  return [
    `${results}: ${runs.length} ${runs.length === 1 ? "run" : "runs"}`,
    ...(inExperiments > 0 ? [`${inExperiments} of experiments`] : []),
    ...(invalid > 0 ? [`${invalid} not valid`] : []),
    ...(unreadable.length > 0 ? [`${unreadable.length} not readable`] : []),
    ...(shown < runs.length ? [`the newest ${shown} are shown`] : []),
  ].join(", ");
}

function tableOf(runs: readonly HistoryEntry[], operation: string): string[] {
  const some = operation === allOperations ? [] : [operation];
  const heading = ["started (UTC)", "profile", "throughput", "p50", "p95", "p99", "state", ["run", ...some].join(", ")];
  return columns(
    [heading, ...runs.map((run) => cellsOf(run, operation))],
    ["left", "left", "right", "right", "right", "right", "left", "left"],
  );
}

function cellsOf(run: HistoryEntry, operation: string): string[] {
  const value = (metric: string, unit: "perSecond" | "milliseconds") =>
    valueText(unit, metricValue(run, metric, operation));
  return [
    instantText(run.startedAt),
    run.profile,
    value("throughput", "perSecond"),
    value("response-p50", "milliseconds"),
    value("response-p95", "milliseconds"),
    value("response-p99", "milliseconds"),
    stateOf(run),
    run.experiment?.variant ? `${run.path} (${run.experiment.variant.toUpperCase()})` : run.path,
  ];
}

/** What speaks against a run, in a word. */
export function stateOf({ status, valid }: Pick<HistoryEntry, "status" | "valid">): string {
  if (status !== "complete") return status.toUpperCase();
  return valid ? "valid" : "INVALID";
}

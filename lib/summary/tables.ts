/** The tables of the summary: what was done, how long it took, what failed, which SLOs were met. */

import type { AllTotals, Latency, OperationTotals, PhaseTotals, RunFile, Verdict } from "../schema/run.generated.ts";
import { columns, shorten, titled, width, wrap } from "./layout.ts";
import type { Palette } from "./palette.ts";
import { mixesLoads } from "./shape.ts";
import { count, latency, rate, share } from "./units.ts";
import { paintVerdict, verdictText } from "./verdict.ts";

type Totals = OperationTotals | AllTotals;

const nameOf = (totals: Totals) => ("name" in totals ? shorten(totals.name, 24) : "all");

/** One line per operation, and one for all where there are several. */
function rowsOf(phase: PhaseTotals): Totals[] {
  const ran = phase.operations.filter((totals) => totals.operations + totals.undone > 0);
  return ran.length === 1 ? ran : [...ran, phase.all];
}

/** Throughput and counts. Columns in which nothing happened, or for which there is no room, are left out. */
export function throughputTable(phase: PhaseTotals, palette: Palette): string[] {
  const rows = rowsOf(phase);
  const optional = [
    { heading: "undone", value: (totals: Totals) => totals.undone },
    { heading: "unknown", value: (totals: Totals) => totals.unknown },
    { heading: "tried again", value: (totals: Totals) => totals.attempts - totals.operations },
    { heading: "rows read", value: (totals: Totals) => totals.rowsRead },
    { heading: "rows written", value: (totals: Totals) => totals.rowsWritten },
  ].filter(({ value }) => rows.some((totals) => value(totals) !== 0));
  for (;;) {
    const heading = ["Throughput", "per second", "operations", "failed", ...optional.map((column) => column.heading)];
    const body = rows.map((totals) => [
      `  ${nameOf(totals)}`,
      rate(totals.throughput),
      count(totals.operations),
      count(totals.failed),
      ...optional.map(({ value }) => count(value(totals))),
    ]);
    const table = columns([heading, ...body], ["left"]);
    if (table.every((line) => line.length <= width)) return titled(table, palette);
    optional.pop();
  }
}

/** Response and service times. In a closed loop they are the same, and shown once. */
export function latencyTable(run: RunFile, palette: Palette): string[] {
  const rows = rowsOf(run.totals.measure);
  const once = rows.every((totals) => sameTimes(totals.service, totals.response));
  const times = (totals: Totals, kind: "response" | "service", name: string) => {
    const { p50, p95, p99, max, mean } = totals[kind];
    return [`  ${name}`, ...(once ? [] : [kind]), ...[p50, p95, p99, max, mean].map(latency)];
  };
  const heading = ["Latency", ...(once ? [] : [""]), "p50", "p95", "p99", "max", "mean"];
  const body = rows.flatMap((totals) =>
    once
      ? [times(totals, "response", nameOf(totals))]
      : [times(totals, "response", nameOf(totals)), times(totals, "service", "")],
  );
  const table = titled(columns([heading, ...body], ["left", ...(once ? [] : (["left"] as const))]), palette);
  const note = once
    ? "  Response time and service time are the same: no operation waited before it was sent."
    : "  Response time counts from the scheduled start, service time from sending.";
  const mixed = mixesLoads(run) ? ["  The profile changes its load: these figures and SLOs mix all of it."] : [];
  return [...table, palette.quiet(note), ...mixed.map(palette.quiet)];
}

function sameTimes(service: Latency, response: Latency): boolean {
  return (["count", "p50", "p95", "p99", "max"] as const).every((name) => service[name] === response[name]);
}

/** Errors by type and operation, and what was said the first time; nothing when there were none. */
export function errorTable({ totals, errorExamples }: RunFile, palette: Palette): string[] {
  const rows = totals.measure.operations.flatMap((operation) =>
    Object.entries(operation.errors)
      .sort(([, a], [, b]) => b - a)
      .map(([kind, errors]) => [`  ${nameOf(operation)}`, kind, count(errors), share(errors / operation.operations)]),
  );
  if (rows.length === 0) return [];
  const table = columns([["Errors", "type", "operations", "share"], ...rows], ["left", "left"]);
  // One message for each type: operations on the same server hear much the same.
  const kinds = [...new Set(rows.map(([, kind]) => kind))];
  const examples = kinds.flatMap((kind) => {
    const example = errorExamples.find((candidate) => candidate.kind === kind);
    if (example === undefined) return [];
    const code = example.code === "" ? "" : ` (${example.code})`;
    return wrap(`${shorten(example.message.replace(/\s+/g, " "), 200)}${code}`, `  ${kind}: `);
  });
  return ["", ...titled(table, palette), ...examples.map(palette.quiet)];
}

/** SLO verdicts; nothing when none were set. */
export function sloTable(verdicts: readonly Verdict[], palette: Palette): string[] {
  if (verdicts.length === 0) return [];
  const show = ({ metric }: Verdict, value: number | null) => (metric === "errorRate" ? share(value) : latency(value));
  const heading = ["SLOs", "metric", "limit", "actual", "verdict"];
  const body = verdicts.map((verdict) => [
    `  ${shorten(verdict.operation, 24)}`,
    verdict.metric === "errorRate" ? "error rate" : `${verdict.metric} response time`,
    show(verdict, verdict.limit),
    show(verdict, verdict.actual),
    verdictText(verdict.met, "MISSED"),
  ]);
  const table = columns([heading, ...body], ["left", "left", "right", "right", "left"]);
  return ["", ...titled(table, palette).map((line) => paintVerdict(line, palette))];
}

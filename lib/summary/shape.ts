/** The part of the summary that belongs to load profiles whose load changes, or that run long: their steps, and what they report. */

import type { DriftReport, Peak, RunFile, Trend } from "../schema/run.generated.ts";
import { columns, labelled, shorten, titled } from "./layout.ts";
import type { Palette } from "./palette.ts";
import { searchFacts, searchTable } from "./search.ts";
import { bytes, count, duration, latency, rate, share } from "./units.ts";
import { paintVerdict, verdictText } from "./verdict.ts";

/** Whether the totals add up seconds of different load, so that their percentiles belong to none of them. */
export function mixesLoads(run: RunFile): boolean {
  if (run.profile.search !== undefined) return true;
  const loads = run.profile.segments
    .filter(({ phase }) => phase === "measure")
    .flatMap(({ rate: perSecond, workers }) => [
      `${perSecond?.from} ${workers.from}`,
      `${perSecond?.to} ${workers.to}`,
    ]);
  return new Set(loads).size > 1;
}

/** One line for each step; nothing where the profile has none. */
export function stepTable(run: RunFile, palette: Palette): string[] {
  if (run.steps.length === 0) return [];
  if (run.profile.search !== undefined) return searchTable(run, palette);
  const undone = run.steps.some((step) => step.undone > 0);
  const heading = [
    "Steps",
    "offered/s",
    "reached/s",
    "failed",
    ...(undone ? ["undone"] : []),
    "p50",
    "p95",
    "p99",
    "max",
    "verdict",
  ];
  const body = run.steps.map((step) => [
    `  ${shorten(step.name, 20)}`,
    rate(step.offered),
    rate(step.reached),
    count(step.failed),
    ...(undone ? [count(step.undone)] : []),
    ...[step.response.p50, step.response.p95, step.response.p99, step.response.max].map(latency),
    verdictText(step.met, "FAILED"),
  ]);
  const table = columns(
    [heading, ...body],
    heading.map((_, i) => (i === 0 || i === heading.length - 1 ? "left" : "right")),
  );
  return ["", ...titled(table, palette).map((line) => paintVerdict(line, palette))];
}

/** What the profile was run for, in sentences; nothing where it reports nothing. */
export function reportLines(run: RunFile, palette: Palette): string[] {
  const facts = reportFacts(run);
  return facts.length === 0 ? [] : ["", ...facts.flatMap(([label, text]) => labelled(label, text, palette))];
}

/** The same as labels and texts. */
export function reportFacts(run: RunFile): [label: string, text: string][] {
  return run.report === null ? [] : factsOf(run, run.report);
}

type Report = NonNullable<RunFile["report"]>;

function factsOf(run: RunFile, report: Report): [label: string, text: string][] {
  switch (report.kind) {
    case "steps": {
      const { firstFailure } = report;
      if (firstFailure === null)
        return [["Breaks", run.steps.length === 0 ? "not known: no step was run" : "at none of the steps"]];
      const at = firstFailure.offered === null ? "" : ` (${rate(firstFailure.offered)}/s)`;
      return [["Breaks", `at ${firstFailure.step}${at}: ${firstFailure.reasons.join("; ")}`]];
    }
    case "limit": {
      const { missed } = report;
      if (missed === null) return [["Limit", "not found: no limit was missed for three seconds in a row"]];
      const who = missed.operation === undefined ? "" : `${missed.operation}: `;
      return [["Limit", `at ${rate(missed.offered)}/s, in second ${missed.second}: ${who}${missText(missed)}`]];
    }
    case "recovery":
      return report.peaks.map((peak) => ["Recovery", recoveryText(peak, report)]);
    case "drift":
      return driftFacts(report);
    case "findmax":
      return searchFacts(run, report);
  }
}

function missText({ metric, limit, actual }: { metric: string; limit: number; actual: number }): string {
  if (metric === "rate") return `${rate(actual)} operations/s were reached`;
  if (metric === "errorRate") return `${share(actual)} failed (limit ${share(limit)})`;
  return `${metric} of the response time ${latency(actual)} (limit ${latency(limit)})`;
}

function recoveryText(peak: Peak, { percentile, limit }: Extract<Report, { kind: "recovery" }>): string {
  const p99 = peak.p99 === null ? "" : `, with a p99 of ${latency(peak.p99)} in it`;
  const by = percentile === null ? "" : ` (p${percentile} of a second at most ${latency(limit)})`;
  if (peak.outcome === "recovered") {
    const took = peak.seconds === 0 ? "at once" : `after ${duration(peak.seconds)}`;
    return `from ${peak.part} ${took}${by}${p99}`;
  }
  if (peak.outcome === "not recovered") return `from ${peak.part}: NOT before the next peak, or the end${by}${p99}`;
  return `from ${peak.part}: not known, ${peak.reason}${p99}`;
}

/** How a value is shown. */
type Unit = (value: number) => string;

function driftFacts(report: DriftReport): [string, string][] {
  const signed = (value: number, unit: Unit) => `${value < 0 ? "−" : "+"}${unit(Math.abs(value))}`;
  const text = (trend: Trend | null, unit: Unit) => {
    if (trend === null) return "not known";
    const { perHour, low, high, sharePerHour } = trend;
    const part = sharePerHour === null ? "" : `, ${signed(sharePerHour, share)} of the median`;
    return `${signed(perHour, unit)} an hour (${signed(low, unit)} to ${signed(high, unit)})${part}`;
  };
  return [
    ["Drift", `over ${report.windows} windows of ${duration(report.windowSeconds)}, with 95 % intervals`],
    ["  p50", text(report.responseP50, latency)],
    ["  p99", text(report.responseP99, latency)],
    ["  harness", `memory ${text(report.harnessMemory, bytes)}`],
    ["  server", `memory ${text(report.serverMemory, bytes)}`],
  ];
}

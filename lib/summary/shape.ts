/** The part of the summary that belongs to load profiles whose load changes, or that run long: their steps, and what they report. */

import type { DriftReport, Peak, RunFile, Step, Trend } from "../schema/run.generated.ts";
import { columns, shorten, wrap } from "./layout.ts";
import type { Palette } from "./palette.ts";
import { bytes, count, duration, latency, rate, share } from "./units.ts";

/** Whether the totals add up seconds of different load, so that their percentiles belong to none of them. */
export function mixesLoads(run: RunFile): boolean {
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
    verdictOf(step),
  ]);
  const [first = "", ...lines] = columns(
    [heading, ...body],
    heading.map((_, i) => (i === 0 || i === heading.length - 1 ? "left" : "right")),
  );
  const paint = (line: string) =>
    line
      .replace(/ met$/, (text) => palette.good(text))
      .replace(/ FAILED$/, (text) => palette.bad(text))
      .replace(/ not known$/, (text) => palette.warning(text));
  return ["", palette.strong(first), ...lines.map(paint)];
}

function verdictOf({ met }: Step): string {
  return met === null ? "not known" : met ? "met" : "FAILED";
}

/** What the profile was run for, in sentences; nothing where it reports nothing. */
export function reportLines(run: RunFile, palette: Palette): string[] {
  const { report } = run;
  if (report === null) return [];
  const facts = factsOf(run, report);
  return ["", ...facts.flatMap(([label, text]) => labelled(label, text, palette))];
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

function driftFacts(report: DriftReport): [string, string][] {
  const text = (trend: Trend | null, unit: (value: number | null) => string) => {
    if (trend === null) return "not known";
    const signed = (value: number) => `${value < 0 ? "−" : "+"}${unit(Math.abs(value))}`;
    const part =
      trend.sharePerHour === null
        ? ""
        : `, ${trend.sharePerHour < 0 ? "−" : "+"}${share(Math.abs(trend.sharePerHour))} of the median`;
    return `${signed(trend.perHour)} an hour (${signed(trend.low)} to ${signed(trend.high)})${part}`;
  };
  return [
    ["Drift", `over ${report.windows} windows of ${duration(report.windowSeconds)}, with 95 % intervals`],
    ["  p50", text(report.responseP50, latency)],
    ["  p99", text(report.responseP99, latency)],
    ["  harness", `memory ${text(report.harnessMemory, bytes)}`],
    ["  server", `memory ${text(report.serverMemory, bytes)}`],
  ];
}

function labelled(label: string, text: string, palette: Palette): string[] {
  const prefix = label.padEnd(13);
  const [first = "", ...rest] = wrap(text, prefix);
  return [palette.strong(prefix) + first.slice(prefix.length), ...rest];
}

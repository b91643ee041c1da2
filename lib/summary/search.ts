/** The part of the summary that belongs to a search for the highest load: what was found, and its steps. */

import type { RunFile, SearchReport } from "../schema/run.generated.ts";
import { columns, titled } from "./layout.ts";
import type { Palette } from "./palette.ts";
import { count, latency, rate, share } from "./units.ts";

/** What a search came to; undefined: the run is none, or broke off. */
export function searchOf(run: RunFile): SearchReport | undefined {
  return run.report?.kind === "findmax" ? run.report : undefined;
}

/** A load with its unit: `4,700 operations/s`, `12 workers`. */
export function loadText(of: SearchReport["of"], load: number): string {
  return of === "rate" ? `${rate(load)} operations/s` : `${count(load)} ${load === 1 ? "worker" : "workers"}`;
}

/** The answer in a few words, for a headline. */
export function answerOf(report: SearchReport): string {
  const { of, conclusion, highest, lowest, fixed } = report;
  const at = (load: number | null) => (load === null ? "no load" : loadText(of, load));
  switch (conclusion) {
    case "found":
      return `every SLO holds up to ${at(highest)}`;
    case "ceiling":
      return `every SLO holds at ${at(highest)}, the most that was tried`;
    case "harness limit":
      return highest === null
        ? `not known: the harness could not send ${at(fixed ?? lowest)}`
        : `every SLO holds at ${at(highest)} at least; the harness could not send more`;
    case "nothing holds":
      return `not even ${at(lowest)} ${lowest === 1 && of === "workers" ? "keeps" : "keep"} every SLO`;
    case "holds":
      return `${at(fixed)} hold: every SLO is met`;
    case "fails":
      return `${at(fixed)} fail`;
    case "unfinished":
      return highest === null
        ? "not known: the search is unfinished"
        : `at least ${at(highest)} so far; the search is unfinished`;
  }
}

/** Labels and texts of what a search came to. */
export function searchFacts(run: RunFile, report: SearchReport): [label: string, text: string][] {
  const { of, conclusion, highest, lowest, precision, reached, broke, reason } = report;
  const facts: [string, string][] = [["Highest", answerOf(report)]];
  if (highest !== null && lowest !== null) {
    const asked = precision === null ? "" : `, asked for ${share(precision)}`;
    facts.push([
      "Uncertainty",
      `${loadText(of, highest)} held, ${loadText(of, lowest)} did not: ${share(lowest / highest - 1)} apart${asked}`,
    ]);
  }
  if (of === "workers" && reached !== null && highest !== null)
    facts.push(["Throughput", `${rate(reached)} operations/s at ${loadText(of, highest)}`]);
  if (broke !== null && lowest !== null) facts.push(["Breaks", `at ${loadText(of, lowest)}: ${broke.message}`]);
  const waited = run.steps.filter(
    ({ search }) => search?.load === lowest && search.outcome === "missed" && search.backlog > 0,
  );
  if (of === "rate" && waited.length > 0)
    facts.push([
      "Workers",
      `all ${count(run.topology.workers)} waited for replies when it broke: a target that can do more side by side may take more with more of them (LOAD_WORKERS)`,
    ]);
  if (reason !== undefined && reason !== broke?.message)
    facts.push([conclusion === "unfinished" ? "Unfinished" : "Limit", reason]);
  const busy = sharedMachine(run);
  if (busy !== undefined) facts.push(["Machine", busy]);
  return facts;
}

/** Cores of all that are busy, as a share, from which a machine is said to be used up. */
const usedUp = 0.9;

/** Where harness and server share a machine and use it up, the result is what both together can do. */
function sharedMachine(run: RunFile): string | undefined {
  const { cores } = run.host;
  const busiest = Math.max(
    0,
    ...run.steps.map(({ search }) =>
      search?.harnessCpu == null || search.serverCpu === null ? 0 : search.harnessCpu + search.serverCpu,
    ),
  );
  if (cores === 0 || busiest < usedUp * cores) return undefined;
  return `harness and server share ${count(cores)} cores and used ${busiest.toFixed(2)} of them: with the harness elsewhere, the server may take more`;
}

/** Words for the outcome of a step. */
const outcomes = { held: "met", missed: "FAILED", harness: "not sent", "cut short": "not known" } as const;

/** The outcome of a step in words. */
export function searchWords({ search }: RunFile["steps"][number]): string {
  return search === undefined ? "not known" : outcomes[search.outcome];
}

/** One line for each step of a search. */
export function searchTable(run: RunFile, palette: Palette): string[] {
  const undone = run.steps.some((step) => step.undone > 0);
  const of = run.profile.search?.of ?? "rate";
  const heading = [
    "Steps",
    of === "rate" ? "offered/s" : "workers",
    "reached/s",
    "length",
    "failed",
    ...(undone ? ["undone"] : []),
    "p50",
    "p95",
    "p99",
    "verdict",
  ];
  const body = run.steps.map((step) => [
    `  ${String(step.search?.number ?? "").padStart(2)} ${step.search?.purpose ?? ""}`,
    of === "rate" ? rate(step.search?.load ?? null) : count(step.search?.load ?? 0),
    rate(step.reached),
    `${step.seconds.toFixed(1)} s`,
    count(step.failed),
    ...(undone ? [count(step.undone)] : []),
    ...[step.response.p50, step.response.p95, step.response.p99].map(latency),
    searchWords(step),
  ]);
  const table = columns(
    [heading, ...body],
    heading.map((_, i) => (i === 0 || i === heading.length - 1 ? "left" : "right")),
  );
  const paint = (line: string) =>
    line
      .replace(/ met$/, (text) => palette.good(text))
      .replace(/ FAILED$/, (text) => palette.bad(text))
      .replace(/ not (sent|known)$/, (text) => palette.warning(text));
  return ["", ...titled(table, palette).map(paint)];
}

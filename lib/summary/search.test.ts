import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findMetric, metricOf, metrics } from "../comparison/metrics.ts";
import { reportPage } from "../html/report-page.tsx";
import { problemsOfRunFile, readRun } from "../result/index.ts";
import type { RunFile, SearchReport } from "../schema/run.generated.ts";
import { summarize } from "./index.ts";
import { searchedRun } from "./searched-run.ts";

const { run } = readRun(
  fileURLToPath(new URL("../result/testdata/2026-11-21T09-40-12Z-oltp-postgres", import.meta.url)),
);
/** The summary in one line. */
const told = (searched: RunFile) => summarize(searched).replaceAll(/\s+/g, " ");
const concluded = (report: Partial<SearchReport>) => told(searchedRun(run, report));

describe("a search", () => {
  it("is as its schema says", () => expect(problemsOfRunFile(searchedRun(run))).toEqual([]));

  it("has its answer in the first line, with how sure it is and what broke", () => {
    const text = summarize(searchedRun(run));
    expect(text.split("\n")[0]).toMatch(/: every SLO holds up to 283 operations\/s$/);
    const all = told(searchedRun(run));
    expect(all).toContain("283 operations/s held, 400 operations/s did not: 41.3 % apart, asked for 50 %");
    expect(all).toContain("Breaks at 400 operations/s: select: p95 of the response time 148 ms (limit 50 ms)");
  });

  it("has a line for each step, and none of all loads together", () => {
    const text = summarize(searchedRun(run));
    expect(text).toMatch(/^ +2 grow +400 +290 +10\.0 s +0 +40 .* FAILED$/m);
    expect(text).toMatch(/^ +5 confirm +283 .* not sent$/m);
    expect(text).not.toMatch(/^(Throughput|Latency) /m);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("says when all workers waited, and when harness and server used up the machine", () => {
    const searched = searchedRun(run);
    expect(told(searched)).toMatch(/all \d+ waited for replies when it broke/);
    expect(told(searched)).not.toContain("with the harness elsewhere");
    searched.host.cores = 2;
    expect(told(searched)).toContain("used 1.90 of them: with the harness elsewhere, the server may take more");
  });

  it.each<[Partial<SearchReport>, string]>([
    [
      { conclusion: "ceiling", highest: 1000, lowest: null, broke: null },
      "holds at 1,000 operations/s, the most that was tried",
    ],
    [{ conclusion: "harness limit" }, "holds at 283 operations/s at least; the harness could not send more"],
    [
      { conclusion: "harness limit", highest: null, fixed: 5000 },
      "not known: the harness could not send 5,000 operations/s",
    ],
    [{ conclusion: "nothing holds", highest: null, lowest: 1 }, "not even 1.00 operations/s keep every SLO"],
    [
      { conclusion: "holds", highest: 500, lowest: null, fixed: 500, broke: null },
      "500 operations/s hold: every SLO is met",
    ],
    [{ conclusion: "fails", highest: null, lowest: 500, fixed: 500 }, "500 operations/s fail"],
    [
      { conclusion: "unfinished", reason: "it was interrupted" },
      "at least 283 operations/s so far; the search is unfinished",
    ],
    [{ conclusion: "unfinished", highest: null }, "not known: the search is unfinished"],
    [{ of: "workers", highest: 12, lowest: 13 }, "every SLO holds up to 12 workers"],
  ])("that came to %j says: %s", (report, words) => expect(concluded(report)).toContain(words));
});

it("is compared by what it found, and by nothing that mixes its loads", () => {
  const of = (searched: RunFile) =>
    metrics.filter((metric) => metricOf(metric, searched) !== null).map(({ name }) => name);
  expect(of(searchedRun(run))).toEqual(["highest-rate"]);
  expect(metricOf(findMetric("highest-rate"), searchedRun(run))).toBe(283);
  expect(of(searchedRun(run, { of: "workers" }))).toEqual(["highest-workers-throughput"]);
  for (const conclusion of ["harness limit", "ceiling", "unfinished"] as const)
    expect(of(searchedRun(run, { conclusion }))).toEqual([]);
  expect(metricOf(findMetric("highest-rate"), run)).toBeNull();
});

it("has its steps in a report, and no figures of all loads together", () => {
  const page = reportPage({ run: searchedRun(run), series: null, workload: "" });
  expect(page).toContain("Steps of the search");
  expect(page).toContain("every SLO holds up to 283 operations/s");
  expect(page).not.toContain("Response time by percentile");
  expect(page).not.toContain("Latency in the measured phase");
});

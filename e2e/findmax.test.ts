// The profile findmax on a double of known capacity, as users start it.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { completeCrashedRun, problemsOfRunFile } from "../lib/result/index.ts";
import type { RunFile, SearchReport } from "../lib/schema/run.generated.ts";
import { runBenchmark } from "./benchmark.ts";
import { TestTarget, type Variables } from "./server.ts";

/** A server with a queue that serves so many operations a second, far fewer than the harness can send. */
class Double extends TestTarget {
  readonly url = "noop://findmax?capacity=1000";

  stop(): void {
    this.clear();
  }
}
const double = new Double();
afterAll(() => double.stop());

/** Only selects, judged by a percentile that the queue moves at once. */
const judged: Variables = {
  LOAD_PROFILE: "findmax",
  OPERATIONS: "select",
  SLO_P95: "50ms",
  SLO_P99: "none",
  WARMUP_DURATION: "500ms",
};
const brief: Variables = { ...judged, STEADY_STATE_DURATION: "1s" };
const quick: Variables = { ...brief, FINDMAX_PRECISION: "0.2" };

function searchOf(run: RunFile): SearchReport {
  if (run.report?.kind !== "findmax") throw new Error(`the report is of the kind ${run.report?.kind}`);
  return run.report;
}

/**
 * What a search finds. A machine that is busy with something else makes the double slower, never faster, and can keep the harness from sending, which it
 * says: then it is asked again.
 */
async function found(
  variables: Variables,
  least: number,
): Promise<{ run: RunFile; report: SearchReport; stdout: string }> {
  for (let attempt = 1; ; attempt++) {
    const ended = await double.dbmark(variables);
    const run = ended.result();
    const report = searchOf(run);
    if ((report.conclusion === "found" && (report.highest ?? 0) >= least) || attempt === 4)
      return { run, report, stdout: ended.stdout };
  }
}

describe("on a double that serves 1,000 operations a second", () => {
  it("the highest rate is found within 5 %, with each step in the file", { timeout: 600_000 }, async () => {
    // What a queue shows of a rate that is a little too high takes time: 150 ms in 6 s are 2.6 % of the capacity. A shorter limit would be
    // missed by what a busy machine adds.
    const steps = { STEADY_STATE_DURATION: "6s", FINDMAX_START: "700", FINDMAX_PRECISION: "0.02" };
    const settings = { ...steps, SLO_P95: "150ms" };
    const { run, report, stdout } = await found({ ...judged, ...settings }, 950);
    expect(report).toMatchObject({ of: "rate", conclusion: "found", fixed: null, precision: 0.02 });
    expect(report.highest).toBeGreaterThan(950);
    expect(report.highest).toBeLessThan(1050);
    expect((report.lowest ?? 0) / (report.highest ?? 1)).toBeLessThanOrEqual(1.02 + 1e-9);
    expect(report.broke).toMatchObject({ operation: "select", metric: "p95", limit: 150 });
    expect(problemsOfRunFile(run)).toEqual([]);
    // Both ends of the answer were tried twice, at least.
    for (const load of [report.highest, report.lowest])
      expect(run.steps.filter(({ search }) => search?.load === load).length).toBeGreaterThanOrEqual(2);
    expect(run.steps.map(({ search }) => search?.number)).toEqual(run.steps.map((_, i) => i + 1));
    expect(run.steps.every(({ startSecond }, i) => i === 0 || startSecond > (run.steps[i - 1]?.startSecond ?? 0))).toBe(
      true,
    );
    expect(run.totals.measure.all.response).toMatchObject({ p50: null, p95: null, p99: null, mean: null });
    expect(run.slo.map(({ met }) => met)).not.toContain(false);
    expect(stdout).toContain("every SLO holds up to");
    expect(stdout).toMatch(/Breaks +at [\d,.]+ operations\/s: select: p95 of the response time/);
  });

  it("windows say which step they are of", { timeout: 120_000 }, async () => {
    const ended = await double.dbmark({ ...brief, FINDMAX_RATE: "300" });
    const run = ended.result();
    const sums = new Map<number | undefined, number>();
    for (const line of await ended.lines()) {
      if (line.type !== "window" || line.phase !== "measure") continue;
      sums.set(line.step, (sums.get(line.step) ?? 0) + line.operations);
    }
    expect([...sums]).toEqual(run.steps.map(({ search, operations }) => [search?.number, operations]));
  });

  it.each([
    ["300", 0, "holds", /300 operations\/s hold/],
    ["3000", 1, "fails", /3,000 operations\/s fail/],
  ])("%s a second end with exit code %d", { timeout: 120_000 }, async (FINDMAX_RATE, code, conclusion, text) => {
    const ended = await double.dbmark({ ...brief, FINDMAX_RATE });
    expect(searchOf(ended.result())).toMatchObject({ conclusion, fixed: Number(FINDMAX_RATE) });
    expect(ended.stdout).toMatch(text);
    expect(ended.code, ended.stdout).toBe(code);
  });

  it("workers are found by how long they wait for their turn", { timeout: 400_000 }, async () => {
    // n workers wait n milliseconds: 50 keep 50 ms, and the harness's own part of it is well below 10.
    const settings = { FINDMAX: "workers", FINDMAX_CEILING: "100", FINDMAX_START: "8" };
    const { report } = await found({ ...quick, ...settings }, 35);
    expect(report).toMatchObject({ of: "workers", conclusion: "found" });
    expect(report.highest).toBeGreaterThanOrEqual(35);
    expect(report.highest).toBeLessThanOrEqual(50);
    expect(report.reached).toBeLessThanOrEqual(1010);
  });

  it("Ctrl-C leaves what was found so far, marked", { timeout: 120_000 }, async () => {
    const running = double.startDbmark({ ...quick, STEADY_STATE_DURATION: "2s" });
    await running.prints(/^Step +1 /m);
    running.child.kill("SIGINT");
    const ended = await running.ended;
    const run = ended.result();
    expect(ended.code).toBe(130);
    expect(run.status).toBe("interrupted");
    expect(searchOf(run)).toMatchObject({ conclusion: "unfinished", reason: expect.stringContaining("interrupted") });
    expect(problemsOfRunFile(run)).toEqual([]);
    expect(ended.stdout).toContain("the search is unfinished");
  });
});

describe("what is no limit of the target is not presented as one", () => {
  it("a harness that cannot send more", { timeout: 300_000 }, async () => {
    const ended = await double.dbmark(
      { ...quick, SLO_P95: "5s", FINDMAX_START: "20000", FINDMAX_CEILING: "10000000", LOAD_WORKERS: "8" },
      ["--target", "noop://local"],
    );
    const report = searchOf(ended.result());
    expect(report.conclusion, ended.stdout).toBe("harness limit");
    expect(ended.stdout).toMatch(/the harness could not send/);
    expect(ended.stdout).not.toContain("every SLO holds up to");
  });

  it("a ceiling that holds", { timeout: 120_000 }, async () => {
    const ended = await double.dbmark({ ...quick, FINDMAX_START: "100", FINDMAX_CEILING: "200" });
    expect(searchOf(ended.result())).toMatchObject({ conclusion: "ceiling", highest: 200, lowest: null });
    expect(ended.stdout).toContain("every SLO holds at 200 operations/s, the most that was tried");
    expect(ended.code).toBe(0);
  });

  it("a target that keeps its limit at no rate is a no", { timeout: 120_000 }, async () => {
    const ended = await double.dbmark({ ...quick, FINDMAX_START: "20" }, ["--target", "noop://slow?latency=80ms"]);
    expect(searchOf(ended.result())).toMatchObject({ conclusion: "nothing holds", highest: null });
    expect(ended.code).toBe(1);
  });
});

it("a search that was killed is completed from its windows, without percentiles over all loads", {
  timeout: 120_000,
}, async () => {
  const running = double.startK6(quick);
  await running.began();
  await wait(3000);
  running.child.kill("SIGKILL");
  const ended = await running.ended;
  const run = await completeCrashedRun(join(ended.out, readdirSync(ended.out)[0] ?? ""));
  expect(run).toMatchObject({ status: "crashed", report: null, slo: [] });
  expect(run.totals.measure.all.operations).toBeGreaterThan(0);
  expect(run.totals.measure.all.response).toMatchObject({ p50: null, p95: null, mean: null });
  expect(problemsOfRunFile(run)).toEqual([]);
});

it.each<[string, Variables, string[], RegExp]>([
  ["instances", quick, ["--instances", "2"], /--instances 2 cannot be given with the load profile findmax/],
  ["no SLO", { ...quick, SLO_P95: "none", SLO_ERROR_RATE: "none" }, [], /has none\. Set one, for example SLO_P95=50ms/],
  ["a rate", { ...quick, LOAD_RATE: "500" }, [], /LOAD_RATE=500 cannot be given with the load profile findmax/],
])("%s are refused before anything starts", async (_, variables, args, message) => {
  const ended = await double.dbmark(variables, args);
  expect(ended.stderr).toMatch(message);
  expect(ended.code).toBe(2);
});

it("so is a segment of a plain k6", async () => {
  const ended = await double.k6(
    { ...quick, DBMARK_TEST_ID: "split" },
    { args: ["--execution-segment", "0:1/2", "--execution-segment-sequence", "0,1/2,1"] },
  );
  expect(ended.stderr).toMatch(/cannot be split into instances/);
});

it("the benchmark of findmax prints each search, and how much they differ", { timeout: 400_000 }, async () => {
  const { code, stdout, stderr, measured } = await runBenchmark("findmax", [
    ...["--searches", "2", "--step", "1", "--warmup", "0", "--precision", "0.5"],
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/\d of 2 searches found the target's limit/);
  expect((measured as { searches: unknown[] }).searches).toHaveLength(2);
});

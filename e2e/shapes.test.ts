// The profiles that change their load, with their parts shortened: what is due is executed, and each reports what it is for.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOfRunFile } from "../lib/result/index.ts";
import type { RunFile } from "../lib/schema/run.generated.ts";
import { dueAt, resolveProfile } from "../profiles/index.ts";
import { brief, operationOf, short, TestServer, type Variables } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

/** For profiles whose parts have their own length. */
const { STEADY_STATE_DURATION: _, ...withoutLength } = short;

/** A report of one kind. */
function reportOf<K extends NonNullable<RunFile["report"]>["kind"]>(run: RunFile, kind: K) {
  if (run.report?.kind !== kind) throw new Error(`the report is of the kind ${run.report?.kind}`);
  return run.report as Extract<RunFile["report"], { kind: K }>;
}

/** Runs on a target without a server. */
const onNoop = (variables: Variables, url = "noop://local") =>
  server.k6({ ...short, DBMARK_TARGET: url, ...variables });

const ramp = JSON.stringify({
  name: "shortRamp",
  loop: "open",
  report: "limit",
  segments: [
    { phase: "measure", part: "ramp", seconds: 6, rate: { from: 50, to: 500 }, workers: { from: 5, to: 50 } },
    { phase: "measure", part: "top", seconds: 2, rate: 500, workers: 50 },
  ],
});

describe("on noop, with parts of a second, exactly the integral is executed", () => {
  it.each<[string, Variables, number, number]>([
    ["spike", {}, 2200, 3],
    ["stress", { LOAD_RATE: "2000" }, 11_000, 10],
    ["burst", {}, 6 * 2200, 12],
    ["mixed", {}, 600, 0],
    ["soak", {}, 500, 0],
    [ramp, { STEADY_STATE_DURATION: "2s" }, (6 * (50 + 500)) / 2 + 2 * 500, 2],
  ])("%s", async (LOAD_PROFILE, variables, due, steps) => {
    const set = { ...short, LOAD_PROFILE, WARMUP_DURATION: "0s", ...variables };
    expect(dueAt(resolveProfile(undefined, set, 2), 1e6)).toBe(due);
    const run = await onNoop(set);
    expect(run.code, run.stderr).toBe(0);
    const result = run.result();
    expect(problemsOfRunFile(result)).toEqual([]);
    expect(result.totals.measure.all).toMatchObject({ operations: due, succeeded: due, undone: 0 });
    expect(result.digest).toMatchObject({ operations: due, comparable: true });
    expect(result.steps).toHaveLength(steps);
    expect(result.steps.reduce((sum, { operations }) => sum + operations, 0)).toBe(steps === 0 ? 0 : due);
    expect(result.validity.reasons.filter(({ code }) => code === "undone")).toEqual([]);
  });

  it("the profile's workers come and go with its load", async () => {
    const run = await onNoop({ LOAD_PROFILE: "spike", STEADY_STATE_DURATION: "2s", WARMUP_DURATION: "1s" });
    const workers = (await run.lines()).flatMap((line) => (line.type === "harness" ? line.workersActive : []));
    expect(Math.max(...workers)).toBe(200);
    expect(workers[0]).toBe(10);
    expect(workers.at(-1)).toBe(10);
  });
});

describe("on a target that answers after 20 ms, and so 50 times a second for each worker", () => {
  const slow = "noop://local?latency=20ms";
  const stress = (rates: number[], workers: number) =>
    JSON.stringify({
      name: "steps",
      loop: "open",
      report: "steps",
      segments: rates.map((rate, i) => ({ phase: "measure", part: `step ${i + 1}`, seconds: 6, rate, workers })),
    });
  const run = async (LOAD_PROFILE: string, variables: Variables = {}) =>
    server.k6({ ...withoutLength, DBMARK_TARGET: slow, LOAD_PROFILE, ...variables });

  it("stress names the step that two workers cannot do, and the run is valid: its limit is what was looked for", async () => {
    const ended = await run(stress([50, 300], 2), { SLO_P95: "500ms", GRACEFUL_STOP: "1s" });
    const result = ended.result();
    const { firstFailure } = reportOf(result, "steps");
    expect(firstFailure).toMatchObject({ step: "step 2", offered: 300 });
    expect(firstFailure?.reasons.join()).toMatch(/of 300 operations\/s were reached.*select: p95 of the response time/);
    expect(result.steps.map(({ met }) => met)).toEqual([true, false]);
    expect(result.totals.measure.all.undone).toBeGreaterThan(0);
    expect(result.validity.reasons.map(({ code }) => code)).not.toContain("undone");
    expect(result.validity.warnings.map(({ code }) => code)).toContain("undone");
    expect(ended.stdout).toMatch(/Breaks +at step 2 \(300\/s\)/);
  });

  it("a target that fails at the first step has no limit within the steps: undone work makes the run invalid", async () => {
    const result = (await run(stress([300, 400], 2), { GRACEFUL_STOP: "0s" })).result();
    expect(reportOf(result, "steps").firstFailure?.step).toBe("step 1");
    expect(result.validity.reasons.map(({ code }) => code)).toContain("undone");
  });

  it("a spike that leaves a queue takes seconds to recover from", async () => {
    const level = (part: string, seconds: number, rate: number) => ({
      phase: "measure",
      part,
      seconds,
      rate,
      workers: 10,
    });
    const spike = { name: "spiked", loop: "open", report: "recovery" };
    // With replies after 100 ms, 10 workers do 100 a second: a spike of 200 for 4 s leaves 400, of which 60 a second go beside the 40 that come.
    const segments = [level("before", 5, 40), level("spike", 4, 200), level("after", 14, 40)];
    const profile = JSON.stringify({ ...spike, segments });
    const result = (await run(profile, { DBMARK_TARGET: "noop://local?latency=100ms" })).result();
    const { peaks, level: before } = reportOf(result, "recovery");
    expect(before).toBeGreaterThanOrEqual(100);
    expect(peaks).toHaveLength(1);
    expect(peaks[0]).toMatchObject({ part: "spike", endSecond: 9, outcome: "recovered" });
    expect(peaks[0]?.backlog).toBeGreaterThan(300);
    expect(peaks[0]?.seconds).toBeGreaterThanOrEqual(6);
    expect(peaks[0]?.seconds).toBeLessThanOrEqual(11);
  });

  it("a ramp tells the rate at which its SLO was missed", async () => {
    // 4 workers do 200 a second, which the ramp reaches after 3.8 s.
    const text = JSON.stringify({
      name: "ramp",
      loop: "open",
      report: "limit",
      segments: [{ phase: "measure", seconds: 12, rate: { from: 50, to: 530 }, workers: 4 }],
    });
    const result = (await run(text, { SLO_P95: "100ms", OPERATIONS: "select", GRACEFUL_STOP: "0s" })).result();
    const { missed } = reportOf(result, "limit");
    expect(missed?.offered).toBeGreaterThan(180);
    expect(missed?.offered).toBeLessThan(400);
    expect(missed?.operation ?? "select").toBe("select");
  });

  it("a profile of functions runs as its samples say", async () => {
    const ended = await server.dbmark({ ...withoutLength }, [
      "--target",
      slow,
      "--profile",
      "cli/run/testdata/wave-profile.ts",
    ]);
    expect(ended.result().profile, ended.stderr).toMatchObject({ name: "wave", loop: "open" });
    expect(ended.result().totals.measure.all).toMatchObject({ operations: 400, undone: 0 });
  });
});

it("in a closed loop, too, there are as many workers as the profile wants at a time", async () => {
  const level = (workers: number) => ({ phase: "measure", seconds: 2, workers });
  const LOAD_PROFILE = JSON.stringify({ name: "few", loop: "closed", segments: [level(1), level(10), level(1)] });
  const run = await server.k6({ ...withoutLength, DBMARK_TARGET: "noop://local?latency=100ms", LOAD_PROFILE });
  const { operations } = run.result().totals.measure.all;
  // Ten operations a second for each worker: at most 20, 200 and 20, and those that began just before a change. Ten workers all the time would do 600.
  expect(operations).toBeGreaterThan(60);
  expect(operations).toBeLessThanOrEqual(260);
});

describe("soak", () => {
  it("that is too short for a trend says so, of latency and of memory, the server's too", async () => {
    const profile = { name: "shortSoak", loop: "open", report: "drift" };
    const segments = [{ phase: "measure", seconds: 12, rate: 200, workers: 20 }];
    const result = (
      await server.k6({ ...withoutLength, LOAD_PROFILE: JSON.stringify({ ...profile, segments }) })
    ).result();
    // The arithmetic of long ones is tested where it is.
    expect(reportOf(result, "drift")).toEqual({
      kind: "drift",
      windowSeconds: 10,
      windows: 1,
      responseP50: null,
      responseP99: null,
      harnessMemory: null,
      serverMemory: null,
    });
    // What it would be told from.
    for (const memory of [result.resources.harness, result.resources.server])
      expect(memory?.memoryAverageBytes).toBeGreaterThan(0);
    expect(problemsOfRunFile(result)).toEqual([]);
  });
});

describe("mixed", () => {
  it("each delete removes one row that was loaded for it; the books balance, and the next run finds all as it was", async () => {
    const variables = {
      ...short,
      LOAD_PROFILE: "mixed",
      LOAD_RATE: "300",
      STEADY_STATE_DURATION: "2s",
      WARMUP_DURATION: "1s",
    };
    const first = await server.k6(variables);
    expect(first.code, first.stderr).toBe(0);
    const result = first.result();
    expect(result.load?.rows).toBe(2000 + 900);
    const deletes = operationOf(result, "delete");
    expect(deletes).toMatchObject({ failed: 0, kind: "delete", rowsWritten: deletes.operations });
    expect(deletes.operations).toBeGreaterThan(20);
    // Of the whole run, warm-up included.
    const all = 900 - (await server.number("SELECT count(*) FROM dbmark_oltp WHERE id <= 0"));
    expect(result.books.find(({ operation }) => operation === "delete")).toEqual({
      operation: "delete",
      acknowledged: all,
      unknown: 0,
      held: all,
      balanced: true,
      removes: true,
    });
    expect(all).toBeGreaterThan(deletes.operations);
    expect(await server.number("SELECT count(*) FROM dbmark_oltp WHERE id BETWEEN 1 AND 2000")).toBe(2000);
    expect(first.stdout).toMatch(/delete, whole\s+run: \d+\s+acknowledged, \d+\s+rows\s+gone\s+from/);

    const second = await server.k6(variables);
    expect(second.code, second.stderr).toBe(0);
    expect(second.result().load).toMatchObject({ reused: false, reason: expect.stringContaining("changed") });
    expect(second.result().digest?.value).toBe(result.digest?.value);
    expect(operationOf(second.result(), "delete")).toMatchObject({ failed: 0, operations: deletes.operations });
  });

  it.each<[string, Variables, RegExp]>([
    [
      "a closed loop",
      { LOAD_PROFILE: "max", MIX: "mixed" },
      /a closed loop has no such number\. Choose an open load profile/,
    ],
    [
      "a user's table",
      { TABLE: "theirs", DBMARK_ALLOW_WRITES: "1", LOAD_PROFILE: "mixed", RANGE_ROWS: "5" },
      /delete is not run on .*theirs.*could not be brought back/,
    ],
  ])("is refused for %s", async (_, variables, message) => {
    await server.query("CREATE TABLE IF NOT EXISTS theirs AS SELECT i AS id FROM generate_series(1, 50) i");
    await server.query(
      "ALTER TABLE theirs DROP CONSTRAINT IF EXISTS theirs_key; ALTER TABLE theirs ADD CONSTRAINT theirs_key PRIMARY KEY (id)",
    );
    const run = await server.k6({ ...brief, ...variables });
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(108);
    expect(await server.number("SELECT count(*) FROM theirs")).toBe(50);
  });
});

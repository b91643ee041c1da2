// What makes a run invalid, or is warned about, provoked one by one. Not here, because it has its place elsewhere: dirty data
// (table.test.ts), a full disk (cli/run/full-disk.test.ts) and a k6 that was killed (cli/run/faults.test.ts).

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOfRunFile, type RunFile } from "../lib/result/index.ts";
import { short, TestServer, type Variables } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const reasons = ({ validity }: RunFile) => validity.reasons.map(({ code }) => code);
const warnings = ({ validity }: RunFile) => validity.warnings.map(({ code }) => code);
const smoke = { ...short, LOAD_PROFILE: "smoke" };
/** A target with known ways. */
const noop = (options: string): Variables => ({ ...short, DBMARK_TARGET: `noop://local?${options}` });

describe("the load generator", () => {
  const heavy = { script: "e2e/scripts/heavy-parameters.ts" };

  it("that takes all processors it may have makes a run invalid", { timeout: 180_000 }, async () => {
    // It may have one, and works without a pause. Where the machine gives it less, because others want it as well, it tries again. What
    // may not raise its priority is started by nice all the same.
    for (let attempt = 1; ; attempt++) {
      const run = await server.k6(
        { ...smoke, LOAD_WORKERS: "8", WARMUP_DURATION: "1s" },
        { ...heavy, by: ["nice", "-n", "-20"], environment: { GOMAXPROCS: "1" } },
      );
      const result = run.result();
      const used = result.resources.harness.cpuAverage ?? 0;
      expect(result.host.cores).toBe(1);
      expect(reasons(result).includes("harness_cpu"), `${used} cores used`).toBe(used > 0.85);
      if (used > 0.85) {
        expect(run.stdout).toMatch(/INVALID[\s\S]*the harness used [\d.]+ of 1 cores/);
        return;
      }
      expect(attempt, `the machine never had a processor to spare: ${used} of one were used`).toBeLessThan(30);
    }
  });

  it("that has more than half of the time for itself is warned about, and the run is valid", {
    timeout: 180_000,
  }, async () => {
    // Others on the machine may take what the ceiling was measured with: then it tries again.
    let run = await server.k6(smoke, heavy);
    for (let attempt = 1; attempt < 10 && (run.result().ceiling?.share ?? 0) <= 0.5; attempt++) {
      expect(warnings(run.result())).not.toContain("harness_ceiling");
      run = await server.k6(smoke, heavy);
    }
    const result = run.result();
    expect(result.ceiling?.share, JSON.stringify(result.ceiling)).toBeGreaterThan(0.5);
    expect(warnings(result)).toContain("harness_ceiling");
    expect(problemsOfRunFile(result)).toEqual([]);
    expect(reasons(result)).not.toContain("harness_ceiling");
    expect(run.stdout).toMatch(/! the run used [\d.]+ % of what the harness could do/);
    expect(run.stdout).toMatch(/Headroom +the harness could do .* operations\/s here: .* % used/);
  });

  it("that has not is not", async () => {
    const result = (await server.k6({ ...smoke, LOAD_PROFILE: "tps100" })).result();
    expect(result.ceiling?.share).toBeGreaterThan(0);
    expect(result.ceiling?.share).toBeLessThan(0.5);
    expect(warnings(result)).not.toContain("harness_ceiling");
  });

  it("that stands still makes a run invalid: its lag is no fault of the target", async () => {
    const running = server.startK6({
      ...noop("latency=1ms"),
      LOAD_PROFILE: "tps100",
      LOAD_WORKERS: "100",
      STEADY_STATE_DURATION: "4s",
    });
    await running.began();
    running.child.kill("SIGSTOP");
    await wait(1000);
    running.child.kill("SIGCONT");
    const result = (await running.ended).result();
    expect(reasons(result)).toContain("harness_lag");
    expect(result.totals.measure.lag.max).toBeGreaterThan(500);
  });
});

describe("headroom", () => {
  it("is in the file also of a run of few operations, and of one with its own number in an iteration", async () => {
    const { STEADY_STATE_DURATION: _, WARMUP_DURATION: __, ...counted } = noop("latency=0s");
    const few = { ...counted, LOAD_PROFILE: "smoke", OPERATION_COUNT: "200" };
    const slices = (await server.k6(few)).result();
    expect(slices.ceiling).toMatchObject({ workers: 1, operationsPerIteration: null, betweenIterations: null });
    const each = (await server.k6({ ...few, OPERATIONS_PER_ITERATION: "1", LOAD_WORKERS: "2" })).result();
    expect(each.ceiling).toMatchObject({ workers: 2, operationsPerIteration: 1 });
    expect(each.ceiling?.betweenIterations).toBeGreaterThan(0);
    // On the target by which the ceiling is measured, to reach it is no reason for anything.
    for (const result of [slices, each]) {
      expect([...reasons(result), ...warnings(result)]).not.toContain("harness_ceiling");
    }
    expect(each.digest?.value).toBe(slices.digest?.value);
  });
});

describe("the operations", () => {
  it("of which more than 1 % fail make a run invalid", async () => {
    const fails = async (share: number) =>
      (await server.k6({ ...noop(`latency=1ms&errors=${share}`), LOAD_PROFILE: "smoke" })).result();
    expect(reasons(await fails(0.05))).toContain("errors");
    expect(reasons(await fails(0.005))).not.toContain("errors");
  });

  it("that were due and never started do, too", async () => {
    const result = (
      await server.k6({ ...noop("latency=50ms"), LOAD_PROFILE: "tps500", LOAD_WORKERS: "2", GRACEFUL_STOP: "0s" })
    ).result();
    expect(reasons(result)).toContain("undone");
    expect(result.totals.measure.all.undone).toBeGreaterThan(400);
  });

  it("that are too few for a p99 make it invalid where the user asked for an SLO on it, and are told anyway", async () => {
    const few = { ...noop("latency=1ms"), LOAD_PROFILE: "tps100" };
    expect(reasons((await server.k6({ ...few, SLO_P99: "100ms" })).result())).toContain("too_few_samples");
    const { validity } = (await server.k6(few)).result();
    expect(validity.reasons.map(({ code }) => code)).not.toContain("too_few_samples");
    expect(validity.warnings.map(({ code }) => code)).toContain("too_few_samples");
  });

  it("of which none is measured make it invalid", async () => {
    // Ten seconds lie between two operations, and the first one is part of the warm-up.
    const rare = { LOAD_PROFILE: "tps100", LOAD_RATE: "0.1", LOAD_WORKERS: "1", WARMUP_DURATION: "1s" };
    expect(reasons((await server.k6({ ...noop("latency=1ms"), ...rare })).result())).toContain("nothing_measured");
  });

  it("whose rate breaks down half way make it invalid, and too few seconds to tell are told", async () => {
    const stalling = { ...noop("latency=10ms&stall_at=6500ms&stall_for=5600ms"), LOAD_PROFILE: "smoke" };
    const { validity } = (await server.k6({ ...stalling, STEADY_STATE_DURATION: "13s" })).result();
    expect(validity.reasons.find(({ code }) => code === "not_steady")?.message).toMatch(
      /the throughput went from [\d.]+\/s in the first half of the measured phase to [\d.]+\/s in the second/,
    );
    expect(warnings((await server.k6({ ...noop("latency=10ms"), LOAD_PROFILE: "smoke" })).result())).toContain(
      "not_steady",
    );
  });
});

it("rows that are gone when they are counted make a run invalid", async () => {
  const running = server.startK6({ ...smoke, OPERATIONS: "insert", STEADY_STATE_DURATION: "3s" });
  await running.began();
  await server.query("DELETE FROM dbmark_oltp WHERE id > 2000");
  const result = (await running.ended).result();
  expect(reasons(result)).toContain("books");
  expect(result.books).toMatchObject([{ operation: "insert", balanced: false }]);
});

it("a run that is interrupted is invalid", async () => {
  const running = server.startK6({ ...smoke, STEADY_STATE_DURATION: "60s" });
  await running.began();
  running.child.kill("SIGINT");
  const result = (await running.ended).result();
  expect(result.status).toBe("interrupted");
  expect(reasons(result)).toContain("interrupted");
});

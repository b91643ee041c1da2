// Ctrl-C, once and twice, in every phase; SIGTERM and SIGHUP are the same.

import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOfRunFile, readRun } from "../../lib/result/index.ts";
import { type Running, startDbmark, startK6Run } from "../command-under-test.ts";
import { allEnded, familyOf } from "./processes-under-test.ts";
import { useResults } from "./results-under-test.ts";
import {
  expectNoPassword,
  expectNoPasswordIn,
  expectNoPasswordInArguments,
  expectNoStackTrace,
  type ServerUnderTest,
  startServerUnderTest,
} from "./server-under-test.ts";

let server: ServerUnderTest;
const results = useResults();

beforeAll(async () => {
  server = await startServerUnderTest();
});
afterAll(() => server.stop());

const small = ["--set", "ROWS=2000"];
const large = ["--set", "ROWS=5000000"];
const long = [...small, "--set", "STEADY_STATE_DURATION=10m", "--set", "WARMUP_DURATION=0s"];

function run(...args: string[]): Running {
  return startDbmark(["run", "oltp", "--profile", "tps100", "--out", results.out, ...args], {
    DBMARK_TARGET: server.url,
  });
}

/** Sends the signal, a second time where asked, and says how it ended, and within how many milliseconds. */
async function interrupt(running: Running, signal: NodeJS.Signals, times: 1 | 2) {
  const family = familyOf(running.child.pid ?? 0);
  const started = performance.now();
  running.child.kill(signal);
  if (times === 2) {
    // Within 150 ms they would count as the same key.
    await wait(200);
    running.child.kill(signal);
  }
  const ended = await running.ended;
  const took = performance.now() - started;
  await allEnded(family, 2000);
  expectNoPassword(ended.stdout, ended.stderr);
  expectNoStackTrace(ended.stderr);
  return { ...ended, took };
}

describe("in the run", () => {
  it.each<NodeJS.Signals>(["SIGINT", "SIGTERM", "SIGHUP"])(
    "%s ends it in order: a whole file, marked as interrupted, with its summary, exit code 130",
    async (signal) => {
      const running = run(...long);
      await running.prints(/measure /);
      expectNoPasswordInArguments(running.child.pid);
      const { code, stdout, stderr, took } = await interrupt(running, signal, 1);
      expect(code, stderr).toBe(130);
      expect(took).toBeLessThan(10_000);
      expect(stderr).toContain("Ctrl-C again stops at once");
      const { run: file } = readRun(results.folder());
      expect(problemsOfRunFile(file)).toEqual([]);
      expect(file.status).toBe("interrupted");
      expect(file.books[0]?.balanced).toBe(true);
      expect(stdout).toMatch(/INVALID[\s\S]*interrupted/);
      expectNoPasswordIn(results.folder());
    },
  );

  it("a second Ctrl-C ends it at once: the file is completed from its windows, marked as interrupted, exit code 130", async () => {
    const running = run(...long);
    await running.prints(/measure /);
    // Every reply takes longer than the patience: the first signal alone would wait for them.
    const locked = await server.lock();
    try {
      await wait(1500);
      const { code, stdout, stderr, took } = await interrupt(running, "SIGINT", 2);
      expect(code, stderr).toBe(130);
      expect(took).toBeLessThan(3000);
      const { run: file } = readRun(results.folder());
      expect(problemsOfRunFile(file)).toEqual([]);
      expect(file.status).toBe("interrupted");
      expect(file.validity.reasons[0]?.message).toContain("second Ctrl-C");
      expect(stdout).toContain("INVALID");
      expectNoPasswordIn(results.folder());
    } finally {
      await locked.release();
    }
  });
});

describe("before the run", () => {
  it("while the embedded PostgreSQL starts: no result, nothing left running, exit code 130", async () => {
    const running = startDbmark(["run", "oltp", "--out", results.out], { DBMARK_TARGET: "" });
    await running.prints(/Starting an embedded PostgreSQL/);
    const { code, stderr } = await interrupt(running, "SIGINT", 1);
    expect(stderr).toContain("there is no result");
    expect(code).toBe(130);
    expect(readdirSync(results.out)).toEqual([]);
  });

  it.each<[string, 1 | 2]>([
    ["once", 1],
    ["twice", 2],
  ])("%s in the load phase: no result, exit code 130, and the next run loads cleanly", async (_, times) => {
    const running = run(...large);
    await running.prints(/Loading/);
    await wait(300);
    const { code, stderr, took } = await interrupt(running, "SIGINT", times);
    expect(code, stderr).toBe(130);
    expect(took).toBeLessThan(5000);
    expect(stderr).toContain("there is no result");
    expect(readdirSync(results.out)).toEqual([]);

    const next = run(...small, "--set", "WARMUP_DURATION=0s", "--set", "STEADY_STATE_DURATION=1s");
    const { stderr: told } = await next.ended;
    expect(told).toMatch(/Loaded 2,000 rows/);
    expect(readRun(results.folder()).run.books[0]?.balanced).toBe(true);
  });
});

describe("with plain k6", () => {
  const args = ["-e", "LOAD_PROFILE=tps100", "-e", "STEADY_STATE_DURATION=10m", "-e", "WARMUP_DURATION=0s"];
  const k6 = (rows: number) =>
    startK6Run("oltp", ["--quiet", ...args, "-e", `ROWS=${rows}`], {
      DBMARK_TARGET: server.url,
      DBMARK_RESULTS: results.out,
    });

  it("the first Ctrl-C in the run leaves a run.json that is marked as interrupted", async () => {
    const running = k6(2000);
    await running.prints(/measure /);
    const { code, stdout, stderr } = await interrupt(running, "SIGINT", 1);
    expect(code, stderr).toBe(105);
    const { run: file } = readRun(results.folder());
    expect(problemsOfRunFile(file)).toEqual([]);
    expect(file.status).toBe("interrupted");
    expect(stdout).toContain("INVALID");
    expectNoPasswordIn(results.folder());
  });

  it("Ctrl-C in the load phase ends it without a result", async () => {
    const running = k6(5_000_000);
    await running.prints(/loading/);
    await wait(300);
    const { code, took } = await interrupt(running, "SIGINT", 1);
    expect(code).toBe(105);
    expect(took).toBeLessThan(5000);
    expect(readdirSync(results.out)).toEqual([]);
  });
});

// What can be lost in the middle of a run: the server, k6, the dbmark command itself. No run hangs, and each leaves a result that
// says what happened.

import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { problemsOfRunFile, readRun } from "../../lib/result/index.ts";
import { type Running, startDbmark } from "../command-under-test.ts";
import { allEnded, childNamed, familyOf, signalAll } from "./processes-under-test.ts";
import { useResults } from "./results-under-test.ts";
import {
  expectNoPassword,
  expectNoPasswordIn,
  expectNoStackTrace,
  type ServerUnderTest,
  startServerUnderTest,
} from "./server-under-test.ts";

const results = useResults();

const settings = (seconds: number) => [
  ...["--set", "ROWS=2000", "--set", "WARMUP_DURATION=0s", "--set", `STEADY_STATE_DURATION=${seconds}s`],
  ...["--set", "TIMEOUT=1s", "--set", "CONNECT_TIMEOUT=1s", "--set", "GRACEFUL_STOP=1s"],
];

function run(seconds: number, environment: Record<string, string> = {}): Running {
  return startDbmark(["run", "oltp", "--profile", "tps100", "--out", results.out, ...settings(seconds)], {
    DBMARK_TARGET: "",
    ...environment,
  });
}

describe("the server", () => {
  let server: ServerUnderTest;
  beforeEach(async () => {
    server = await startServerUnderTest();
  });
  afterEach(() => server.stop());

  /** Lets a run of four seconds begin, does something to the server, and says how it ended. */
  async function endAfter(act: () => void) {
    const running = run(4, { DBMARK_TARGET: server.url });
    await running.prints(/measure /);
    act();
    const started = performance.now();
    const ended = await running.ended;
    const took = performance.now() - started;
    expect(ended.code, ended.stderr).toBe(4);
    expectNoPassword(ended.stdout, ended.stderr);
    expectNoPasswordIn(results.folder());
    expectNoStackTrace(ended.stderr);
    const { run: file } = readRun(results.folder());
    expect(problemsOfRunFile(file)).toEqual([]);
    expect(file.validity.valid).toBe(false);
    expect(ended.stdout).toContain("INVALID");
    return { ...ended, file, took };
  }

  it("killed: errors by type, an invalid file, exit code 4, within seconds of the planned end", async () => {
    const { file, took, stdout } = await endAfter(() => process.kill(server.embedded.pid, "SIGKILL"));
    expect(took).toBeLessThan(15_000);
    const { errors } = file.totals.measure.all;
    expect(errors.unreachable, JSON.stringify(errors)).toBeGreaterThan(0);
    expect(stdout).toContain("unreachable: nothing listens on 127.0.0.1");
    expect(file.validity.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(["errors", "books"]));
  });

  it("stopped in its tracks: timeouts, an invalid file, exit code 4, within seconds of the planned end", async () => {
    const family = familyOf(server.embedded.pid);
    try {
      const { file, took } = await endAfter(() => {
        family.splice(0, family.length, ...familyOf(server.embedded.pid));
        signalAll(family, "SIGSTOP");
      });
      expect(took).toBeLessThan(25_000);
      const { errors } = file.totals.measure.all;
      expect(errors.timeout, JSON.stringify(errors)).toBeGreaterThan(0);
    } finally {
      signalAll(family, "SIGCONT");
    }
  });
});

describe("k6", () => {
  it("killed: the file is completed from its windows and marked as crashed, exit code 4", async () => {
    const running = run(600);
    await running.prints(/measure /);
    process.kill(childNamed(running.child.pid ?? 0, "k6"), "SIGKILL");
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toContain("k6 was ended by SIGKILL");
    expect(code).toBe(4);
    const { run: file } = readRun(results.folder());
    expect(problemsOfRunFile(file)).toEqual([]);
    expect(file.status).toBe("crashed");
    expect(file.validity.reasons[0]?.message).toContain("SIGKILL");
    expect(file.totals.measure.all.operations).toBeGreaterThan(0);
    expect(stdout).toContain("INVALID");
    expectNoStackTrace(stderr);
  });

  it("killed in the load phase: no result, exit code 4", async () => {
    const running = startDbmark(["run", "oltp", "--out", results.out, "--set", "ROWS=5000000"], { DBMARK_TARGET: "" });
    await running.prints(/Loading/);
    process.kill(childNamed(running.child.pid ?? 0, "k6"), "SIGKILL");
    const { code, stderr } = await running.ended;
    expect(stderr).toContain("k6 was ended by SIGKILL");
    expect(code).toBe(4);
    expect(readdirSync(results.out)).toEqual([]);
  });
});

describe("the dbmark command", () => {
  it("killed: neither the server nor k6 outlives it, and k6 still leaves its file", async () => {
    const running = run(600);
    await running.prints(/measure /);
    await wait(1000);
    const family = familyOf(running.child.pid ?? 0);
    expect(family.length).toBeGreaterThan(3);
    running.child.kill("SIGKILL");
    await allEnded(family, 20_000);
    expect(readRun(results.folder()).run.status).toBe("interrupted");
  });

  it("killed in the load phase: neither the server nor k6 outlives it", async () => {
    const running = startDbmark(["run", "oltp", "--out", results.out, "--set", "ROWS=5000000"], { DBMARK_TARGET: "" });
    await running.prints(/Loading/);
    const family = familyOf(running.child.pid ?? 0);
    expect(family.length).toBeGreaterThan(3);
    running.child.kill("SIGKILL");
    await allEnded(family, 20_000);
  });
});

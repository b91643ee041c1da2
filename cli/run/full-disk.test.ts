// No room for results. What a full disk does is done by a limit on the size of files (ulimit -f, prlimit), which needs no root: the
// same writes fail, in the same real processes.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOfRunFile, readRun } from "../../lib/result/index.ts";
import { type Running, start, startDbmark, startK6Run } from "../command-under-test.ts";
import { installationFolder } from "../installation.ts";
import { childNamed } from "./processes-under-test.ts";
import { useResults } from "./results-under-test.ts";
import {
  expectNoPassword,
  expectNoPasswordIn,
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

const variables = { ROWS: "2000", WARMUP_DURATION: "0s", STEADY_STATE_DURATION: "4s", LOAD_PROFILE: "tps100" };
const settings = Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]);

/** Limits the files of a process that runs; the hard limit stays, so that it can be taken back. */
function limitFiles(pid: number, bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);
}

function run(): Running {
  return startDbmark(["run", "oltp", "--out", results.out, ...settings], { DBMARK_TARGET: server.url });
}

describe("before the run", () => {
  it.each([0, 8])("files of %i KiB at most: refused with exit code 2 before the target is asked", async (limit) => {
    const dbmark = join(installationFolder, "cli", "dbmark.mjs");
    // Its output goes through a pipe: the limit holds for files alone.
    const limited = start(
      [
        "/bin/bash",
        "-c",
        `ulimit -f ${limit} && exec "$@"`,
        "bash",
        process.execPath,
        dbmark,
        "run",
        "oltp",
        "--out",
        results.out,
      ],
      { DBMARK_PREPARED: "1", DBMARK_TARGET: server.url },
    );
    const { code, stderr } = await limited.ended;
    expect(stderr).toMatch(
      /Results cannot be written to .*: files may not become large enough.* another folder with --out/,
    );
    expect(code).toBe(2);
    expect(readdirSync(results.out)).toEqual([]);
    expectNoPassword(stderr);
    expectNoStackTrace(stderr);
  });
});

describe("in the middle of a run", () => {
  it("for some seconds: the run goes on, its file says results_incomplete, exit code 4", async () => {
    const running = run();
    await running.prints(/measure /);
    const k6 = childNamed(running.child.pid ?? 0, "k6");
    limitFiles(k6, 1);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    limitFiles(k6, "unlimited");
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(4);
    const { run: file } = readRun(results.folder());
    expect(problemsOfRunFile(file)).toEqual([]);
    expect(file.status).toBe("complete");
    expect(file.validity.reasons.map((reason) => reason.code)).toContain("results_incomplete");
    expect(file.totals.measure.all.operations).toBe(400);
    expect(stdout).toMatch(/INVALID[\s\S]*writes to windows\.ndjson failed/);
    expectNoPasswordIn(results.folder());
  });

  it("to the end: the run goes on, the summary is shown and says what is not in the files, exit code 4", async () => {
    const running = run();
    await running.prints(/measure /);
    limitFiles(childNamed(running.child.pid ?? 0, "k6"), 1);
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/run\.json could not be written: file too large.* run again/);
    expect(stdout).toMatch(/INVALID[\s\S]*run\.json could not be written[\s\S]*Throughput[\s\S]*all +\d+ +400 /);
    expect(readdirSync(results.folder())).not.toContain("run.json");
    expect(readdirSync(results.folder())).not.toContain("run.json.tmp");
    expectNoPassword(stdout, stderr);
    expectNoPasswordIn(results.folder());
    expectNoStackTrace(stderr);
  });

  it("with plain k6: the summary is shown and says so, and k6 fails", async () => {
    const args = Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const running = startK6Run("oltp", ["--quiet", ...args], {
      DBMARK_TARGET: server.url,
      DBMARK_RESULTS: results.out,
    });
    await running.prints(/loaded/);
    limitFiles(running.child.pid ?? 0, 1);
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).not.toBe(0);
    expect(stderr).toMatch(/run\.json could not be written: file too large.* run again/);
    expect(stdout).toMatch(/INVALID[\s\S]*Throughput/);
    expectNoPassword(stdout, stderr);
    expectNoStackTrace(stderr);
  });
});

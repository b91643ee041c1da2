// Whole runs of the real command, on embedded PostgreSQL servers of its own and on one that is started here.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOfRunFile, readRun } from "../../lib/result/index.ts";
import { dbmark, type Running, startDbmark } from "../command-under-test.ts";
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

const short = ["--set", "ROWS=2000", "--set", "WARMUP_DURATION=1s", "--set", "STEADY_STATE_DURATION=2s"];
const withoutSlos = ["--set", "SLO_P95=none", "--set", "SLO_P99=none", "--set", "SLO_ERROR_RATE=none"];

function run(args: string[], environment: Record<string, string> = {}): Running {
  return startDbmark(["run", "oltp", "--profile", "tps100", "--out", results.out, ...args], environment);
}

describe("a run", () => {
  it("on an embedded PostgreSQL writes a result that its schema accepts, with every operation, and leaves nothing running", async () => {
    const { code, stdout, stderr } = await run([...short, ...withoutSlos]).ended;
    expect([0, 4], stderr).toContain(code);
    const { run: file } = readRun(results.folder());
    expect(problemsOfRunFile(file)).toEqual([]);
    expect(file.status).toBe("complete");
    for (const operation of file.totals.measure.operations)
      expect(operation.operations, operation.name).toBeGreaterThan(0);
    expect(stdout).toContain("run.json");
    expect(existsSync(join(results.folder(), "k6.log"))).toBe(true);
  });

  it("on a target of one's own takes its URL from the environment, and shows its password nowhere", async () => {
    const running = run(short, { DBMARK_TARGET: server.url });
    await running.prints(/measure /);
    expectNoPasswordInArguments(running.child.pid);
    const { stdout, stderr } = await running.ended;
    expectNoPassword(stdout, stderr);
    expectNoPasswordIn(results.folder());
  });

  it("reads a load profile of one's own from a script", async () => {
    const profile = join(import.meta.dirname, "testdata", "short-profile.ts");
    const { stderr } = await dbmark(["run", "oltp", "--out", results.out, "--set", "ROWS=2000", "--profile", profile], {
      DBMARK_TARGET: server.url,
    });
    expect(readRun(results.folder()).run.profile.name, stderr).toBe("short");
  });
});

describe("refused with exit code 2", () => {
  it.each<[string, string[], RegExp]>([
    [
      "a missing table",
      ["--set", "TABLE=nowhere"],
      /no table or view "nowhere" that this user can see.* Check the name, its schema, and the database/,
    ],
    [
      "a view with a writing mix",
      ["--set", "TABLE=recent", "--allow-writes"],
      /"recent" is a view, which dbmark only reads, and the mix writes\. Set MIX=read-only/,
    ],
    [
      "writing to a user's table without --allow-writes",
      ["--set", "TABLE=orders"],
      /insert and update would write to "public"\."orders", which dbmark did not make\. Allow it with --allow-writes/,
    ],
    [
      "more connections than the server has",
      ["--set", "LOAD_WORKERS=900", "--set", "ROWS=2000"],
      /needs 90\d connections, but the server has only \d+ free \(it allows 600.* CONNECTIONS=/,
    ],
    [
      "a larger pool of connections than the server has",
      ["--set", "CONNECTIONS=700", "--set", "ROWS=2000"],
      /needs 70\d connections, but the server has only \d+ free \(it allows 600/,
    ],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await run(args, { DBMARK_TARGET: server.url }).ended;
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(readdirSync(results.out)).toEqual([]);
    expectNoPassword(stdout, stderr);
    expectNoStackTrace(stderr);
  });
});

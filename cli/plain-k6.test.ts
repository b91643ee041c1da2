// bin/k6 run without the dbmark command: the same mistakes are told in the same words, in one line without a stack trace, and nothing runs.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startK6Run } from "./command-under-test.ts";
import { expectNoPassword, expectNoStackTrace, urlWithPassword } from "./run/server-under-test.ts";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "dbmark-test-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

/** k6's exit code for a script that ended the test. */
const aborted = 108;

/** Nothing listens there; and the noop target needs no server. */
const nowhere = urlWithPassword("127.0.0.1:1");

async function refused(args: string[], environment: Record<string, string>, message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await startK6Run("oltp", ["--quiet", ...args], {
    DBMARK_RESULTS: out,
    ...environment,
  }).ended;
  expect(stderr).toMatch(message);
  expect(code, stderr).toBe(aborted);
  expectNoPassword(stdout, stderr);
  expectNoStackTrace(stderr);
  expect(stderr.split("\n").filter((line) => line.includes("level=error"))).toHaveLength(1);
  expect(readdirSync(out)).toEqual([]);
}

describe("k6's own options that would replace the load profile are refused", () => {
  const message =
    /k6's own --vus, --duration, --iterations and --stage .* Leave them out and set the load with -e LOAD_PROFILE/;

  it.each<[string[], Record<string, string>]>([
    [["--vus", "3"], {}],
    [["--duration", "3s"], {}],
    [["--iterations", "3"], {}],
    [["--stage", "3s:2"], {}],
    [["--vus", "3", "--duration", "3s"], {}],
    [[], { K6_VUS: "3" }],
    [[], { K6_DURATION: "3s" }],
    [[], { K6_ITERATIONS: "3" }],
    [[], { K6_STAGES: "3s:2" }],
  ])("%s %o", async (args, environment) => {
    await refused(args, { DBMARK_TARGET: "noop://local", LOAD_PROFILE: "smoke", ...environment }, message);
  });
});

describe("mistakes", () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ["no target", {}, /DBMARK_TARGET is not set.* DBMARK_TARGET=postgres:\/\//],
    [
      "a target that is no URL",
      { DBMARK_TARGET: nowhere.replace("postgres://", "") },
      /xxxxx@127\.0\.0\.1:1.* is not a URL/,
    ],
    ["an unknown system", { DBMARK_TARGET: nowhere.replace("postgres:", "oracle:") }, /oracle/],
    [
      "a URL that does not parse",
      { DBMARK_TARGET: nowhere.replace("127.0.0.1:1", "[:x") },
      /does not parse; expected is postgres:/,
    ],
    ["nothing listening", { DBMARK_TARGET: nowhere }, /nothing listens on 127\.0\.0\.1:1\. Start PostgreSQL there/],
    [
      "an unknown profile",
      { DBMARK_TARGET: nowhere, LOAD_PROFILE: "tps50" },
      /no load profile tps50\. Did you mean tps500/,
    ],
    [
      "a duration without a unit",
      { DBMARK_TARGET: nowhere, WARMUP_DURATION: "10" },
      /WARMUP_DURATION=10 is not accepted/,
    ],
    ["an unknown operation", { DBMARK_TARGET: nowhere, OPERATIONS: "selekt=1" }, /selekt\. Did you mean select/],
    ["weights that sum to zero", { DBMARK_TARGET: nowhere, OPERATIONS: "select=0" }, /all weights are zero/],
    ["results in a file", { DBMARK_TARGET: nowhere, DBMARK_RESULTS: process.execPath }, /is a file; name another one/],
    [
      "results where nothing can be written",
      { DBMARK_TARGET: nowhere, DBMARK_RESULTS: "/proc/results" },
      /cannot be written/,
    ],
  ])("%s", async (_, environment, message) => refused([], environment, message));
});

// A run again, from its file alone: the same operations with the same parameters, and the rest is named.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../cli/command-under-test.ts";
import { problemsOfRunFile, type RunFile, readRun } from "../lib/result/index.ts";
import { brief, short, TestServer, unjudged, type Variables } from "./server.ts";

let server: TestServer;
let results: string;
beforeAll(async () => {
  server = await TestServer.start();
  results = mkdtempSync(join(tmpdir(), "dbmark-rerun-"));
});
afterAll(async () => {
  rmSync(results, { recursive: true, force: true });
  await server?.stop();
});

/** Runs `dbmark rerun` on a folder that holds one run, into a folder of its own. */
async function rerun(original: string, args: string[] = [], environment: Variables = { DBMARK_TARGET: server.url }) {
  const out = mkdtempSync(join(results, "again-"));
  const [name = ""] = readdirSync(original);
  const ended = await dbmark(["rerun", join(original, name), "--out", out, ...args], environment);
  const again = (): RunFile => {
    const [folder, ...more] = readdirSync(out);
    expect([folder, more], ended.stderr).toEqual([expect.any(String), []]);
    return readRun(join(out, folder ?? "")).run;
  };
  return { ...ended, out, again };
}

/** What was decided before a run began. */
function declared({ suite, workload, profile, variables, seed, metrics, target, topology }: RunFile) {
  return { suite, workload, profile, variables, seed, metrics, mode: target.mode, topology };
}

const counted = (count: number): Variables => ({ ...unjudged, LOAD_PROFILE: "smoke", OPERATION_COUNT: String(count) });

describe("the same operations run again, by their digest", () => {
  it.each<[string, string, Variables]>([
    ["oltp", "oltp", { ...counted(3000), ROWS: "2000", MIX: "write-heavy", SEED: "7" }],
    [
      "oltp with a pool of connections",
      "oltp",
      { ...counted(2000), ROWS: "2000", LOAD_WORKERS: "6", CONNECTIONS: "2" },
    ],
    [
      "oltp in flight together, as plain text",
      "oltp",
      { ...counted(2000), ROWS: "2000", DEPTH: "4", PROTOCOL: "simple" },
    ],
    ["oltp by k6's iterations", "oltp", { ...counted(2000), ROWS: "2000", OPERATIONS_PER_ITERATION: "50" }],
    ["ycsb A", "ycsb", { ...counted(2000), ROWS: "1000" }],
    ["ycsb E", "ycsb", { ...counted(1000), ROWS: "1000", WORKLOAD: "E", SCAN_LENGTH: "20" }],
    ["tpcb", "tpcb", { ...counted(500), SCALE: "1" }],
    ["an open loop with a warm-up", "oltp", { ...short, LOAD_PROFILE: "tps200", WARMUP_DURATION: "1s", SEED: "3" }],
  ])("%s", async (_name, suite, variables) => {
    const first = await server.dbmark(variables, [], suite);
    const original = first.result();
    expect(original.digest?.comparable, first.stderr).toBe(true);
    // What the user's environment says now is not asked for: everything is in the file.
    const { again, stdout, stderr, code } = await rerun(first.out, [], {
      DBMARK_TARGET: server.url,
      ROWS: "77",
      LOAD_PROFILE: "tps100",
      SEED: "99",
    });
    expect(again().digest, stderr).toEqual(original.digest);
    expect(declared(again())).toEqual(declared(original));
    expect(problemsOfRunFile(again())).toEqual([]);
    expect(stdout).toContain(`the same, ${original.digest?.value}`);
    expect([0, 4], stderr).toContain(code);
  });

  it("of a script that is no suite's, and says what is not in the file", async () => {
    const variables = { ...counted(1000), OPERATIONS: "read=5,insert=1,increment=2", SEED: "5" };
    const first = await server.k6(variables, { script: "e2e/scripts/counters.ts" });
    const { again, stderr } = await rerun(first.out);
    expect(again().digest, stderr).toEqual(first.result().digest);
    expect(again().suite.name).toBe("counters");
    expect(stderr).toMatch(/counters is no suite of dbmark: what its script did in JavaScript/);
  });
});

it("a profile with a shape runs again with its parts and its report", async () => {
  const variables = { ...unjudged, ROWS: "2000", LOAD_PROFILE: "spike", LOAD_RATE: "300" };
  const first = await server.dbmark({ ...variables, STEADY_STATE_DURATION: "1s", WARMUP_DURATION: "1s" });
  const { again } = await rerun(first.out);
  const names = ({ steps }: RunFile) => steps.map(({ name }) => name);
  expect(names(again())).toEqual(names(first.result()));
  expect(names(again()).length).toBeGreaterThan(1);
  expect(again().report?.kind).toBe("recovery");
  expect(declared(again())).toEqual(declared(first.result()));
});

it("a closed loop that time ends runs again, and its digest is said not to be comparable", async () => {
  const first = await server.dbmark({ ...short, LOAD_PROFILE: "smoke" });
  const { again, stdout } = await rerun(first.out);
  expect(again().profile).toEqual(first.result().profile);
  expect(stdout.replace(/\s+/g, " ")).toContain("cannot be compared: a closed loop without OPERATION_COUNT");
});

it("an embedded PostgreSQL is started again, with the settings that the file has", async () => {
  const first = await server.dbmark({ ...counted(500), ROWS: "1000" });
  const [name = ""] = readdirSync(first.out);
  const path = join(first.out, name, "run.json");
  const file = JSON.parse(readFileSync(path, "utf8"));
  file.target.server.settings.work_mem = "7MB";
  file.target.server.settings.synchronous_commit = "off";
  writeFileSync(path, JSON.stringify(file));
  const { again, stdout, stderr } = await rerun(first.out, [], {});
  expect(stderr).toContain("Starting an embedded PostgreSQL");
  expect(again().target.server.settings).toMatchObject({ work_mem: "7MB", synchronous_commit: "off" });
  expect(again().target.url).not.toBe(first.result().target.url);
  expect(stdout).toContain("the same, as far as the files say");
});

describe("a table of the user's", () => {
  const onOrders = { ...brief, LOAD_PROFILE: "tps100", TABLE: "orders" };
  let written: string;
  beforeAll(async () => {
    await server.query(`
      CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL);
      INSERT INTO orders SELECT i, 'note ' || i FROM generate_series(1, 500) i;`);
    const first = await server.dbmark(onOrders, ["--allow-writes"]);
    expect(first.result().totals.measure.all.rowsWritten, first.stderr).toBeGreaterThan(0);
    written = first.out;
  });

  it("is not written to again without --allow-writes, and nothing is made", async () => {
    const { code, stderr, out } = await rerun(written);
    expect(stderr).toMatch(/insert and update of .* would write to "public"\."orders".*--allow-writes/);
    expect(code).toBe(2);
    expect(readdirSync(out)).toEqual([]);
  });

  it("gets the same operations with it, where it holds the same keys", async () => {
    const before = await server.content("orders");
    const { again, stdout, stderr } = await rerun(written, ["--allow-writes"]);
    expect(stdout, stderr).toContain(`the same, ${again().digest?.value}`);
    expect(stderr).toMatch(/has a hash alone: it is taken again/);
    expect(await server.content("orders")).toBe(before);
  });

  it("with other keys than then is said to have them, instead of another digest", async () => {
    await server.query("DELETE FROM orders WHERE id % 3 = 0");
    const { stdout, code } = await rerun(written, ["--allow-writes"]);
    expect(stdout.replace(/\s+/g, " ")).toMatch(/cannot be compared: the target gave other values for the pool/);
    expect(stdout).toMatch(/differs +data pool \w+: 500 rows/);
    expect([0, 4]).toContain(code);
  });

  it("in an embedded PostgreSQL is gone with it, which is refused", async () => {
    const { code, stderr, out } = await rerun(written, ["--allow-writes"], {});
    expect(stderr).toMatch(/they are not in the file, and a new server would not have them.*--target/);
    expect(code).toBe(2);
    expect(readdirSync(out)).toEqual([]);
  });
});

describe("plain k6", () => {
  it.each<[string, Variables, RegExp]>([
    ["without a file says how to name one", {}, /DBMARK_RERUN is not set, .*`npx dbmark rerun <run folder>`/],
    [
      "without the file says so",
      { DBMARK_RERUN: "/no/such/run.json" },
      /DBMARK_RERUN=\/no\/such\/run\.json cannot be read/,
    ],
    ["with another file says what it is", { DBMARK_RERUN: import.meta.filename }, /rerun\.test\.ts is not JSON/],
  ])("%s, without a stack trace", async (_name, variables, message) => {
    const { code, stderr } = await server.k6(variables, { script: "scripts/rerun.ts" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at |\bat file:/m);
    expect(code).toBe(108);
  });
});

// Whole runs of the real command, on embedded PostgreSQL servers of its own and on one that is started here.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { problemsOfRunFile, readRun } from "../../lib/result/index.ts";
import { dbmark, type Running, startDbmark } from "../command-under-test.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";

let server: EmbeddedPostgres;
let out: string;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ keep: false });
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query(`
    CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL);
    INSERT INTO orders SELECT i, 'note ' || i FROM generate_series(1, 500) i;
    CREATE VIEW recent AS SELECT * FROM orders WHERE id > 100;`);
  await client.end();
});
afterAll(() => server.stop());
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "dbmark-test-"));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const short = ["--set", "ROWS=2000", "--set", "WARMUP_DURATION=1s", "--set", "STEADY_STATE_DURATION=2s"];
const withoutSlos = ["--set", "SLO_P95=none", "--set", "SLO_P99=none", "--set", "SLO_ERROR_RATE=none"];
const long = ["--set", "ROWS=2000", "--set", "STEADY_STATE_DURATION=10m", "--set", "WARMUP_DURATION=0s"];

function run(args: string[], environment: Record<string, string> = {}): Running {
  return startDbmark(["run", "oltp", "--profile", "tps100", "--out", out, ...args], environment);
}

/** The only run folder. */
function folder(): string {
  const names = readdirSync(out);
  expect(names).toHaveLength(1);
  return join(out, names[0] ?? "");
}

function password(): string {
  return new URL(server.url).password;
}

describe("a run", () => {
  it("on an embedded PostgreSQL writes a result that its schema accepts, with every operation, and leaves nothing running", async () => {
    const { code, stdout, stderr } = await run([...short, ...withoutSlos]).ended;
    expect([0, 4], stderr).toContain(code);
    const { run: file } = readRun(folder());
    expect(problemsOfRunFile(file)).toEqual([]);
    expect(file.status).toBe("complete");
    for (const operation of file.totals.measure.operations)
      expect(operation.operations, operation.name).toBeGreaterThan(0);
    expect(stdout).toContain("run.json");
    expect(existsSync(join(folder(), "k6.log"))).toBe(true);
  });

  it("on a target of one's own takes its URL from the environment, and shows its password nowhere", async () => {
    const { stdout, stderr } = await run(short, { DBMARK_TARGET: server.url }).ended;
    const files = readdirSync(folder()).map((name) => readFileSync(join(folder(), name), "utf8"));
    expect([stdout, stderr, ...files].join("\n")).not.toContain(password());
  });

  it("reads a load profile of one's own from a script", async () => {
    const profile = join(import.meta.dirname, "testdata", "short-profile.ts");
    const { stderr } = await dbmark([
      "run",
      "oltp",
      "--target",
      server.url,
      "--out",
      out,
      "--set",
      "ROWS=2000",
      "--profile",
      profile,
    ]);
    expect(readRun(folder()).run.profile.name, stderr).toBe("short");
  });
});

describe("refused with exit code 2", () => {
  it.each<[string, string[], RegExp]>([
    ["a missing table", ["--set", "TABLE=nowhere"], /nowhere/],
    ["a view with a writing mix", ["--set", "TABLE=recent", "--allow-writes"], /view/],
    ["writing to a user's table without --allow-writes", ["--set", "TABLE=orders"], /--allow-writes/],
    [
      "more connections than the server has",
      ["--set", "LOAD_WORKERS=900", "--set", "ROWS=2000"],
      /90\d connections[\s\S]*600/,
    ],
  ])("%s", async (_, args, message) => {
    const { code, stderr } = await run(args, { DBMARK_TARGET: server.url }).ended;
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stderr).not.toContain(password());
  });
});

describe("a target that cannot be reached ends with exit code 3", () => {
  it.each<[string, () => string, RegExp]>([
    ["a wrong password", () => server.url.replace(password(), "wr0ng-passw0rd"), /password/],
    ["nothing listening", () => "postgres://u:wr0ng-passw0rd@127.0.0.1:1/db", /127\.0\.0\.1:1/],
  ])("%s", async (_, target, message) => {
    const { code, stderr } = await run([], { DBMARK_TARGET: target() }).ended;
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
    expect(stderr).not.toContain("wr0ng-passw0rd");
  });
});

describe("a run that breaks off", () => {
  it("Ctrl-C once: ends in order, the file is marked, exit code 130", async () => {
    const running = run(long);
    await running.prints(/measure /);
    running.child.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(readRun(folder()).run.status).toBe("interrupted");
  });

  it("Ctrl-C twice: ends at once, the file is completed from its windows and marked, exit code 130", async () => {
    const running = run(long);
    await running.prints(/measure /);
    const started = performance.now();
    running.child.kill("SIGINT");
    await wait(200);
    running.child.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(readRun(folder()).run.status).not.toBe("complete");
  });

  it("Ctrl-C in the load phase: no result, exit code 130; the next run loads cleanly", async () => {
    const running = run(["--set", "ROWS=3000000"], { DBMARK_TARGET: server.url });
    await running.prints(/Loading/);
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    const { stderr } = await run(short, { DBMARK_TARGET: server.url }).ended;
    expect(stderr).toMatch(/Loaded 2,000 rows/);
  });

  it("Ctrl-C twice in the load phase ends at once, exit code 130", async () => {
    const running = run(["--set", "ROWS=3000000"], { DBMARK_TARGET: server.url });
    await running.prints(/Loading/);
    running.child.kill("SIGINT");
    await wait(200);
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
  });

  it("SIGKILL of k6: the file is completed from its windows and marked, exit code 4", async () => {
    const running = run(long);
    await running.prints(/measure /);
    process.kill(childNamed(running.child.pid ?? 0, "k6"), "SIGKILL");
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toContain("k6 was ended by SIGKILL");
    expect(code).toBe(4);
    const { run: file } = readRun(folder());
    expect(file.status).toBe("crashed");
    expect(problemsOfRunFile(file)).toEqual([]);
    expect(stdout).toContain("INVALID");
  });

  it("SIGKILL of the server: errors by type, an invalid file, exit code 4, and no hang", async () => {
    const own = await startEmbeddedPostgres({ keep: false });
    try {
      const running = run(["--set", "ROWS=2000", "--set", "STEADY_STATE_DURATION=5s", "--set", "WARMUP_DURATION=0s"], {
        DBMARK_TARGET: own.url,
      });
      await running.prints(/measure /);
      process.kill(own.pid, "SIGKILL");
      const { code, stderr } = await running.ended;
      expect(code, stderr).toBe(4);
      const { run: file } = readRun(folder());
      expect(file.validity.valid).toBe(false);
      expect(Object.keys(file.totals.measure.all.errors)).not.toEqual([]);
    } finally {
      await own.stop();
    }
  });
});

/** The child of a process with this name. */
function childNamed(parent: number, name: string): number {
  for (const task of readdirSync(`/proc/${parent}/task`)) {
    for (const pid of readFileSync(`/proc/${parent}/task/${task}/children`, "utf8").split(" ").filter(Boolean)) {
      if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name) return Number(pid);
    }
  }
  throw new Error(`process ${parent} has no child ${name}`);
}

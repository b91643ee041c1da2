// Experiments: what they find, the state that each repetition starts from, and what they leave behind, however they end.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allEnded, childNamed, familyOf } from "../cli/run/processes-under-test.ts";
import { order } from "../lib/experiment/order.ts";
import { problemsOfExperiment } from "../lib/experiment/validate.ts";
import { readRun } from "../lib/result/index.ts";
import { ab, quick, runsOf, sqlFile, startAb, textsIn } from "./experiment.ts";
import { Restarts } from "./restarts.ts";
import { TestServer } from "./server.ts";

const password = "Gehe1m@:/?#%";
let server: TestServer;
let restarts: Restarts;
/** Of a user that may create databases, and of one that may not. */
let [creator, other] = ["", ""];

beforeAll(async () => {
  server = await TestServer.start();
  restarts = new Restarts(server.embedded);
  await server.query(`
    CREATE ROLE creator LOGIN CREATEDB PASSWORD '${password}'; CREATE ROLE other LOGIN PASSWORD '${password}';
    GRANT CREATE ON SCHEMA public TO other`);
  await server.query("CREATE DATABASE shop OWNER creator");
  await server.query("ALTER DATABASE shop SET search_path TO app, public; ALTER DATABASE shop SET work_mem TO '7MB'");
  const url = (user: string, database: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${server.embedded.port}/${database}?sslmode=disable`;
  [creator, other] = [url("creator", "shop"), url("other", "postgres")];
});
afterAll(async () => {
  await restarts?.stop();
  await server?.stop();
});

const databasesOfExperiments = async () =>
  (await server.query("SELECT datname FROM pg_database WHERE datname LIKE 'dbmark\\_ab%'")).map(({ datname }) =>
    String(datname),
  );

/** Nothing of the password is in what was printed and written, and no database is left. */
async function expectNothingLeft(folder: string, ...printed: string[]): Promise<void> {
  for (const text of [...printed, ...textsIn(folder)]) {
    expect(text).not.toContain(password);
    expect(text).not.toContain(encodeURIComponent(password));
  }
  expect(await databasesOfExperiments()).toEqual([]);
}

describe("an index dropped in B", { timeout: 240_000 }, () => {
  it("is found worse, with intervals that exclude no change, on equal copies of a template, and nothing is left", async () => {
    const out = server.folder();
    // What the template has is in every copy, and the other variant has nothing of it.
    const sql = sqlFile(
      out,
      "drop.sql",
      "ALTER TABLE dbmark_oltp DROP CONSTRAINT dbmark_oltp_pkey;\nDO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem TO ''9MB''', current_database()); END $$",
    );
    const results = server.folder();
    const { code, stdout, stderr, folder, file } = await ab(
      results,
      [...quick({ OPERATIONS: "select=99,update=1", ROWS: "20000" }), "--b", `sql=${sql}`],
      { DBMARK_TARGET: creator },
    );
    expect(code, stderr).toBe(0);
    const experiment = file();
    expect(problemsOfExperiment(experiment)).toEqual([]);
    expect(experiment).toMatchObject({
      status: "complete",
      failure: null,
      plan: { state: "template", order: order(5) },
    });
    expect(experiment.repetitions.map(({ variant }) => variant)).toEqual(order(5));
    expect(experiment.repetitions.map(({ pair }) => pair)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    const [throughput, p50] = experiment.judgement?.primary ?? [];
    expect(throughput).toMatchObject({ verdict: "worse", result: { metric: "throughput", pairs: 5 } });
    expect(throughput?.result.upper).toBeLessThan(1);
    expect(p50).toMatchObject({ verdict: "worse", result: { metric: "response-p50", pairs: 5 } });
    expect(p50?.result.lower).toBeGreaterThan(1);
    expect(stdout).toMatch(/^WORSE {2}throughput: −/m);
    const runs = runsOf(folder(), experiment);
    expect(runs).toHaveLength(10);
    // Every run found the data as it was prepared, though each of them updates it; and all made the same operations.
    expect(runs.map(({ run }) => run.load?.reused)).toEqual(runs.map(() => true));
    expect(new Set(runs.map(({ run }) => run.digest?.value)).size).toBe(1);
    expect(new Set(runs.map(({ run }) => run.target.url)).size).toBe(1);
    await expectNothingLeft(folder(), stdout, stderr);
  });

  it("ends --stop-early at the first look, by the level of the plan", async () => {
    const out = server.folder();
    const sql = sqlFile(server.folder(), "drop.sql", "ALTER TABLE dbmark_oltp DROP CONSTRAINT dbmark_oltp_pkey");
    const options = quick({ OPERATIONS: "select", ROWS: "20000" }, 7);
    const { code, stderr, folder, file } = await ab(out, [...options, "--b", `sql=${sql}`, "--stop-early"], {
      DBMARK_TARGET: creator,
    });
    expect(code, stderr).toBe(0);
    const { status, plan, judgement, repetitions } = file();
    expect(status).toBe("stopped");
    expect(plan.looks.map(({ pair }) => pair)).toEqual([5, 6, 7]);
    expect(plan.looks.reduce((sum, { level }) => sum + level, 0)).toBeCloseTo(0.05, 10);
    expect(judgement?.pairs).toBeLessThan(7);
    expect(repetitions).toHaveLength(2 * (judgement?.pairs ?? 0));
    for (const { verdict, adjustedPValue } of judgement?.primary ?? []) {
      expect(verdict).toBe("worse");
      expect(adjustedPValue).toBeLessThanOrEqual(plan.looks[0]?.level ?? 0);
    }
    await expectNothingLeft(folder());
  });
});

describe("an experiment that ends before its time", { timeout: 240_000 }, () => {
  it("by Ctrl-C is marked, leaves no database, and goes on where it was, with its plan and its password", async () => {
    const out = server.folder();
    const running = startAb(out, [...quick(), "--a", "SEED=1", "--b", "SEED=1"], { DBMARK_TARGET: creator });
    await running.prints(/pair 2\/5 B/);
    const family = familyOf(running.child.pid ?? 0);
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    const folder = running.folder();
    expect(stdout + stderr).toContain(`dbmark ab --resume ${folder}`);
    await allEnded(family, 2000);
    const before = running.file();
    expect(before).toMatchObject({ status: "interrupted", failure: null });
    expect(before.judgement).toBeNull();
    expect(before.repetitions.filter(({ counts }) => counts)).toHaveLength(2);
    expect(before.repetitions.length).toBeLessThanOrEqual(4);
    await expectNothingLeft(folder, stdout, stderr);

    for (const [args, environment, message] of [
      [[], { DBMARK_TARGET: "" }, /its password is in no file: set DBMARK_TARGET_A/],
      [[], { DBMARK_TARGET: other }, /The target of A in this experiment is .*creator:xxxxx.* is given/],
      [["--pairs", "9"], { DBMARK_TARGET: creator }, /--pairs is given with --resume, which goes on with the plan/],
      [["--b", "DEPTH=2"], { DBMARK_TARGET: creator }, /--b is given with --resume/],
    ] as const) {
      const refused = await ab(out, ["--resume", folder, ...args], environment);
      expect(refused.stderr).toMatch(message);
      expect(refused.code).toBe(2);
    }

    const first = join(folder, before.repetitions[0]?.run ?? "", "run.json");
    const text = readFileSync(first, "utf8");
    const version = readRun(first).run.target.server.version;
    writeFileSync(first, text.replace(`"version": "${version}"`, '"version": "9.6.1"'));
    const older = await ab(out, ["--resume", folder], { DBMARK_TARGET: creator });
    expect(older.stderr).toContain(
      `The server of A is version ${version} now, and was 9.6.1 when the experiment began`,
    );
    expect(older.code).toBe(2);
    writeFileSync(first, text);
    expect(running.file()).toEqual(before);

    // Another dbmark is told. Whatever the environment has now, the plan's variables hold.
    const path = join(folder, "ab.json");
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(`"dbmark": "${before.software.dbmark}"`, '"dbmark": "0.0.9"'),
    );
    const resumed = await ab(out, ["--resume", folder], { DBMARK_TARGET: creator, ROWS: "77", DEPTH: "4" });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/the experiment was begun by 0\.0\.9/);
    const after = resumed.file();
    expect(problemsOfExperiment(after)).toEqual([]);
    expect(after).toMatchObject({ status: "complete", startedAt: before.startedAt, plan: before.plan });
    expect(after.repetitions.slice(0, before.repetitions.length)).toEqual(before.repetitions);
    expect(after.repetitions.filter(({ counts }) => counts).map(({ variant }) => variant)).toEqual(order(5));
    expect(new Set(runsOf(folder, after).map(({ run }) => run.digest?.value)).size).toBe(1);
    expect(after.judgement?.pairs).toBe(5);
    await expectNothingLeft(folder, resumed.stdout, resumed.stderr);

    // Complete, it is judged and shown again, for which no server is asked.
    const again = await ab(out, ["--resume", folder], { DBMARK_TARGET: "" });
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toBe(resumed.stdout);
    expect(again.file()).toEqual(after);
  });

  it("by Ctrl-C twice, or while the data is loaded, leaves no database either", async () => {
    const out = server.folder();
    const loading = startAb(out, ["oltp", "--profile", "max", "--set", "ROWS=3000000", "--b", "DEPTH=2"], {
      DBMARK_TARGET: creator,
    });
    await loading.prints(/Loading the data/);
    await wait(1000);
    loading.child.kill("SIGINT");
    const first = await loading.ended;
    expect(first.stderr).toContain("there is no experiment");
    expect(first.code).toBe(130);
    expect(await databasesOfExperiments()).toEqual([]);

    const long = startAb(out, ["oltp", "--profile", "max", "--set", "ROWS=3000", "--b", "DEPTH=2"], {
      DBMARK_TARGET: creator,
    });
    await long.prints(/16 repetitions/);
    await wait(2000);
    long.child.kill("SIGINT");
    // Within 150 ms they would count as the same key.
    await wait(200);
    long.child.kill("SIGINT");
    const second = await long.ended;
    expect(second.code, second.stderr).toBe(130);
    expect(long.file()).toMatchObject({
      status: "interrupted",
      repetitions: [{ status: "interrupted", counts: false }],
    });
    await expectNothingLeft(long.folder());
  });

  it("by force is recognised by its databases, which are removed with a word, and goes on", async () => {
    const out = server.folder();
    const running = startAb(out, [...quick(), "--b", "DEPTH=2"], { DBMARK_TARGET: creator });
    await running.prints(/pair 1\/5 B/);
    const family = familyOf(running.child.pid ?? 0);
    const folder = running.folder();
    const second = await ab(out, ["--resume", folder], { DBMARK_TARGET: creator });
    expect(second.stderr).toContain(`is being run by process ${running.child.pid}`);
    expect(second.code).toBe(2);
    running.child.kill("SIGKILL");
    await running.ended;
    await allEnded(family, 15_000);
    expect(running.file().status).toBe("running");
    expect((await databasesOfExperiments()).length).toBeGreaterThanOrEqual(2);
    const resumed = await ab(out, ["--resume", folder], { DBMARK_TARGET: creator });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(/Removed what an experiment that was killed left behind: dbmark_ab_[0-9a-f]{8}_a, /);
    expect(resumed.file()).toMatchObject({ status: "complete", judgement: { pairs: 5 } });
    await expectNothingLeft(folder, resumed.stderr);
  });

  it("by the death of the target's server fails with a reason, and goes on when that is back", async () => {
    const out = server.folder();
    const running = startAb(out, [...quick(), "--b", "DEPTH=2"], { DBMARK_TARGET: creator });
    await running.prints(/pair 1\/5 B/);
    await restarts.end("SIGKILL");
    const { code, stdout, stderr } = await running.ended;
    expect([3, 4], stderr).toContain(code);
    expect(stdout + stderr).toContain("--resume");
    const failed = running.file();
    expect(failed.status).toBe("failed");
    expect(failed.failure).not.toBe("");
    expect(failed.repetitions.filter(({ counts }) => counts)).toHaveLength(2);
    await restarts.start();
    const resumed = await ab(out, ["--resume", running.folder()], { DBMARK_TARGET: creator });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.file()).toMatchObject({ status: "complete", failure: null, judgement: { pairs: 5 } });
    await expectNothingLeft(running.folder(), stdout, stderr, resumed.stderr);
  });

  it("by the death of the embedded server fails with its log, and goes on with a new one", async () => {
    const out = server.folder();
    const running = startAb(out, [...quick(), "--b", "DEPTH=2"], { DBMARK_TARGET: "" });
    await running.prints(/pair 1\/5 A/);
    const guard = childNamed(running.child.pid ?? 0, "node");
    process.kill(childNamed(guard, "postgres"), "SIGKILL");
    const { code, stderr } = await running.ended;
    expect([3, 4], stderr).toContain(code);
    expect(running.file().status).toBe("failed");
    const resumed = await ab(out, ["--resume", running.folder()], { DBMARK_TARGET: "" });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.file()).toMatchObject({ status: "complete", judgement: { pairs: 5 } });
  });
});

// What an experiment starts each repetition from, where it can and where it cannot make databases, and how it tells of it.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOfExperiment } from "../lib/experiment/validate.ts";
import { ab, quick, runsOf, sqlFile, startAb } from "./experiment.ts";
import { short, TestServer } from "./server.ts";

let server: TestServer;
/** Of a user that may not create databases; of one that may, to a database with settings of its own. */
let [limited, creator] = ["", ""];

beforeAll(async () => {
  server = await TestServer.start();
  await server.query(`
    CREATE ROLE limited LOGIN PASSWORD 'l'; GRANT CREATE ON SCHEMA public TO limited;
    CREATE ROLE creator LOGIN CREATEDB PASSWORD 'c';
    CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL);
    INSERT INTO orders SELECT i, 'note ' || i FROM generate_series(1, 500) i;
    GRANT SELECT ON orders TO limited, creator`);
  await server.query(`CREATE DATABASE "sh op" OWNER creator LOCALE 'C' TEMPLATE template0`);
  await server.query(`ALTER DATABASE "sh op" SET search_path TO public, "$user"`);
  await server.query(`ALTER DATABASE "sh op" SET work_mem TO '7MB'`);
  await server.query(`ALTER DATABASE "sh op" SET application_name TO 'it''s \\ odd'`);
  const host = `127.0.0.1:${server.embedded.port}`;
  limited = `postgres://limited:l@${host}/postgres?sslmode=disable`;
  creator = `postgres://creator:c@${host}/sh%20op?sslmode=disable`;
});
afterAll(() => server?.stop());

it("plain k6 loads a data set and runs nothing with DBMARK_LOAD_ONLY=1", async () => {
  const { code, stderr, out } = await server.k6(short, { environment: { DBMARK_LOAD_ONLY: "1" } });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("loaded 2000 rows");
  expect(stderr).not.toContain("level=error");
  expect(readdirSync(out)).toEqual([]);
  expect(await server.number("SELECT count(*) FROM dbmark_oltp")).toBe(2000);
  const next = await server.k6(short);
  expect(next.result().load).toMatchObject({ reused: true });
  await server.query("DROP TABLE dbmark_oltp, dbmark_manifest");
});

describe("copies of a template", { timeout: 240_000 }, () => {
  it("have the locale and the settings of the target's database and those of the variant's SQL", async () => {
    const sql = sqlFile(
      server.folder(),
      "settings.sql",
      `CREATE TABLE made AS SELECT d.datcollate, current_setting('work_mem') AS memory, current_setting('search_path') AS path FROM pg_database d
         WHERE datname = current_database();
       DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem TO ''9MB''', current_database()); END $$`,
    );
    const running = startAb(server.folder(), [...quick(), "--b", `sql=${sql}`], { DBMARK_TARGET: creator });
    await running.prints(/pair 2\/5 B/);
    const settings = await server.query(`
      SELECT right(d.datname, 2) AS database, array_to_string(setconfig, ';') AS settings, datcollate FROM pg_db_role_setting s
        JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname ~ '^dbmark_ab' ORDER BY 1`);
    running.child.kill("SIGINT");
    await running.ended;
    const own = `search_path=public, "$user";work_mem=7MB;application_name=it's \\ odd`;
    expect(settings.find(({ database }) => database === "_a")).toMatchObject({ settings: own, datcollate: "C" });
    expect(settings.find(({ database }) => database === "_b")?.settings).toContain("work_mem=9MB");
  });

  it("two equal variants are an A/A test, which is said", async () => {
    const { code, stderr, stdout, file } = await ab(server.folder(), [...quick(), "--a", "SEED=1", "--b", "SEED=1"], {
      DBMARK_TARGET: creator,
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("A and B are the same");
    expect(stdout).toContain("A and B are the same");
    expect(file()).toMatchObject({
      status: "complete",
      plan: { state: "template", looks: [{ pair: 5, level: 0.05 }] },
    });
    expect(file().differences).toEqual([]);
  });

  it("SQL that fails is told with its line, before there is an experiment", async () => {
    const out = server.folder();
    for (const [text, message] of [
      ["SELECT 1;\nSELEKT 2;", /The SQL of .*wrong\.sql failed in line 2: syntax error/],
      ["SELECT 1; VACUUM dbmark_oltp", /VACUUM cannot .*one transaction; leave this one out/],
      ["ALTER DATABASE nothing SET work_mem TO '1MB'", /database "nothing" does not exist/],
    ] as const) {
      const sql = sqlFile(server.folder(), "wrong.sql", text);
      const { code, stderr } = await ab(out, [...quick(), "--b", `sql=${sql}`], { DBMARK_TARGET: creator });
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
      expect(await server.number("SELECT count(*) FROM pg_database WHERE datname ~ '^dbmark_ab'")).toBe(0);
    }
  });

  it("SQL that changes the number of rows makes an experiment fail, because the data set would be loaded again without it", async () => {
    const sql = sqlFile(server.folder(), "delete.sql", "DELETE FROM dbmark_oltp WHERE id = 7");
    const { code, stderr, file } = await ab(server.folder(), [...quick(), "--b", `sql=${sql}`], {
      DBMARK_TARGET: creator,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/B loaded its data set again .* and not the number of rows/);
    expect(file().status).toBe("failed");
  });

  it("settings of the embedded server differ between two servers; a value that PostgreSQL refuses is told", async () => {
    const out = server.folder();
    const refused = await ab(out, [...quick(), "--b", "server.work_mem=lots"], { DBMARK_TARGET: "" });
    expect(refused.stderr).toMatch(
      /With server\.work_mem=lots: The embedded PostgreSQL did not start[\s\S]*invalid value for parameter "work_mem"/,
    );
    expect(refused.code).toBe(2);

    const { code, stderr, folder, file } = await ab(out, [...quick(), "--b", "server.synchronous_commit=off"], {
      DBMARK_TARGET: "",
    });
    expect(code, stderr).toBe(0);
    expect(file().differences).toContainEqual(
      expect.objectContaining({ what: "synchronous_commit", a: "on", b: "off" }),
    );
    const byVariant = new Map<string, Set<string>>();
    for (const { variant, run } of runsOf(folder(), file())) {
      byVariant.set(variant, (byVariant.get(variant) ?? new Set()).add(run.target.url));
    }
    expect([...byVariant.values()].map((urls) => urls.size)).toEqual([1, 1]);
    expect(byVariant.get("a")).not.toEqual(byVariant.get("b"));
  });
});

describe("two targets", { timeout: 240_000 }, () => {
  it("of different users each have a template of their own", async () => {
    const out = server.folder();
    const same = await ab(out, quick({ OPERATIONS: "select,insert" }), {
      DBMARK_TARGET_A: creator,
      DBMARK_TARGET_B: server.url,
    });
    expect(same.stderr).toContain("Neither --a nor --b is given");
    const given = ["--a", "SEED=1", "--b", "SEED=1"];
    const running = startAb(out, [...quick({ OPERATIONS: "select,insert" }), ...given], {
      DBMARK_TARGET_A: creator,
      DBMARK_TARGET_B: server.url,
    });
    await running.prints(/Loading the data of B/);
    const { code, stderr, stdout } = await running.ended;
    expect(code, stderr).toBe(0);
    const { plan, status } = running.file();
    expect(status).toBe("complete");
    expect(plan.a.target).toContain("creator:xxxxx@");
    expect(plan.b.target).toContain("dbmark:xxxxx@");
    const runs = runsOf(running.folder(), running.file());
    expect(new Set(runs.map(({ run }) => run.target.url)).size).toBe(2);
    expect(runs.every(({ run }) => run.load?.reused === true && run.books[0]?.balanced === true)).toBe(true);
    expect(stdout + stderr).not.toContain(new URL(server.url).password);
    expect(await server.number("SELECT count(*) FROM pg_database WHERE datname ~ '^dbmark_ab'")).toBe(0);
  });

  it("may have different suites where both say which", async () => {
    const [, ...options] = quick({ ROWS: undefined });
    const suites = ["--a", "suite=oltp", "--a", "ROWS=2000", "--b", "suite=tpcb", "--b", "SCALE=1"];
    const { code, stderr, file } = await ab(server.folder(), [...options, ...suites], { DBMARK_TARGET: creator });
    expect(code, stderr).toBe(0);
    expect(file()).toMatchObject({ status: "complete", id: expect.stringContaining("-ab-oltp-tpcb-postgres") });
  });
});

describe("without copies", { timeout: 240_000 }, () => {
  it("each run brings its data back, and it is said why; SQL is refused", async () => {
    const out = server.folder();
    const sql = sqlFile(server.folder(), "one.sql", "SELECT 1");
    const refused = await ab(out, [...quick(), "--b", `sql=${sql}`], { DBMARK_TARGET: limited });
    expect(refused.stderr).toMatch(
      /--b sql=.* needs a database of dbmark's own .* the user limited may not create databases/,
    );
    expect(refused.code).toBe(2);

    const { code, stdout, stderr, file } = await ab(out, [...quick(), "--b", "DEPTH=2"], { DBMARK_TARGET: limited });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("the user limited may not create databases");
    expect(stdout).toContain("may not create databases");
    expect(problemsOfExperiment(file())).toEqual([]);
    expect(file()).toMatchObject({ status: "complete", plan: { state: "reset" }, judgement: { pairs: 5 } });
  });

  it("a table of the user's is read as it is", async () => {
    const { code, stderr, file } = await ab(
      server.folder(),
      [...quick({ OPERATIONS: "select", ROWS: undefined, TABLE: "orders" }), "--b", "DEPTH=2"],
      { DBMARK_TARGET: limited },
    );
    expect(code, stderr).toBe(0);
    expect(file().plan).toMatchObject({ state: "reset", stateReason: "A runs on tables that are there already" });
  });

  it("a suite without data needs none", async () => {
    const { code, stderr, file } = await ab(server.folder(), [...quick(), "--b", "DEPTH=2"], {
      DBMARK_TARGET: "noop://local",
    });
    expect(code, stderr).toBe(0);
    expect(file().plan).toMatchObject({ state: "none", stateReason: "" });
  });
});

describe("a disk that is full", { timeout: 240_000 }, () => {
  it("ends an experiment with a plain error; what was measured stays, and it goes on when there is room", async () => {
    const out = server.folder();
    const running = startAb(out, [...quick(), "--b", "DEPTH=2"], { DBMARK_TARGET: creator });
    await running.prints(/pair 2\/5 B/);
    execFileSync("prlimit", ["--pid", String(running.child.pid), "--fsize=4096:"]);
    const { code, stderr } = await running.ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/ab\.json cannot be written: the disk is full|large enough|disk is full/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(running.file().repetitions.filter(({ counts }) => counts).length).toBeGreaterThanOrEqual(2);
    expect(existsSync(join(running.folder(), "ab.json.tmp"))).toBe(false);
    expect(readFileSync(join(running.folder(), "ab.json"), "utf8")).toMatch(/}\n$/);
    expect(await server.number("SELECT count(*) FROM pg_database WHERE datname ~ '^dbmark_ab'")).toBe(0);
    const resumed = await ab(out, ["--resume", running.folder()], { DBMARK_TARGET: creator });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.file()).toMatchObject({ status: "complete", judgement: { pairs: 5 } });
  });
});

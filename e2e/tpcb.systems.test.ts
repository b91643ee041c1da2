// The suite against the real pgbench: its scripts, its tables, and a bank that both have used.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preparePostgresPrograms } from "../build/postgres-programs.mjs";
import { workloadOf } from "../modules/index.ts";
import { brief, operationOf, TestServer, type Variables } from "./server.ts";

let server: TestServer;
let program: string;
beforeAll(async () => {
  program = join((await preparePostgresPrograms()).folder, "pgbench");
  server = await TestServer.start();
});
afterAll(() => server?.stop());

function pgbench(...args: string[]): string {
  const { hostname, port, username, password, pathname } = new URL(server.url);
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    env: { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1) },
  });
  expect(status, stderr).toBe(0);
  return stdout + stderr;
}

const few: Variables = { ...brief, LOAD_PROFILE: "smoke", LOAD_WORKERS: "4" };
const run = (variables: Variables) => server.k6({ ...few, ...variables }, { script: "scripts/tpcb.ts" });

/** Columns, types, constraints and settings of the four tables; their names are those of both programs. */
const shape = () =>
  server.query(`
    SELECT c.relname, c.reloptions, obj_description(c.oid) IS NOT NULL AS marked,
      (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END, ', ' ORDER BY a.attnum)
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns,
      (SELECT string_agg(i.conname || ' ' || pg_get_constraintdef(i.oid), ', ' ORDER BY i.conname)
         FROM pg_constraint i WHERE i.conrelid = c.oid AND i.contype = 'p') AS keys
    FROM pg_class c WHERE c.relname LIKE 'pgbench\\_%' AND c.relkind = 'r' ORDER BY 1`);

describe("pgbench's own scripts", () => {
  it.each([
    ["tpcb", "tpcb-like"],
    ["select", "select-only"],
    ["simple-update", "simple-update"],
  ])("%s has the statements and ranges of %s", (name, script) => {
    const lines = pgbench(`--show-script=${script}`).split("\n");
    const [operation] = workloadOf("tpcb", "postgres", { OPERATIONS: name, SCALE: "7" }).operations;
    const statements = lines
      .filter((line) => /^(UPDATE|SELECT|INSERT)/.test(line))
      .map((line) => line.replace(/;$/, ""));
    const ours = operation?.steps.map(({ statement = "", parameters = [] }) =>
      statement.replace(/\$(\d+)/g, (_, number: string) => `:${parameters[Number(number) - 1]}`),
    );
    expect(ours).toEqual(statements);
    expect(operation?.transaction !== undefined).toBe(lines.includes("BEGIN;"));
    const ranges = lines.flatMap((line) => {
      const found = /^\\set (\w+) random\((-?\d+), (\d+)( \* :scale)?\)/.exec(line);
      if (found === null) return [];
      const [, parameter, minimum, maximum, scaled] = found;
      const generator = { type: "uniform", minimum: Number(minimum), maximum: Number(maximum) * (scaled ? 7 : 1) };
      return [{ name: parameter, generator }];
    });
    expect(operation?.parameters).toEqual(ranges);
  });
});

describe("the tables that dbmark makes", () => {
  it("are those that pgbench -i makes, but for their mark, with the same content", async () => {
    pgbench("-i", "-q", "-s", "2");
    const tables = ["pgbench_accounts", "pgbench_branches", "pgbench_tellers", "pgbench_history"];
    const contents = async () => {
      const all: string[] = [];
      for (const table of tables) all.push(await server.content(table));
      return all;
    };
    const [theirShape, theirs] = [await shape(), await contents()];
    expect(theirShape).toHaveLength(4);
    await server.query(`DROP TABLE ${tables.join(", ")}`);
    const loaded = await run({ SCALE: "2", OPERATIONS: "select" });
    expect(loaded.code, loaded.stderr).toBe(0);
    expect(await shape()).toEqual(theirShape.map((table) => ({ ...table, marked: true })));
    expect(await contents()).toEqual(theirs);
  });
});

describe("a bank that pgbench and dbmark have used", () => {
  it("has equal sums, and the rows of both in its history", async () => {
    pgbench("-i", "-q", "-s", "1");
    const transactions = () => Number(/actually processed: (\d+)/.exec(pgbench("-n", "-c", "4", "-t", "50"))?.[1]);
    const before = transactions();
    const ended = await run({ DATA: "existing", DBMARK_ALLOW_WRITES: "1" });
    expect(ended.code, ended.stderr).toBe(0);
    const { operations } = operationOf(ended.result(), "tpcb");
    expect(ended.result().books[0]).toMatchObject({ acknowledged: operations, held: operations, balanced: true });
    const after = transactions();
    expect(await server.number("SELECT count(*) FROM pgbench_history")).toBe(before + operations + after);
    const [sums = {}] = await server.query(`SELECT
      (SELECT sum(abalance) FROM pgbench_accounts)::text AS accounts, (SELECT sum(tbalance) FROM pgbench_tellers)::text AS tellers,
      (SELECT sum(bbalance) FROM pgbench_branches)::text AS branches, (SELECT sum(delta) FROM pgbench_history)::text AS history`);
    expect(new Set(Object.values(sums)).size).toBe(1);
  });
});

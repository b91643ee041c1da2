// The four operations on any table that a user names: the table has after the run what it had before.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { onTable, operationOf, TestServer, type Variables } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.query("CREATE SCHEMA \"Sales Dept\"; CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')");
});
afterAll(() => server?.stop());

const writing = { ...onTable, DBMARK_ALLOW_WRITES: "1", MIX: "balanced" };
const readOnly = { ...onTable, MIX: "read-only" };

const tables: [title: string, table: string, statements: string][] = [
  [
    "a key of several columns",
    "composite",
    `CREATE TABLE composite (shop int, day date, line smallint, note text, PRIMARY KEY (shop, day, line));
     INSERT INTO composite SELECT i % 7, date '2024-01-01' + i % 60, i, 'n' || i FROM generate_series(1, 900) i`,
  ],
  [
    "uuid keys",
    "with_uuid",
    `CREATE TABLE with_uuid (id uuid PRIMARY KEY, note text);
     INSERT INTO with_uuid SELECT gen_random_uuid(), 'n' || i FROM generate_series(1, 500) i`,
  ],
  [
    "text keys",
    "with_text",
    `CREATE TABLE with_text (code text PRIMARY KEY, n int NOT NULL);
     INSERT INTO with_text SELECT 'Größe ' || i || '''"\\', i FROM generate_series(1, 500) i`,
  ],
  [
    "short varchar keys",
    "with_varchar",
    `CREATE TABLE with_varchar (code varchar(12) PRIMARY KEY, n int NOT NULL);
     INSERT INTO with_varchar SELECT 'c' || i, i FROM generate_series(1, 500) i`,
  ],
  [
    "generated columns and an identity",
    "computed",
    `CREATE TABLE computed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price numeric(10,2) NOT NULL,
       tax numeric GENERATED ALWAYS AS (price * 0.19) STORED, label text);
     INSERT INTO computed (price, label) SELECT i, 'n' || i FROM generate_series(1, 500) i`,
  ],
  [
    "an enumeration, numerics, times, json and more",
    "many_types",
    `CREATE TABLE many_types (id numeric(12) PRIMARY KEY, how mood NOT NULL, amount numeric(5,2) NOT NULL, tiny smallint NOT NULL,
       at timestamptz NOT NULL, day date NOT NULL, data jsonb NOT NULL, raw bytea NOT NULL, flag boolean NOT NULL,
       code char(3) NOT NULL, share real NOT NULL, twin uuid NOT NULL UNIQUE, note text);
     INSERT INTO many_types SELECT i, 'ok', i / 7.0, i, now(), current_date, '{"a": [1, null]}', '\\x00ff', true, 'abc', 0.5,
       gen_random_uuid(), NULL FROM generate_series(1, 500) i`,
  ],
  [
    "quoted names of schema, table and columns",
    '"Sales Dept"."Order ""Lines"""',
    `CREATE TABLE "Sales Dept"."Order ""Lines""" ("Key No" int PRIMARY KEY, "select" text, "a""b$1" text NOT NULL);
     INSERT INTO "Sales Dept"."Order ""Lines""" SELECT i, 's' || i, 'x' FROM generate_series(1, 500) i`,
  ],
  [
    "partitions",
    "parted",
    `CREATE TABLE parted (id bigint, region text NOT NULL, note text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
     CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a'); CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
     INSERT INTO parted SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, 'n' || i FROM generate_series(1, 600) i`,
  ],
  [
    "the largest and negative keys",
    "far",
    `CREATE TABLE far (id bigint PRIMARY KEY, note text);
     INSERT INTO far SELECT (i - 250) * 9007199254740993, 'n' || i FROM generate_series(1, 500) i`,
  ],
];

describe("a writing mix on a table with", () => {
  it.each(tables)(
    "%s leaves it as it was, with balanced books and full range scans",
    async (_title, table, statements) => {
      await server.query(statements);
      const before = await server.content(table);
      const run = await server.k6({ ...writing, TABLE: table });
      expect([0, 99], run.stderr).toContain(run.code);
      const result = run.result();
      expect(result.totals.measure.all.errors).toEqual({});
      for (const { name, succeeded } of result.totals.measure.operations) expect(succeeded, name).toBeGreaterThan(0);
      expect(result.totals.measure.operations.map(({ name }) => name)).toEqual(["select", "range", "insert", "update"]);
      const range = operationOf(result, "range");
      expect(range.rowsRead).toBe(20 * range.operations);
      expect(result.books).toMatchObject([
        {
          operation: "insert",
          acknowledged: operationOf(result, "insert").succeeded,
          held: operationOf(result, "insert").succeeded,
          balanced: true,
        },
      ]);
      expect(result.validity.reasons.map(({ code }) => code)).not.toContain("dirty_data");
      expect(await server.content(table)).toBe(before);
    },
  );
});

it("rows that somebody else inserted under the run's keys stay", async () => {
  await server.query(
    "CREATE TABLE shared (id bigint PRIMARY KEY, note text); INSERT INTO shared SELECT i, 'own' FROM generate_series(1, 500) i",
  );
  const running = server.startK6({
    ...writing,
    TABLE: "shared",
    LOAD_PROFILE: "tps100",
    OPERATIONS: "select=1,insert=1",
    STEADY_STATE_DURATION: "5s",
  });
  await running.began();
  // The run's keys start at 20,000 and go on by one an index, a hundred a second.
  await server.query("INSERT INTO shared SELECT i, 'stranger' FROM generate_series(20350, 20450) i");
  const result = (await running.ended).result();
  expect(result.totals.measure.all.errors.constraint).toBeGreaterThan(0);
  expect(result.validity.reasons).toContainEqual({
    code: "dirty_data",
    message: expect.stringContaining("so somebody else writes to the table"),
  });
  expect(await server.number("SELECT count(*) FROM shared WHERE note = 'stranger'")).toBe(101);
});

describe("a table that is only read", () => {
  beforeAll(async () => {
    await server.query(`
      CREATE TABLE base (id int PRIMARY KEY, note text NOT NULL); INSERT INTO base SELECT i, 'n' || i FROM generate_series(1, 300) i;
      CREATE VIEW shown AS SELECT id, upper(note) AS note FROM base;
      CREATE TABLE keyless (n int, note text); INSERT INTO keyless SELECT i / 2, 'n' FROM generate_series(1, 300) i;
      CREATE TABLE nothing_in_it (id int PRIMARY KEY)`);
  });

  it("may be a view, by a key that the user names", async () => {
    const run = await server.k6({ ...readOnly, TABLE: "shown", KEY: "id" });
    expect(run.code, run.stderr).toBe(0);
    expect(run.result().totals.measure.all).toMatchObject({ failed: 0, rowsWritten: 0 });
    expect(operationOf(run.result(), "range").rowsRead).toBe(20 * operationOf(run.result(), "range").operations);
  });

  it("may have no key, where the user names columns", async () => {
    const run = await server.k6({ ...readOnly, TABLE: "keyless", KEY: "n" });
    expect(run.code, run.stderr).toBe(0);
    expect(run.result().totals.measure.all.failed).toBe(0);
  });

  it("needs no permission to write", async () => {
    const run = await server.k6({ ...readOnly, TABLE: "base" });
    expect(run.code, run.stderr).toBe(0);
    expect(run.result().books).toEqual([]);
  });

  it.each<[string, Variables, RegExp]>([
    [
      "a view with a writing mix",
      { ...writing, TABLE: "shown", KEY: "id" },
      /shown.* is a view, which dbmark only reads.*MIX=read-only/,
    ],
    ["a view without a key", { ...readOnly, TABLE: "shown" }, /has no key of its own.*KEY=column/],
    ["a keyless table", { ...readOnly, TABLE: "keyless" }, /no primary key.*KEY=column/],
    ["a keyless table that is written to", { ...writing, TABLE: "keyless", KEY: "n" }, /not unique/],
    ["a missing table", { ...readOnly, TABLE: "bases" }, /no table or view.*bases.*Similar names: .*public\.base/],
    ["an empty table", { ...readOnly, TABLE: "nothing_in_it" }, /is empty.*Fill it first/],
    [
      "a table smaller than a range scan",
      { ...readOnly, TABLE: "base", RANGE_ROWS: "301" },
      /has 300 rows.*RANGE_ROWS=300/,
    ],
    ["writing that was not allowed", { ...writing, DBMARK_ALLOW_WRITES: "0", TABLE: "base" }, /--allow-writes/],
  ])("is refused: %s", async (_title, variables, message) => {
    const run = await server.k6(variables);
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(108);
  });
});

describe("rows that a killed run left behind", () => {
  it.each([
    ["uuid", "gen_random_uuid()"],
    ["text", "'k' || i"],
  ])("are found by their %s keys and removed by the next run of the same seed", async (type, value) => {
    const table = `left_${type}`;
    await server.query(`CREATE TABLE ${table} (id ${type} PRIMARY KEY, note text);
      INSERT INTO ${table} SELECT ${value}, 'n' FROM generate_series(1, 300) i`);
    const before = await server.content(table);
    const killed = server.startK6({
      ...writing,
      TABLE: table,
      OPERATIONS: "insert",
      LOAD_WORKERS: "4",
      STEADY_STATE_DURATION: "30s",
    });
    await killed.began();
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(await server.number(`SELECT count(*) FROM ${table}`)).toBeGreaterThan(300);
    const run = await server.k6({ ...writing, TABLE: table });
    expect([0, 99], run.stderr).toContain(run.code);
    expect(run.stderr).toMatch(/removed \d+ rows that an interrupted run had left/);
    expect(run.result().totals.measure.all.errors).toEqual({});
    expect(run.result().books).toMatchObject([{ balanced: true }]);
    expect(await server.content(table)).toBe(before);
  });
});

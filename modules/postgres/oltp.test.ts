import { describe, expect, it } from "vitest";
import type { ColumnDefinition, TableDefinition } from "../../k6-ext/index.d.ts";
import { resolveProfile } from "../../profiles/index.ts";
import { findSuite, suiteOnSystem, suites, workloadOf } from "../index.ts";
import { readOltpOptions } from "../oltp/options.ts";
import { tableQuestions } from "./table-questions.ts";
import { tableWorkload } from "./table-workload.ts";

const weights = (environment: Record<string, string>) =>
  Object.fromEntries(workloadOf("oltp", "postgres", environment).operations.map(({ name, weight }) => [name, weight]));

function column(name: string, baseType: string, more: Partial<ColumnDefinition> = {}): ColumnDefinition {
  const made = {
    name,
    quoted: `"${name}"`,
    type: baseType,
    baseType,
    notNull: true,
    hasDefault: false,
    generated: false,
  };
  return { ...made, identity: "", maximumLength: 0, precision: 0, scale: 0, ...more };
}

function table(columns: ColumnDefinition[], more: Partial<TableDefinition> = {}): TableDefinition {
  const made = { schema: "public", name: "Orders", qualified: '"public"."Orders"', type: "table" as const, columns };
  return { ...made, key: ["id"], estimatedRows: 1e6, ownedByDbmark: false, unique: null, references: null, ...more };
}

const on = (
  definition: TableDefinition,
  environment: Record<string, string> = {},
  facts: Record<string, number> = {},
) => tableWorkload(definition, readOltpOptions({ TABLE: "Orders", ...environment }), facts);
const operation = (workload: ReturnType<typeof on>, name: string) => {
  const found = workload.operations.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const insertsOnly = { OPERATIONS: "insert" };

describe("the mix", () => {
  it("has the four operations in every preset that writes", () => {
    expect(weights({})).toEqual({ select: 70, range: 20, insert: 5, update: 5 });
    expect(weights({ MIX: "balanced" })).toEqual({ select: 40, range: 10, insert: 25, update: 25 });
    expect(weights({ MIX: "write-heavy" })).toEqual({ select: 15, range: 5, insert: 40, update: 40 });
    expect(weights({ MIX: "read-only" })).toEqual({ select: 80, range: 20 });
  });

  it("deletes too in the preset mixed, which the profile mixed brings where MIX is not set", () => {
    const mixed = resolveProfile("mixed", {}, 2);
    const names = (environment: Record<string, string>) =>
      workloadOf("oltp", "postgres", environment, mixed).operations.map(({ name }) => name);
    expect(names({})).toEqual(["select", "range", "insert", "update", "delete"]);
    expect(names({ MIX: "read-only" })).toEqual(["select", "range"]);
  });

  it("is narrowed and overridden by OPERATIONS", () => {
    expect(weights({ OPERATIONS: "select=9,update=1,range=0" })).toEqual({ select: 9, update: 1 });
    expect(weights({ OPERATIONS: "select,insert" })).toEqual({ select: 70, insert: 5 });
  });

  it.each([
    [{ OPERATIONS: "selec=1" }, "unknown operation selec. Did you mean select?"],
    [{ OPERATIONS: "insert", MIX: "read-only" }, "insert without a weight"],
    [{ OPERATIONS: "select=x" }, "is not a number"],
    [{ KEY_DISTRIBUTION: "latest" }, "KEY_DISTRIBUTION=latest is for the suite ycsb"],
    [{ MIX: "reads" }, "expected is read-heavy, balanced, write-heavy, mixed, read-only"],
    [{ RANGE_ROWS: "100", ROWS: "50" }, "more than the table's 50 rows"],
    [{ KEY: "id" }, "KEY is set without TABLE"],
  ])("%j is refused", (environment, message) =>
    expect(() => workloadOf("oltp", "postgres", environment as never)).toThrow(message),
  );
});

describe("the suite's own table", () => {
  const workload = workloadOf("oltp", "postgres", { ROWS: "1000", RANGE_ROWS: "10" });

  it("has range scans of the same number of rows everywhere: the last one starts at ROWS − n + 1", () => {
    expect(operation(workload, "range")).toMatchObject({
      parameters: [{ generator: { type: "uniform", minimum: 1, maximum: 991 } }],
      steps: [
        {
          statement: expect.stringContaining("WHERE id >= $1 ORDER BY id LIMIT 10"),
          expect: { minimum: 10, maximum: 10 },
        },
      ],
    });
  });

  it("gets inserts above its keys, which can be counted and removed", () => {
    expect(operation(workload, "insert").parameters[0]?.generator).toEqual({ type: "sequence", start: 1001 });
    expect(operation(workload, "insert").inserts).toEqual({
      count: "SELECT count(*) FROM dbmark_oltp WHERE id > 1000",
      remove: "DELETE FROM dbmark_oltp WHERE id > 1000",
    });
  });

  it("takes the key distribution and the limits that are asked for", () => {
    const chosen = workloadOf("oltp", "postgres", { KEY_DISTRIBUTION: "zipfian", SLO_P95: "none", SLO_P99: "20ms" });
    expect(operation(chosen, "select").parameters[0]?.generator).toMatchObject({ type: "zipfian", maximum: 100_000 });
    expect(chosen.slo).toEqual({ p99Milliseconds: 20, errorRate: 0.001 });
  });

  it("is the same on noop, where nothing is stored", () => {
    const noop = workloadOf("oltp", "noop", { ROWS: "1000", RANGE_ROWS: "10" });
    expect(noop.dataSet).toBeUndefined();
    expect(noop.operations.map(({ steps }) => steps)).toEqual(workload.operations.map(({ steps }) => steps));
  });
});

describe("a user's table", () => {
  const simple = table([column("id", "int8"), column("note", "text", { notNull: false })]);
  const facts = { "next id": 20_000 };

  it("is asked by existing keys, sampled by blocks where it is large", () => {
    const workload = on(simple, {}, facts);
    expect(operation(workload, "select").steps[0]).toEqual({
      statement: 'SELECT "id", "note" FROM "public"."Orders" WHERE "id" = $1',
      parameters: ["id"],
      expect: { minimum: 1, maximum: 1 },
    });
    expect(workload.pools?.[0]?.statement).toContain("TABLESAMPLE SYSTEM (20) REPEATABLE (1)");
    expect(on(simple, {}, { ...facts, rows: 500 }).pools?.[0]?.statement).not.toContain("TABLESAMPLE");
    expect(workload.foreignTables).toEqual(['"public"."Orders"']);
    expect(on(simple, { MIX: "read-only" }).foreignTables).toBeUndefined();
  });

  it("with a key of several columns is scanned by comparing rows", () => {
    const workload = on(table([column("a", "int4"), column("b", "uuid"), column("c", "text")], { key: ["a", "b"] }), {
      MIX: "read-only",
      RANGE_ROWS: "7",
    });
    expect(operation(workload, "range").steps[0]?.statement).toBe(
      'SELECT "a", "b", "c" FROM "public"."Orders" WHERE ("a", "b") >= ($1, $2) ORDER BY "a", "b" LIMIT 7',
    );
    expect(workload.pools?.[1]?.statement).toContain(
      '("a", "b") <= (SELECT "a", "b" FROM "public"."Orders" ORDER BY "a" DESC, "b" DESC LIMIT 1 OFFSET 6)',
    );
  });

  it("is updated without changing its data", () => {
    const { steps } = operation(on(simple, {}, facts), "update");
    expect(steps[0]?.statement).toBe('UPDATE "public"."Orders" SET "note" = "note" WHERE "id" = $1');
    expect(() => on(table([column("id", "int8")]), { OPERATIONS: "update" })).toThrow("no column besides its keys");
  });

  it("gets inserts above its largest key, found again by it; what the server fills in is left out", () => {
    const definition = table(
      [
        column("id", "int8", { identity: "always" }),
        column("total", "numeric", { generated: true }),
        column("made", "timestamptz", { hasDefault: true }),
        column("state", "state", { labels: ["new", "done"] }),
        column("code", "varchar", { maximumLength: 12 }),
      ],
      { unique: [["code"]] },
    );
    const insert = operation(on(definition, insertsOnly, facts), "insert");
    expect(insert.steps[0]?.statement).toBe(
      'INSERT INTO "public"."Orders" ("id", "state", "code") OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3)',
    );
    expect(insert.parameters.map(({ generator }) => generator)).toEqual([
      { type: "sequence", start: 20_000 },
      { type: "choice", values: ["new", "done"] },
      { type: "key", prefix: "~", digits: 11, start: 0 },
    ]);
    expect(insert.inserts).toEqual({
      count: 'SELECT count(*) FROM "public"."Orders" WHERE "id" = ANY($1::int8[])',
      remove: 'DELETE FROM "public"."Orders" WHERE "id" = ANY($1::int8[])',
      keys: ["id"],
    });
  });

  it("is asked for its largest key before inserts, and for its rows where its statistics say little", () => {
    const questions = (definition: TableDefinition, environment = {}) =>
      tableQuestions(definition, readOltpOptions({ TABLE: "Orders", ...environment })).map(({ name }) => name);
    expect(questions(simple)).toEqual(["next id"]);
    expect(questions({ ...simple, estimatedRows: -1 }, { MIX: "read-only" })).toEqual(["rows"]);
    expect(questions(table([column("id", "uuid"), column("c", "text")]))).toEqual([]);
  });

  it.each([
    ["a view with a writing mix", { ...simple, type: "view" as const, key: [] }, {}, "Set MIX=read-only"],
    ["a view without KEY", { ...simple, type: "view" as const, key: [] }, { MIX: "read-only" }, "KEY=column"],
    ["no key", { ...simple, key: [] }, {}, "no primary key"],
    ["KEY that is no column", simple, { KEY: "idd", MIX: "read-only" }, "idd, which is no column"],
    ["KEY that is not unique with writes", simple, { KEY: "note" }, "is not unique"],
    ["an empty table", { ...simple, estimatedRows: 0 }, {}, "is empty"],
    ["fewer rows than a range scan", { ...simple, estimatedRows: 5 }, {}, "has 5 rows, fewer than the 100"],
    [
      "a foreign key",
      { ...table([column("id", "int8"), column("customer", "int8")]), references: ["customer"] },
      insertsOnly,
      'column "customer"',
    ],
    [
      "a type without a generator",
      table([column("id", "int8"), column("place", "point")]),
      insertsOnly,
      'column "place" (point)',
    ],
    ["a key that cannot count on", table([column("id", "int2")]), insertsOnly, 'column "id" (int2)'],
    ["a key without room", table([column("id", "int4")]), insertsOnly, "no room"],
  ])("is refused in plain words: %s", (_, definition, environment, message) =>
    expect(() => on(definition as TableDefinition, environment, { "next id": 2_147_480_000 })).toThrow(message),
  );

  it("that is a view is read by KEY", () => {
    const workload = on({ ...simple, type: "view", key: [] }, { MIX: "read-only", KEY: "id" });
    expect(operation(workload, "select").steps[0]?.expect?.maximum).toBeGreaterThan(1);
  });
});

describe("suites and systems", () => {
  it("are found by name, and listed when the name is unknown", () => {
    expect(suites.map(({ name, systems }) => [name, systems])).toContainEqual(["oltp", ["postgres", "noop"]]);
    expect(suites.map(({ name, systems }) => [name, systems])).toContainEqual(["tpcb", ["postgres", "noop"]]);
    expect(() => findSuite("oltpp")).toThrow("There is no suite oltpp. Did you mean oltp? Known are oltp");
    expect(() => suiteOnSystem("oltp", "redis")).toThrow("does not run on redis; it runs on postgres, noop");
  });
});

describe("delete", () => {
  const profile = (environment: Record<string, string> = {}) =>
    resolveProfile("tps100", { STEADY_STATE_DURATION: "9s", WARMUP_DURATION: "1s", ...environment }, 2);
  const deletes = { OPERATIONS: "select=9,delete=1", ROWS: "500" };

  it("has a row of its own for each index of the run, below the keys of all others", () => {
    const { dataSet, operations } = workloadOf("oltp", "postgres", deletes, profile());
    const [dbmark] = dataSet?.tables ?? [];
    expect(dbmark?.rows).toBe(500 + 1000);
    // Row 0 has the key −999, row 999 the key 0: operation 0 deletes key 0, operation 999 key −999.
    expect(dbmark?.columns[0]?.generator).toEqual({ type: "sequence", start: -999 });
    const found = operations.find(({ name }) => name === "delete");
    expect(found?.parameters).toEqual([{ name: "id", generator: { type: "sequence", start: 0, step: -1 } }]);
    expect(found?.removes).toEqual({ count: "SELECT 1000 - count(*) FROM dbmark_oltp WHERE id <= 0" });
    expect(operations.find(({ name }) => name === "select")?.parameters[0]?.generator).toMatchObject({
      minimum: 1,
      maximum: 500,
    });
  });

  it("has as many rows as OPERATION_COUNT, and none where it is not in the mix", () => {
    const rows = (environment: Record<string, string>, load = profile(environment)) =>
      workloadOf("oltp", "postgres", environment, load).dataSet?.tables[0]?.rows;
    const counted = { ...deletes, OPERATION_COUNT: "77" };
    expect(rows(counted, resolveProfile("max", { OPERATION_COUNT: "77" }, 2))).toBe(577);
    expect(rows({ ROWS: "500" })).toBe(500);
  });

  it.each([
    ["a closed loop", resolveProfile("max", {}, 2), "a closed loop has no such number. Choose an open load profile"],
    [
      "a run without end in sight",
      resolveProfile("tps5000", { STEADY_STATE_DURATION: "167h" }, 2),
      "would need as many",
    ],
  ])("is refused in %s", (_, load, message) =>
    expect(() => workloadOf("oltp", "postgres", deletes, load)).toThrow(message),
  );

  it("is refused on a user's table", () => {
    expect(() => on(table([column("id", "int8"), column("note", "text")]), { MIX: "mixed" })).toThrow(
      'delete is not run on "public"."Orders": what it removed could not be brought back as it was.',
    );
  });

  it("needs no rows on noop, which has none", () => {
    const { dataSet, operations } = workloadOf("oltp", "noop", deletes, profile());
    expect(dataSet).toBeUndefined();
    expect(operations.every(({ removes }) => removes === undefined)).toBe(true);
  });
});

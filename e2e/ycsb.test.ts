// The core workloads of YCSB on a real PostgreSQL.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operationOf, TestServer, type Variables } from "./server.ts";
import { counted, runYcsb } from "./ycsb.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const above = "SELECT count(*) - 2000 FROM dbmark_ycsb";
const run = (variables: Variables) => runYcsb(server, variables);

describe("each workload misses nothing, and asks for the same with any number of workers", () => {
  it.each(["A", "B", "C", "E", "F"])("%s", async (WORKLOAD) => {
    const [one, eight] = [await run({ WORKLOAD, LOAD_WORKERS: "1" }), await run({ WORKLOAD, LOAD_WORKERS: "8" })];
    expect(one.digest).toMatchObject({ operations: 4000, comparable: true });
    expect(eight.digest).toEqual(one.digest);
    expect(await server.number(above)).toBe(0);
  });

  it("D, whose reads depend on which inserts were acknowledged, and says so", async () => {
    for (const LOAD_WORKERS of ["1", "8"]) {
      const { digest } = await run({ WORKLOAD: "D", LOAD_WORKERS });
      expect(digest).toMatchObject({ operations: 4000, comparable: false, reason: expect.stringContaining("past") });
    }
    expect(await server.number(above)).toBe(0);
  });
});

describe("D with many inserts in flight", () => {
  it.each<[string, Variables]>([
    ["on 40 connections", { LOAD_WORKERS: "40" }],
    ["16 at once on each of 8 connections", { LOAD_WORKERS: "8", DEPTH: "16" }],
    ["of 40 workers that share 8 connections", { LOAD_WORKERS: "40", CONNECTIONS: "8" }],
    ["in the order of their keys", { LOAD_WORKERS: "40", INSERT_ORDER: "ordered" }],
  ])("reads only rows that are there: %s", async (_name, variables) => {
    const { totals, books } = await run({ WORKLOAD: "D", OPERATION_COUNT: "20000", ...variables });
    expect(totals.measure.all).toMatchObject({ operations: 20_000, failed: 0 });
    expect(books[0]?.acknowledged).toBeGreaterThan(900);
  });
});

describe("what an operation does", () => {
  it("update writes one field of a row, every field now and then, and the next run starts from the first state", async () => {
    await run({ WORKLOAD: "C" });
    await server.query("DROP TABLE IF EXISTS before; CREATE TABLE before AS SELECT * FROM dbmark_ycsb");
    const result = await run({ WORKLOAD: "A", KEY_DISTRIBUTION: "uniform" });
    const changed = Array.from(
      { length: 10 },
      (_, i) => `count(*) FILTER (WHERE b.field${i} <> a.field${i}) AS field${i}`,
    );
    const [row = {}] = await server.query(
      `SELECT ${changed.join(", ")} FROM before b JOIN dbmark_ycsb a USING (ycsb_key)`,
    );
    const counts = Object.values(row).map(Number);
    const updates = operationOf(result, "update").operations;
    const sum = counts.reduce((total, count) => total + count, 0);
    expect(sum).toBeLessThanOrEqual(updates);
    expect(sum).toBeGreaterThan(0.8 * updates);
    for (const count of counts) expect(count).toBeGreaterThan(0.05 * updates);
    const lengths = "SELECT count(*) FROM dbmark_ycsb WHERE length(field0) = 100 AND length(field9) = 100";
    expect(await server.number(lengths)).toBe(2000);
    const before = await server.content("before");
    expect((await run({ WORKLOAD: "C" })).load).toMatchObject({ reused: false });
    expect(await server.content("dbmark_ycsb")).toBe(before);
  });

  it("read-modify-write reads and writes a row each time", async () => {
    const result = await run({ WORKLOAD: "F" });
    const { operations, rowsRead, rowsWritten } = operationOf(result, "read-modify-write");
    expect([rowsRead, rowsWritten]).toEqual([operations, operations]);
  });

  it("scan returns 1 to 100 rows, 50 on average", async () => {
    const { operations, rowsRead } = operationOf(await run({ WORKLOAD: "E" }), "scan");
    expect(rowsRead / operations).toBeGreaterThan(47);
    expect(rowsRead / operations).toBeLessThan(53);
  });

  it("keys are YCSB's, in its order or in that of the numbers", async () => {
    await run({ WORKLOAD: "C" });
    expect(await server.number("SELECT count(*) FROM dbmark_ycsb WHERE ycsb_key = 'user6284781860667377211'")).toBe(1);
    await run({ WORKLOAD: "D", INSERT_ORDER: "ordered" });
    expect(await server.query("SELECT min(ycsb_key), max(ycsb_key) FROM dbmark_ycsb")).toEqual([
      { min: "user0000000000000000000", max: "user0000000000000001999" },
    ]);
  });
});

it("rows that a killed run inserted are noticed, and the data is loaded again", async () => {
  await run({ WORKLOAD: "C" });
  const { OPERATION_COUNT: _, ...endless } = counted;
  const killed = server.startK6(
    { ...endless, WORKLOAD: "D", STEADY_STATE_DURATION: "30s", WARMUP_DURATION: "0s" },
    { script: "scripts/ycsb.ts" },
  );
  await killed.began();
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(await server.number(above)).toBeGreaterThan(0);
  expect((await run({ WORKLOAD: "C" })).load).toMatchObject({ reused: false, reason: expect.stringContaining("rows") });
  expect(await server.number(above)).toBe(0);
});

it("rows have as many fields as FIELD_COUNT says, one too", async () => {
  for (const FIELD_COUNT of ["1", "3"]) {
    for (const WORKLOAD of ["A", "D", "F"])
      await run({ WORKLOAD, FIELD_COUNT, FIELD_LENGTH: "5", OPERATION_COUNT: "500" });
  }
  expect(Object.keys((await server.query("SELECT * FROM dbmark_ycsb LIMIT 1"))[0] ?? {})).toEqual([
    "ycsb_key",
    "field0",
    "field1",
    "field2",
  ]);
});

it("dbmark run ycsb needs nothing but the suite's name", async () => {
  const ended = await server.dbmark({ ...counted, WORKLOAD: "B" }, [], "ycsb");
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain("ycsb B on PostgreSQL");
});

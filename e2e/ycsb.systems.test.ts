// The core workloads of YCSB on a real Redis.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestRedis } from "./redis.ts";
import { operationOf, type Variables } from "./server.ts";
import { counted, runYcsb } from "./ycsb.ts";

const index = "dbmark:ycsb:_indices";

let server: TestRedis;
beforeAll(async () => {
  server = await TestRedis.start();
  server.command("SET", "somebody:else", "42");
});
afterAll(() => server?.stop());

const run = (variables: Variables) => runYcsb(server, variables);
const rows = () => server.keys().filter((key) => key.startsWith("dbmark:ycsb:user"));
/** Number and SHA-1 of all rows in the order of their keys: equal only for equal content. */
const content = () =>
  server.command(
    "EVAL",
    `local keys, hash = redis.call('ZRANGE', KEYS[1], 0, -1), ''
    for _, key in ipairs(keys) do
      local row = { key }
      for field = 0, 9 do row[field + 2] = redis.call('HGET', key, 'field' .. field) or '' end
      hash = redis.sha1hex(hash .. table.concat(row, '|'))
    end
    return #keys .. ' ' .. hash`,
    "1",
    index,
  );

describe("each workload misses nothing, and asks for the same with any number of workers", () => {
  it.each(["A", "B", "C", "E", "F"])("%s", async (WORKLOAD) => {
    const [one, eight] = [await run({ WORKLOAD, LOAD_WORKERS: "1" }), await run({ WORKLOAD, LOAD_WORKERS: "8" })];
    expect(one.digest).toMatchObject({ operations: 4000, comparable: true });
    expect(eight.digest).toEqual(one.digest);
    expect([rows().length, server.command("ZCARD", index)]).toEqual([2000, ["2000"]]);
  });

  it("D, whose reads depend on which inserts were acknowledged, and says so", async () => {
    for (const more of [
      { LOAD_WORKERS: "1" },
      { LOAD_WORKERS: "8", DEPTH: "16" },
      { LOAD_WORKERS: "40", CONNECTIONS: "8" },
    ]) {
      const result = await run({ WORKLOAD: "D", OPERATION_COUNT: "20000", ...more });
      expect(result.digest).toMatchObject({ comparable: false, reason: expect.stringContaining("past") });
      expect(result.books[0]?.acknowledged).toBeGreaterThan(900);
      expect([rows().length, server.command("ZCARD", index)]).toEqual([2000, ["2000"]]);
    }
  });

  it("with RESP3 too", async () => {
    const three = await server.k6(
      { ...counted, WORKLOAD: "F", DBMARK_TARGET: `${server.url}?protocol=3` },
      { script: "scripts/ycsb.ts" },
    );
    expect(three.result().totals.measure.all).toMatchObject({ operations: 4000, failed: 0 });
  });
});

describe("what an operation does", () => {
  it("read gives all fields, update one, read-modify-write both, scan whole rows", async () => {
    const a = await run({ WORKLOAD: "A" });
    const { operations, rowsRead } = operationOf(a, "read");
    expect(rowsRead).toBe(10 * operations);
    expect(operationOf(a, "update").rowsWritten).toBe(operationOf(a, "update").operations);
    const both = operationOf(await run({ WORKLOAD: "F" }), "read-modify-write");
    expect([both.rowsRead, both.rowsWritten]).toEqual([10 * both.operations, both.operations]);
    const scan = operationOf(await run({ WORKLOAD: "E" }), "scan");
    expect(scan.rowsRead / scan.operations).toBeGreaterThan(47);
    expect(scan.rowsRead / scan.operations).toBeLessThan(53);
  });

  it("keys and fields are YCSB's", async () => {
    await run({ WORKLOAD: "C", FIELD_COUNT: "3", FIELD_LENGTH: "7" });
    const row = server.command("HGETALL", "dbmark:ycsb:user6284781860667377211");
    expect(row.filter((_, i) => i % 2 === 0)).toEqual(["field0", "field1", "field2"]);
    expect(row[1]).toHaveLength(7);
  });
});

describe("the data set", () => {
  it("is loaded once, used again, and brought back after a run that changed it, key for key", async () => {
    await run({ WORKLOAD: "C", LOAD_CONNECTIONS: "4", ROWS: "12000" });
    await run({ WORKLOAD: "C" });
    const first = content();
    expect((await run({ WORKLOAD: "E" })).load).toMatchObject({ reused: true, rows: 2000 });
    expect(content()).toEqual(first);
    await run({ WORKLOAD: "A" });
    expect(content()).not.toEqual(first);
    expect((await run({ WORKLOAD: "C" })).load).toMatchObject({ reused: false });
    expect(content()).toEqual(first);
  });

  it("that a killed run has inserted into is noticed and loaded again", async () => {
    await run({ WORKLOAD: "C" });
    const first = content();
    const { OPERATION_COUNT: _, ...endless } = counted;
    const variables = { ...endless, WORKLOAD: "D", STEADY_STATE_DURATION: "30s", WARMUP_DURATION: "0s" };
    const killed = server.startK6(variables, { script: "scripts/ycsb.ts" });
    await killed.began();
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(rows().length).toBeGreaterThan(2000);
    // The killed run's lock expires first.
    expect((await run({ WORKLOAD: "C" })).load).toMatchObject({ reused: false });
    expect(content()).toEqual(first);
  });

  it("of two runs at once is used by one after the other", async () => {
    const [one, other] = await Promise.all([run({ WORKLOAD: "D" }), run({ WORKLOAD: "D" })]);
    const apart =
      Date.parse(one.finishedAt ?? "") <= Date.parse(other.startedAt ?? "") ||
      Date.parse(other.finishedAt ?? "") <= Date.parse(one.startedAt ?? "");
    expect(apart).toBe(true);
  });

  it("that somebody else made under its name is never touched", async () => {
    const manifest = server.command("HGET", "dbmark:manifest", "ycsb").join("\n");
    server.command("HDEL", "dbmark:manifest", "ycsb");
    const before = server.keys();
    const refused = await server.k6({ ...counted, WORKLOAD: "C" }, { script: "scripts/ycsb.ts" });
    expect(refused.code).toBe(108);
    expect(refused.stderr).toContain("dbmark:ycsb is there already, and dbmark did not make it");
    expect(server.keys()).toEqual(before);
    server.command("HSET", "dbmark:manifest", "ycsb", manifest);
  });
});

describe("a miss is never counted as a hit", () => {
  it("a row that somebody removed fails reads, updates and scans", async () => {
    for (const [WORKLOAD, missing] of [
      ["A", ["read", "update"]],
      ["E", ["scan"]],
    ] as const) {
      await run({ WORKLOAD: "C", ROWS: "3" });
      const loaded = rows();
      const { OPERATION_COUNT: _, ...endless } = counted;
      const variables = { ...endless, WORKLOAD, ROWS: "3", STEADY_STATE_DURATION: "3s", WARMUP_DURATION: "0s" };
      const running = server.startK6(variables, { script: "scripts/ycsb.ts" });
      await running.began();
      for (const key of loaded) server.command("DEL", key);
      const result = (await running.ended).result();
      for (const name of missing) expect(operationOf(result, name).failed, name).toBeGreaterThan(0);
    }
    await run({ WORKLOAD: "C" });
  });
});

it("dbmark run ycsb shows the server and its settings", async () => {
  const ended = await server.dbmark({ ...counted, WORKLOAD: "B" }, ["--target", server.url], "ycsb");
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain("ycsb B on Redis");
  expect(ended.result().target.server).toMatchObject({
    product: "Redis",
    version: expect.stringMatching(/^\d/),
    settings: { appendonly: "no", save: "", "maxmemory-policy": "noeviction" },
  });
});

it("keys of others, and no others of ours, are left", () => {
  expect(server.command("GET", "somebody:else")).toEqual(["42"]);
  const kinds = new Set(server.keys().map((key) => key.replace(/user\d+$/, "user")));
  expect([...kinds]).toEqual([index, "dbmark:ycsb:user", "dbmark:manifest", "somebody:else"].sort());
});

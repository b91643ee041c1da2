// Commands and pipelines on a real Redis, through the real k6.

import { afterAll, beforeAll, expect, it } from "vitest";
import { TestRedis } from "../../e2e/redis.ts";
import { runExample } from "./examples.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await TestRedis.start();
});
afterAll(() => server?.stop());

it("a declared run of commands and pipelines leaves a valid result, and single calls read and write", async () => {
  const { code, output, runs } = await runExample("redis.ts", server.url);
  expect(code, output).toBe(0);
  expect(output).toContain("example:greeting is hello");
  expect(runs).toHaveLength(1);
  const run = runs[0];
  expect(run).toMatchObject({ status: "complete", target: { system: "redis", server: { product: "Redis" } } });
  expect(run?.topology).toMatchObject({ workers: 4, connectionCount: 4, depth: 4 });
  const { operations, all } = run?.totals.measure ?? { operations: [], all: undefined };
  expect(operations.map(({ name }) => name)).toEqual(["get", "set", "pipeline"]);
  for (const operation of operations) expect(operation.operations, operation.name).toBeGreaterThan(100);
  expect(all?.failed).toBe(0);
  const [get, set, pipeline] = operations;
  // A GET reads one value or none, a SET writes one key, the pipeline writes a key, its expiry, and reads it.
  expect(get?.rowsRead).toBeLessThanOrEqual(get?.operations ?? 0);
  expect(set?.rowsWritten).toBe(set?.operations);
  expect(pipeline?.rowsWritten).toBe(2 * (pipeline?.operations ?? 0));
  expect(pipeline?.rowsRead).toBe(pipeline?.operations);
});

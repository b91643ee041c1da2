// The same seed and number of operations give the same operations with the same parameters, however they are sent.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { short, TestServer, type Variables } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const { STEADY_STATE_DURATION: _, WARMUP_DURATION: __, ...counted } = short;
const count = { ...counted, LOAD_PROFILE: "smoke", OPERATION_COUNT: "20000" };

async function digestOf(variables: Variables) {
  const run = await server.k6({ ...count, ...variables });
  expect(run.code, run.stderr).toBe(0);
  const result = run.result();
  expect(result.totals.measure.all).toMatchObject({ operations: 20_000, failed: 0, undone: 0 });
  expect(result.books).toMatchObject([{ operation: "insert", balanced: true }]);
  expect(result.digest).toMatchObject({ operations: 20_000, comparable: true });
  return result.digest?.value;
}

describe("20,000 operations have one digest", () => {
  let expected: string | undefined;
  beforeAll(async () => {
    expected = await digestOf({ LOAD_WORKERS: "1" });
  });

  it.each<[string, Variables]>([
    ["with 8 workers", { LOAD_WORKERS: "8" }],
    ["with 8 in flight on each connection", { LOAD_WORKERS: "2", DEPTH: "8" }],
    ["with 8 workers that share 2 connections", { LOAD_WORKERS: "8", CONNECTIONS: "2" }],
    ["with 100 operations an iteration", { LOAD_WORKERS: "4", OPERATIONS_PER_ITERATION: "100" }],
    ["with statements parsed every time", { LOAD_WORKERS: "4", PROTOCOL: "statement" }],
    ["with statements as plain text", { LOAD_WORKERS: "4", PROTOCOL: "simple" }],
  ])("%s", async (_name, variables) => {
    expect(await digestOf(variables)).toBe(expected);
  });

  it("and another one with another seed", async () => {
    expect(await digestOf({ LOAD_WORKERS: "8", SEED: "2" })).not.toBe(expected);
  });
});

it("an open loop in which nothing is undone can be compared, whatever the number of workers", async () => {
  const open = { ...short, LOAD_PROFILE: "tps500" };
  const [first, second] = [
    await server.k6({ ...open, LOAD_WORKERS: "5" }),
    await server.k6({ ...open, LOAD_WORKERS: "50" }),
  ].map((run) => run.result());
  expect(first?.digest).toMatchObject({ comparable: true, operations: 500 });
  expect(second?.digest).toEqual(first?.digest);
});

it("a closed loop that time ends cannot be compared, and says why", async () => {
  const run = await server.k6({ ...short, LOAD_PROFILE: "smoke" });
  expect(run.result().digest).toMatchObject({ comparable: false, reason: expect.stringContaining("OPERATION_COUNT") });
});

describe("connections", () => {
  it("of a shared pool are as many as asked for, and waiting for one is in the response time and reported", async () => {
    const run = await server.k6({ ...count, OPERATION_COUNT: "4000", LOAD_WORKERS: "8", CONNECTIONS: "2" });
    const { topology, connections, totals } = run.result();
    expect(topology).toMatchObject({ connections: "pool", connectionCount: 2, workers: 8 });
    expect(connections).toMatchObject({ reconnects: 0, retries: 0, poolWait: { count: 4000 } });
    const wait = connections?.poolWait?.mean ?? 0;
    expect(wait).toBeGreaterThan(0);
    const { service, response } = totals.measure.all;
    expect((response.mean ?? 0) - (service.mean ?? 0)).toBeGreaterThan(0.8 * wait);
    expect((response.mean ?? 0) - (service.mean ?? 0)).toBeLessThan(1.2 * wait);
    expect(run.stdout).toMatch(/2 connections \(a shared pool\).*\n?.*waited/);
  });

  it("of workers are theirs alone, and nothing waits", async () => {
    const { topology, connections } = (
      await server.k6({ ...count, OPERATION_COUNT: "100", LOAD_WORKERS: "3" })
    ).result();
    expect(topology).toMatchObject({ connections: "per-worker", connectionCount: 3 });
    expect(connections).toEqual({ reconnects: 0, retries: 0, poolWait: null });
  });

  it("carry several operations at once where DEPTH says so", async () => {
    const { topology, totals } = (
      await server.k6({ ...count, OPERATION_COUNT: "4000", LOAD_WORKERS: "1", DEPTH: "8" })
    ).result();
    expect(topology).toMatchObject({ depth: 8, connectionCount: 1 });
    // Little's law: requests in flight = rate × time of each.
    const { all, seconds } = totals.measure;
    expect(((all.response.mean ?? 0) / 1000) * (all.operations / seconds)).toBeGreaterThan(4);
  });
});

// The workers of a closed loop share threads that wait for all their connections: a fault of some must not touch the others, and
// connecting again must not hold them up.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { counters, expectBalancedBooks } from "./books.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { findingDeadlocks, operationOf, short, TestServer } from "./server.ts";
import { succeededIn, terminateWorkers } from "./workers.ts";

let server: TestServer;
let proxy: FaultProxy;
beforeAll(async () => {
  server = await TestServer.start();
  proxy = await FaultProxy.start(server.embedded.port);
});
afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
});

const [seconds, workers] = [4, 12];
const closed = {
  ...short,
  LOAD_PROFILE: "max",
  LOAD_WORKERS: String(workers),
  STEADY_STATE_DURATION: `${seconds}s`,
  OPERATIONS: "read=50,insert=25,increment=25",
  TIMEOUT: "1s",
  CONNECT_TIMEOUT: "5s",
};

describe("in a closed loop", () => {
  it.each([
    ["some", 4],
    ["all", workers],
  ])("backends that are terminated, %s: their workers connect again, and the books balance", async (_name, count) => {
    const running = server.startK6(closed, { script: counters });
    await running.began();
    await terminateWorkers(server, count);
    const run = await running.ended;
    const result = await expectBalancedBooks(server, run, undefined);
    expect(result.connections?.reconnects).toBe(count);
    expect(result.totals.measure.all.errors).toEqual({ connection: count });
    expect(await succeededIn(run, seconds - 1)).toBeGreaterThan(0);
  });

  it("connections that fall silent: TIMEOUT ends what was in flight, and new ones take over", async () => {
    const running = server.startK6(closed, { script: counters, target: proxy.url(server.url) });
    await running.began();
    proxy.silenceThese();
    const run = await running.ended;
    proxy.drop();
    const result = await expectBalancedBooks(server, run, undefined);
    expect(result.totals.measure.all).toMatchObject({ errors: { timeout: workers }, unknown: workers });
    expect(result.connections?.reconnects).toBe(workers);
  });

  it("transactions that deadlock are tried again, and every acknowledged one is held", async () => {
    const variables = { ...closed, OPERATIONS: "cross=50,read=50" };
    const run = await server.k6(variables, { script: counters, target: findingDeadlocks(server.url) });
    const result = await expectBalancedBooks(server, run, undefined);
    const { attempts, operations, failed, unknown, errors } = operationOf(result, "cross");
    expect(attempts).toBeGreaterThan(operations);
    expect(errors.deadlock ?? 0).toBe(failed);
    expect(unknown).toBe(0);
  });
});

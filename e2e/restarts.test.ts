// A server that restarts, crashes, or has no connection left in the middle of a run: the workers connect again when it is back, and the
// books balance.

import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { counters, expectBalancedBooks } from "./books.ts";
import { Restarts } from "./restarts.ts";
import { short, TestServer } from "./server.ts";

let server: TestServer;
let restarts: Restarts;
beforeAll(async () => {
  server = await TestServer.start();
  restarts = new Restarts(server.embedded);
});
afterAll(async () => {
  await restarts?.stop();
  await server?.stop();
});

const [rate, seconds, workers] = [300, 3, 10];
const due = rate * seconds;
const open = {
  ...short,
  LOAD_RATE: String(rate),
  LOAD_WORKERS: String(workers),
  STEADY_STATE_DURATION: `${seconds}s`,
  TIMEOUT: "2s",
  CONNECT_TIMEOUT: "2s",
  OPERATIONS: "read=50,insert=25,increment=25",
};

describe("a server that", () => {
  const backend = async () => {
    const pid = await server.number("SELECT pid FROM pg_stat_activity WHERE application_name = 'dbmark' LIMIT 1");
    process.kill(pid, "SIGKILL");
  };
  it.each<[string, () => Promise<void>]>([
    [
      "is shut down and started again",
      () =>
        restarts
          .end("SIGINT")
          .then(() => wait(300))
          .then(() => restarts.start()),
    ],
    ["is killed and recovers", () => restarts.end("SIGKILL").then(() => restarts.start())],
    ["loses a backend to SIGKILL, and recovers", backend],
  ])("%s: every worker connects again, and each loses no more than what was in flight", async (_name, fault) => {
    const running = server.startK6(open, { script: counters });
    await running.began();
    await fault();
    const run = await running.ended;
    const result = await expectBalancedBooks(server, run, due);
    const { all } = result.totals.measure;
    expect(all.undone).toBe(0);
    expect(all.unknown).toBeLessThanOrEqual(workers);
    expect(all.errors.connection).toBe(workers);
    expect(result.connections?.reconnects).toBe(workers);
  });
});

describe("max_connections", () => {
  const maximum = 20;
  beforeAll(async () => {
    await restarts.end("SIGINT");
    await restarts.start({ max_connections: String(maximum), max_wal_senders: "0" });
  });

  it("too few for the run: it is refused before anything is made, with both numbers", async () => {
    await server.query("DROP TABLE IF EXISTS dbmark_counters, dbmark_manifest");
    const run = await server.k6({ ...open, LOAD_WORKERS: "30" }, { script: counters });
    expect(run.code).toBe(108);
    expect(run.stderr).toContain(
      "the run needs 32 connections, but the server has only 19 free (it allows 20, and 1 are in use)",
    );
    expect(await server.query("SELECT FROM pg_tables WHERE tablename LIKE 'dbmark%'")).toEqual([]);
    expect(() => run.result()).toThrow(/no runs/);
  });

  it("reached in mid-run: workers cannot connect again, and do when there is room", async () => {
    // Long enough for a busy machine to take every place in it.
    const longer = 2 * seconds;
    const running = server.startK6({ ...open, STEADY_STATE_DURATION: `${longer}s` }, { script: counters });
    await running.began();
    const others: pg.Client[] = [];
    // Whoever is faster gets a place that has become free: until the workers have none.
    const left = () => server.number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dbmark'");
    while ((await left()) > 0) {
      await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dbmark'");
      for (;;) {
        const client = new pg.Client(server.url);
        client.on("error", () => {});
        try {
          await client.connect();
          others.push(client);
        } catch {
          break;
        }
      }
    }
    // Until a worker was refused: nobody else asks now.
    const refused = () => server.embedded.log().split("too many clients already").length;
    let over = false;
    running.ended.then(() => (over = true));
    for (const before = refused(); refused() === before; await wait(20))
      expect(over, "the run ended before a worker was refused").toBe(false);
    await Promise.all(others.map((client) => client.end()));
    const run = await running.ended;
    const result = await expectBalancedBooks(server, run, rate * longer);
    const { all } = result.totals.measure;
    expect(all.undone).toBe(0);
    expect(all.errors.too_many_connections).toBeGreaterThan(0);
    expect(all.unknown).toBeLessThanOrEqual(all.errors.connection ?? 0);
    expect(result.connections?.reconnects).toBeGreaterThanOrEqual(workers);
  });
});

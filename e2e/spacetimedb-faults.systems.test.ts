// The SpacetimeDB suite while things go wrong: every operation is accounted for, and what the server holds lies between what was acknowledged
// and that with what has an unknown outcome.

import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FaultProxy } from "./fault-proxy.ts";
import { unjudged, type Variables } from "./server.ts";
import { countsOf, expectBooks } from "./spacetimedb-books.ts";
import { TestSpacetimedb } from "./spacetimedb-server.ts";

let server: TestSpacetimedb;
let proxy: FaultProxy;
const start = async (onDisk = false) => {
  server = await TestSpacetimedb.start({ onDisk });
  proxy = await FaultProxy.start(server.port);
};
afterEach(async () => {
  await proxy?.stop();
  await server?.stop();
});

const script = "scripts/spacetimedb.ts";
const [rate, seconds, workers] = [300, 3, 6];
const due = rate * seconds;
const open: Variables = {
  ...unjudged,
  ROWS: "200",
  WARMUP_DURATION: "0s",
  STEADY_STATE_DURATION: `${seconds}s`,
  LOAD_RATE: String(rate),
  LOAD_WORKERS: String(workers),
  SPACETIME_REQ_TIMEOUT: "1500",
  SPACETIME_CONN_TIMEOUT: "5000",
  SPACETIME_RETRY_DELAY: "50",
};
const bsatn: Variables = {};
const json: Variables = { SPACETIME_ENCODING: "json" };
const http: Variables = { USE_WEBSOCKET: "false" };

describe("connections that are dropped in the middle of a run", () => {
  beforeEach(() => start());

  it.each([
    ["a WebSocket (BSATN)", bsatn],
    ["a WebSocket (JSON)", json],
    ["HTTP", http],
  ])("are opened anew over %s, and the books balance", async (_name, protocol) => {
    const running = server.startK6({ ...open, ...protocol }, { script, target: proxy.url(server.url) });
    await running.began();
    for (let drop = 0; drop < 3; drop++) {
      proxy.drop();
      await wait(300);
    }
    const run = await running.ended;
    const result = await expectBooks(server, run);
    const { all } = result.totals.measure;
    expect(all.operations + all.undone).toBe(due);
    expect(all.undone).toBe(0);
    // A call over HTTP goes out on a new connection where the old one was closed while nothing was on its way.
    expect(all.failed).toBeLessThan(due / 2);
    const counts = countsOf(result);
    expect(counts.spacetime_connection_drops_total).toBeGreaterThanOrEqual(protocol === http ? 0 : workers);
    if (protocol !== http) {
      expect(result.connections?.reconnects).toBeGreaterThanOrEqual(workers);
      expect(counts.spacetime_ws_connections_total).toBeGreaterThanOrEqual(2 * workers);
      expect(counts.spacetime_reconnect_attempts_total).toBeGreaterThanOrEqual(workers);
      expect(all.errors.connection).toBeGreaterThan(0);
    }
    // It went on after the last of them.
    const late = (await run.lines()).flatMap((line) =>
      line.type === "window" && line.second >= seconds - 1 ? [line.operations - line.failed] : [],
    );
    expect(late.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });

  it.each([
    ["a WebSocket", bsatn],
    ["HTTP", http],
  ])("within a batch over %s leave a part of it committed, and the books count calls", async (_name, protocol) => {
    const batches: Variables = {
      ...open,
      ...protocol,
      SCENARIO: "batch",
      BATCH_SIZE: "200",
      LOAD_RATE: "30",
      LOAD_WORKERS: "2",
    };
    const running = server.startK6(batches, { script, target: proxy.url(server.url) });
    await running.began();
    for (let drop = 0; drop < 12; drop++) {
      await wait(90 + 7 * drop);
      // Calls and answers are on their way: what is cut off has an unknown outcome.
      proxy.silence();
      await wait(10);
      proxy.drop();
    }
    const result = await expectBooks(server, await running.ended);
    const [batch] = result.totals.measure.operations;
    const [book] = result.books;
    expect(batch?.failed).toBeGreaterThan(0);
    expect(book?.unknown).toBeGreaterThan(0);
    expect(book?.acknowledged).toBe(batch?.rowsWritten);
    expect(book?.acknowledged).toBeGreaterThanOrEqual(200 * (batch?.succeeded ?? 0));
  });
});

describe("a server that is killed and started again in the middle of a run", () => {
  it("is connected to again; what it had answered and not yet written is missing, and the books say so", async () => {
    await start(true);
    const longer = { ...open, STEADY_STATE_DURATION: "6s", SPACETIME_MAX_RETRIES: "20" };
    const running = server.startK6({ ...longer, SCENARIO: "counter" }, { script });
    await running.began();
    await wait(500);
    const written = await server.sum("SELECT value FROM counters");
    await server.durable();
    await server.kill();
    await wait(300);
    await server.restart();
    const run = await running.ended;
    const result = run.result();
    const { all } = result.totals.measure;
    expect(all.operations + all.undone).toBe(rate * 6);
    expect(all.errors.connection ?? 0).toBeGreaterThan(0);
    expect(countsOf(result).spacetime_reconnect_attempts_total).toBeGreaterThan(0);
    const [book] = result.books;
    const held = await server.sum("SELECT value FROM counters");
    expect(book?.held).toBe(held);
    expect(held).toBeLessThanOrEqual((book?.acknowledged ?? 0) + (book?.unknown ?? 0));
    // What SpacetimeDB 1.2.0 has answered and not yet written is gone, and nothing else.
    expect(held).toBeGreaterThanOrEqual(written);
    if (!book?.balanced) {
      expect(result.validity.reasons.map(({ code }) => code)).toContain("books");
      expect(run.stdout).toContain("NOT BALANCED");
    }
    // After the restart it went on.
    const late = (await run.lines()).flatMap((line) =>
      line.type === "window" && line.second >= 4 ? [line.operations - line.failed] : [],
    );
    expect(late.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });
});

describe("a server that stalls", () => {
  it.each([
    ["a WebSocket", bsatn],
    ["HTTP", http],
  ])("shows in the response times of all that was due meanwhile, over %s", async (_name, protocol) => {
    await start();
    const patient = { ...open, ...protocol, SPACETIME_REQ_TIMEOUT: "30000" };
    const running = server.startK6(patient, { script });
    await running.began();
    server.stall();
    await wait(1200);
    server.resume();
    const result = await expectBooks(server, await running.ended);
    const { all } = result.totals.measure;
    expect(all).toMatchObject({ operations: due, failed: 0, undone: 0 });
    // What was due in the stall waited for half of it on average; only one operation of each worker was sent into it.
    expect(all.response.max).toBeGreaterThan(1100);
    expect(all.response.p95).toBeGreaterThan(600);
    expect(all.service.p50 ?? 0).toBeLessThanOrEqual(all.response.p50 ?? 0);
    expect(all.service.p95 ?? 0).toBeLessThan(all.response.p95 ?? 0);
  });

  it("longer than the limit of a request: operations fail with a timeout, and the books leave room for them", async () => {
    await start();
    const running = server.startK6(open, { script });
    await running.began();
    server.stall();
    await wait(2200);
    server.resume();
    const result = await expectBooks(server, await running.ended);
    const { all } = result.totals.measure;
    expect(all.operations + all.undone).toBe(due);
    expect(all.errors.timeout).toBeGreaterThanOrEqual(workers);
    expect(result.books.some(({ unknown }) => unknown > 0)).toBe(true);
  });
});

// Connections that are lost, fall silent or trickle in the middle of a run: no run hangs, every operation is accounted for, and
// the run goes on when the fault is over.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { counters, expectBalancedBooks } from "./books.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { type EndedRun, short, TestServer } from "./server.ts";
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

const [rate, seconds, workers] = [300, 3, 10];
const open = {
  ...short,
  LOAD_RATE: String(rate),
  LOAD_WORKERS: String(workers),
  STEADY_STATE_DURATION: `${seconds}s`,
  TIMEOUT: "1s",
  CONNECT_TIMEOUT: "5s",
};
const mixed = { ...open, OPERATIONS: "read=50,insert=25,increment=25" };
const due = rate * seconds;

/** The fingerprint of the same operations where nothing goes wrong. */
let digest: string | undefined;
beforeAll(async () => {
  // An empty text counts as not set.
  const unset = { LOAD_RATE: "", STEADY_STATE_DURATION: "", WARMUP_DURATION: "" };
  const variables = { ...mixed, ...unset, LOAD_PROFILE: "max", OPERATION_COUNT: String(due) };
  const run = await server.k6(variables, { script: counters });
  digest = (await expectBalancedBooks(server, run, due)).digest?.value;
});

/** Operations that were acknowledged in the last full second of the schedule. */
const atTheEnd = (run: EndedRun) => succeededIn(run, seconds - 1);

describe("backends that are terminated", () => {
  it.each([
    ["some", 3],
    ["all", workers],
  ])("%s: their workers connect again, and the run goes on at its full rate", async (_name, count) => {
    const running = server.startK6(mixed, { script: counters });
    await running.began();
    await terminateWorkers(server, count);
    const run = await running.ended;
    const result = await expectBalancedBooks(server, run, due);
    const { all } = result.totals.measure;
    expect(all.undone).toBe(0);
    expect(result.digest?.value).toBe(digest);
    expect(result.connections?.reconnects).toBe(count);
    // Each session loses what was in flight or what was sent next, which cannot be told apart.
    expect(all.errors).toEqual({ connection: count });
    expect(await atTheEnd(run)).toBeGreaterThan(0.5 * rate);
    expect(run.stdout).toContain("connection: terminating connection due to administrator command (57P01)");
    expect(run.stdout).toMatch(new RegExp(`${count}\\s+lost\\s+connections\\s+opened\\s+again`));
  });
});

describe("connections that trickle, one byte at a time in each direction", () => {
  it("fast enough: the operations complete, and nothing is lost", async () => {
    // Each connection carries one byte in a millisecond or so, and a query with its reply has about two hundred.
    const patient = { ...mixed, LOAD_RATE: "30", CONNECT_TIMEOUT: "10s", TIMEOUT: "10s" };
    const running = server.startK6(patient, { script: counters, target: proxy.url(server.url) });
    await running.began();
    proxy.trickle(1);
    const run = await running.ended;
    proxy.heal();
    const result = await expectBalancedBooks(server, run, 30 * seconds);
    const { all } = result.totals.measure;
    expect(all).toMatchObject({ failed: 0, undone: 0 });
    // A byte after the other, whatever the machine does: they did trickle.
    expect(all.service.max).toBeGreaterThan(50);
  });

  it("too slow: TIMEOUT ends the operations, their outcome is unknown, and the run ends in time", async () => {
    const running = server.startK6(
      { ...mixed, CONNECT_TIMEOUT: "1s", GRACEFUL_STOP: "10s" },
      { script: counters, target: proxy.url(server.url) },
    );
    await running.began();
    proxy.trickle(100);
    await wait(2500);
    proxy.heal();
    const run = await running.ended;
    const result = await expectBalancedBooks(server, run, due);
    const { all } = result.totals.measure;
    expect(all.errors.timeout).toBeGreaterThan(0);
    expect(all.unknown).toBe(all.errors.timeout);
  });
});

describe("connections that fall silent", () => {
  it("those that there are: TIMEOUT ends what was in flight, with an unknown outcome, and new ones take over", async () => {
    const running = server.startK6(mixed, { script: counters, target: proxy.url(server.url) });
    await running.began();
    proxy.silenceThese();
    const run = await running.ended;
    // Forwarded now, what was in flight would still be done, after it was counted.
    proxy.drop();
    const result = await expectBalancedBooks(server, run, due);
    const { all } = result.totals.measure;
    expect(all).toMatchObject({ errors: { timeout: workers }, unknown: workers, undone: 0 });
    expect(result.connections?.reconnects).toBe(workers);
    expect(result.digest?.value).toBe(digest);
    expect(await atTheEnd(run)).toBeGreaterThan(0.5 * rate);
  });

  it("all, for good: the run ends in time, and says that the rows could not be counted", async () => {
    const running = server.startK6(
      { ...mixed, CONNECT_TIMEOUT: "1s", GRACEFUL_STOP: "1s" },
      { script: counters, target: proxy.url(server.url) },
    );
    await running.began();
    proxy.silence();
    const run = await running.ended;
    proxy.drop();
    const { books, totals, validity } = run.result();
    expect(totals.measure.all.operations + totals.measure.all.undone).toBe(due);
    expect(totals.measure.all).toMatchObject({ errors: { timeout: workers }, unknown: workers });
    expect(totals.measure.all.errors.unreachable).toBeGreaterThan(0);
    expect(books).toMatchObject([{ held: null, balanced: false }]);
    expect(validity.reasons.find(({ code }) => code === "books")?.message).toContain("does not answer within 1s");
  });

  it("all, and Ctrl-C: the run ends within seconds, also where it may wait long for a reply", async () => {
    const { TIMEOUT: _, CONNECT_TIMEOUT: _none, ...patient } = open;
    const running = server.startDbmark(
      { ...patient, LOAD_PROFILE: "tps500", STEADY_STATE_DURATION: "60s" },
      { target: proxy.url(server.url) },
    );
    await running.prints(/measure /);
    proxy.silence();
    await wait(500);
    const pressed = performance.now();
    running.child.kill("SIGINT");
    const run = await running.ended;
    const took = performance.now() - pressed;
    proxy.drop();
    expect(run.code).toBe(130);
    expect(run.result().status).toBe("interrupted");
    expect(run.result().totals.measure.all.errors.canceled).toBe(workers);
    expect(took).toBeLessThan(20_000);
  });
});

// A PostgreSQL whose processes are all stopped for two seconds, under 500 operations a second that are due on a schedule and under a closed
// loop: response times are what arithmetic predicts, service times and the closed loop do not show it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compare, rowsOf } from "../bench/open-loop/comparison.ts";
import { type EndedThroughStop, runThroughStop } from "../bench/open-loop/through-stop.ts";
import { endWhatIsLeft } from "../cli/command-under-test.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../cli/postgres/embedded-postgres.ts";
import { percentileOf } from "../lib/open-loop/index.ts";
import { problemsOfRunFile, type RunFile } from "../lib/result/index.ts";
import { measured } from "../lib/result/measured.ts";
import { unjudged } from "./server.ts";

/** What a real server on a busy machine may add while it works off what has waited: a tenth of the stop. */
const tolerance = 0.1;
const stopSeconds = 2;
const [openWorkers, closedWorkers] = [50, 4];
const halfOfTheStop = 1000;

let server: EmbeddedPostgres;
let out: string;
let open: EndedThroughStop;
let closed: EndedThroughStop;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ keep: false });
  out = mkdtempSync(join(tmpdir(), "dbmark-e2e-"));
  const subject = { server, out, stop: { after: 4, seconds: stopSeconds } };
  const variables = { ...unjudged, ROWS: "2000", WARMUP_DURATION: "1s", STEADY_STATE_DURATION: "10s" };
  open = await runThroughStop({ ...subject, profile: "tps500", variables });
  const workers = { LOAD_WORKERS: String(closedWorkers) };
  closed = await runThroughStop({ ...subject, profile: "max", variables: { ...variables, ...workers } });
}, 120_000);
afterAll(async () => {
  endWhatIsLeft();
  await server?.stop();
  if (out !== undefined) rmSync(out, { recursive: true, force: true });
});

function expectBalanced(run: RunFile): void {
  expect(problemsOfRunFile(run)).toEqual([]);
  expect(run.status).toBe("complete");
  const { all } = run.totals.measure;
  expect(all).toMatchObject({ failed: 0, undone: 0, unknown: 0, succeeded: all.operations, attempts: all.operations });
  expect(run.books).toMatchObject([{ operation: "insert", balanced: true }]);
  expect(run.connections).toMatchObject({ reconnects: 0, retries: 0 });
}

it("the stop was where it should be: two seconds of the measured phase, with time left after it", () => {
  for (const { run, stall } of [open, closed]) {
    const start = run.phases.find(({ name }) => name === "measure")?.startSecond ?? Number.NaN;
    expect(stall.start).toBeGreaterThan(start);
    expect(stall.start + stall.seconds).toBeLessThan(start + 9);
    expect(stall.seconds).toBeGreaterThanOrEqual(stopSeconds - 0.01);
  }
});

it("the numbers balance: nothing failed, nothing is undone, and the open loop sent all that was due", () => {
  expectBalanced(open.run);
  expect(open.run.totals.measure.all.operations).toBe(5000);
  expect(open.run.digest).toMatchObject({ operations: 5500, comparable: true });
  expectBalanced(closed.run);
});

it("the response times of the open loop are what arithmetic predicts", () => {
  const rows = rowsOf(compare(open, closed));
  const text = JSON.stringify(rows, null, 1);
  for (const { percent, response, predicted } of rows) {
    // A fifth of the operations was due in the stop, so the 90th percentile is already one of them; the median is none.
    if (percent === 50) expect(response, text).toBeLessThan(tolerance * stopSeconds * 1000);
    else expect(Math.abs(response - predicted), text).toBeLessThan(tolerance * predicted);
  }
});

it("no operation that was due in the stop has a response time that ends before it", () => {
  const { response } = compare(open, closed).open;
  const { start, seconds } = open.stall;
  const left = Array.from({ length: 11 * 500 }, (_, index) => start + seconds - index / 500)
    .filter((until) => until > 0 && until < seconds)
    .map((until) => until * 1000)
    .sort((a, b) => a - b);
  // The longest ones, one for one. What was in flight when it stopped may be longer still.
  for (const slowest of [1, 10, 100, 200, 400]) {
    const percent = 100 * (1 - (slowest - 0.5) / response.count);
    const atLeast = left[left.length - slowest] ?? Number.NaN;
    expect(response.percentile(percent), `the ${slowest}. of the slowest`).toBeGreaterThan(0.98 * atLeast);
  }
});

it("service times of the open loop show one slow operation for each worker", () => {
  const { service, response, predicted } = compare(open, closed).open;
  expect(service.countAbove(halfOfTheStop)).toBe(openWorkers);
  expect(predicted.service.filter((time) => time > halfOfTheStop).length).toBe(openWorkers);
  // 500 a second, for the second in which more than a second was left.
  expect(response.countAbove(halfOfTheStop)).toBeGreaterThan(0.98 * 500);
});

it("the closed loop shows one slow operation for each worker, and neither of its p99 has met the stop", () => {
  const { service, predicted } = compare(open, closed).closed;
  expect(service.countAbove(halfOfTheStop)).toBe(closedWorkers);
  expect(predicted.service.filter((time) => time > halfOfTheStop).length).toBe(closedWorkers);
  for (const { service: sent, response } of closed.run.totals.measure.operations) {
    expect(response.count).toBe(sent.count);
  }
  for (const times of [service, measured(closed.run, "response")])
    expect(times.percentile(99)).toBeLessThan(halfOfTheStop / 2);
  expect(service.percentile(100)).toBeGreaterThan(0.98 * stopSeconds * 1000);
  // Of the same stop, the 95th percentile of the open loop's response times is above a second.
  expect(percentileOf(compare(open, closed).open.predicted.response, 95)).toBeGreaterThan(halfOfTheStop);
});

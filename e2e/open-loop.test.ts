// On a double whose service time and stall are known, an open loop measures what arithmetic predicts, and a closed loop does not see it.
// Service times are so long that what a busy machine adds to each stays below the tolerance.

import { describe, expect, it } from "vitest";
import {
  type OpenLoop,
  percentileOf,
  percentilesOfTail,
  predictClosedLoop,
  predictOpenLoop,
  type Target,
} from "../lib/open-loop/index.ts";
import { measured } from "../lib/result/measured.ts";
import type { MergedLatency } from "../lib/result/merged-latency.ts";
import { runOnDouble } from "./double.ts";
import { brief } from "./server.ts";

/** How far a percentile may be from the predicted one. */
const tolerance = 0.02;

/**
 * All runs go on side by side: they wait far more than they work. A machine so busy that it lets them wait for tens of milliseconds at a
 * time is asked again; an error of ours would be there every time.
 */
const limits = { timeout: 120_000, retry: 4 };

/** The target as options of noop. Its stall counts from the opening of the first session, a moment before the run's start. */
function optionsOf({ serviceSeconds, stall }: Target): string {
  const latency = `latency=${serviceSeconds}s`;
  return stall === undefined ? latency : `${latency}&stall_at=${stall.start}s&stall_for=${stall.seconds}s`;
}

function runOpenLoop(load: OpenLoop, target: Target) {
  return runOnDouble(optionsOf(target), {
    ...brief,
    LOAD_PROFILE: "tps100",
    LOAD_RATE: String(load.rate),
    LOAD_WORKERS: String(load.workers),
    STEADY_STATE_DURATION: `${load.seconds}s`,
    GRACEFUL_STOP: `${load.gracefulStopSeconds * 1000}ms`,
  });
}

/** Each percentile is the predicted one within the tolerance. The message has all of them. */
function expectAsPredicted(name: string, actual: MergedLatency, predicted: readonly number[]): void {
  expect(actual.count, `number of ${name} times`).toBe(predicted.length);
  const rows = percentilesOfTail.map((percent) => {
    const [expected, found] = [percentileOf(predicted, percent), actual.percentile(percent) ?? Number.NaN];
    return { percent, expected, found, deviation: found / expected - 1 };
  });
  const table = rows.map(
    ({ percent, expected, found, deviation }) =>
      `p${percent}: predicted ${expected.toFixed(1)} ms, measured ${found.toFixed(1)} ms (${(100 * deviation).toFixed(2)} %)`,
  );
  for (const { percent, deviation } of rows) {
    expect(Math.abs(deviation), `p${percent} of the ${name} times\n${table.join("\n")}`).toBeLessThan(tolerance);
  }
}

/** How many of the predicted times are longer than so many milliseconds. */
const countAbove = (times: readonly number[], milliseconds: number) =>
  times.filter((time) => time > milliseconds).length;

describe.concurrent("100 operations a second, due on a schedule, through a stall of two seconds", limits, () => {
  const load = { rate: 100, gracefulStopSeconds: 30 };
  const stall = { start: 1.5, seconds: 2 };

  /** Runs it, and compares it with what is predicted. */
  async function compare(seconds: number, workers: number, target: Target) {
    const predicted = predictOpenLoop({ ...load, seconds, workers }, target);
    const run = await runOpenLoop({ ...load, seconds, workers }, target);
    expectAsPredicted("response", measured(run, "response"), predicted.response);
    expectAsPredicted("service", measured(run, "service"), predicted.service);
    const operations = load.rate * seconds;
    expect(run.totals.measure.all).toMatchObject({ operations, succeeded: operations, failed: 0, undone: 0 });
    expect(run.digest).toMatchObject({ operations, comparable: true });
    return { run, predicted };
  }

  it("with a free worker for everything that is due: each sends into the stall, and both times show it", async () => {
    const { predicted } = await compare(12, 400, { serviceSeconds: 0.5, stall });
    // What was due in the stall or in the half second before it.
    expect(countAbove(predicted.service, 501)).toBe(250);
    expect(countAbove(predicted.response, 501)).toBe(250);
  });

  it.each([
    ["for as long again", { seconds: 16, workers: 120, serviceSeconds: 0.8, waited: 600 }],
    [
      "for ten seconds, because there are hardly more than needed",
      { seconds: 16, workers: 120, serviceSeconds: 1, waited: 1200 },
    ],
  ])("with few workers, each is slow once, and the others wait in a queue %s", async (_, loaded) => {
    const { seconds, workers, serviceSeconds, waited } = loaded;
    const { run, predicted } = await compare(seconds, workers, { serviceSeconds, stall });
    // The 90th percentile of the service time has not met the stall.
    expect(percentileOf(predicted.response, 90)).toBeGreaterThan(2 * percentileOf(predicted.service, 90));
    expect(countAbove(predicted.response, 1000 * serviceSeconds + 1)).toBe(waited);
    expect(measured(run, "service").countAbove(1500)).toBe(workers);
  });
});

describe.concurrent("other loads", limits, () => {
  it("twice what the workers can do: response times grow all the time, and what the graceful stop leaves is undone", async () => {
    const load = { rate: 200, seconds: 6, workers: 100, gracefulStopSeconds: 1.75 };
    const target = { serviceSeconds: 1 };
    // 100 workers have 100 operations a second, and start the last ones in second 7.
    const [due, sent, undone] = [1200, 800, 400];
    const lastReply = 8.495;
    const run = await runOpenLoop(load, target);
    expect(run.totals.measure.all).toMatchObject({ operations: sent, succeeded: sent, undone });
    expect(run.validity.reasons.map(({ code }) => code)).toContain("undone");
    expect(run.validity.reasons.map(({ message }) => message).join()).toContain(`${undone} of ${due} operations`);
    expect(run.digest).toMatchObject({ operations: sent, comparable: false });
    // The first undone one waited longest, until k6 had ended the workers, which takes it a while after the last reply.
    const response = measured(run, "response");
    const stoppedSeconds = (response.percentile(100) ?? 0) / 1000 + sent / load.rate;
    expect(stoppedSeconds).toBeGreaterThan(lastReply);
    expect(stoppedSeconds).toBeLessThan(lastReply + 5);
    expectAsPredicted("response", response, predictOpenLoop({ ...load, stoppedSeconds }, target).response);
    // No service time tells that the load is twice what can be done.
    expect(measured(run, "service").percentile(50)).toBeLessThan(1000 * (1 + tolerance));
  });

  it("a closed loop through the same stall: one slow operation for each worker, and nothing of the rest", async () => {
    const load = { seconds: 10, workers: 4 };
    const target = { serviceSeconds: 0.05, stall: { start: 1.5, seconds: 2 } };
    const run = await runOnDouble(optionsOf(target), {
      ...brief,
      LOAD_PROFILE: "max",
      LOAD_WORKERS: String(load.workers),
      STEADY_STATE_DURATION: `${load.seconds}s`,
    });
    const predicted = predictClosedLoop(load, target);
    const [service, response] = [measured(run, "service"), measured(run, "response")];
    for (const times of [service, response]) {
      expect(times.countAbove(1000)).toBe(load.workers);
      expect(times.percentile(100)).toBeGreaterThan(2000);
      // 4 of 640: the stall of a fifth of the time is not in the 99th percentile.
      expect(times.percentile(99)).toBeLessThan(1000);
    }
    expect(countAbove(predicted.service, 1000)).toBe(load.workers);
    expect(service.count / predicted.service.length).toBeGreaterThan(0.5);
    expect(service.count).toBeLessThanOrEqual(predicted.service.length);
  });
});

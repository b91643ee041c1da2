// The recurrence gives what formulas give where there are any.

import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, it } from "vitest";
import { MergedLatency } from "../result/merged-latency.ts";
import { type OpenLoop, percentileOf, percentilesOfTail, predictClosedLoop, predictOpenLoop } from "./index.ts";

const ascending = (times: number[]) => times.sort((a, b) => a - b);

function expectTimes(actual: readonly number[], expected: number[]): void {
  ascending(expected);
  expect(actual.length).toBe(expected.length);
  for (const [rank, time] of actual.entries())
    expect(time, `rank ${rank}`).toBeCloseTo(expected[rank] ?? Number.NaN, 6);
}

/** Numbers from 0 to below n, as something else. */
const map = (n: number, of: (index: number) => number) => Array.from({ length: n }, (_, index) => of(index));

const load: OpenLoop = { rate: 100, seconds: 10, workers: 20, gracefulStopSeconds: 30 };

describe("an open loop", () => {
  it("without a stall has the service time and nothing else, as long as the workers keep up", () => {
    const { service, response, undone } = predictOpenLoop(load, { serviceSeconds: 0.1 });
    expectTimes(
      service,
      map(1000, () => 100),
    );
    expectTimes(
      response,
      map(1000, () => 100),
    );
    expect(undone).toBe(0);
  });

  it("with a free worker for everything that is due sends into the stall: both times are what is left of it", () => {
    const stall = { start: 3.005, seconds: 2 };
    const { service, response } = predictOpenLoop({ ...load, workers: 300 }, { serviceSeconds: 0.1, stall });
    const expected = map(1000, (index) => {
      const due = index / 100;
      if (due > stall.start && due < 5.005) return 5005 - 10 * index + 100;
      return due > stall.start - 0.1 && due < stall.start ? 2100 : 100;
    });
    expectTimes(response, [...expected]);
    expectTimes(service, [...expected]);
    expect(expected.filter((time) => time > 100).length).toBe(210);
  });

  it("with few workers has one slow service time for each of them, and a queue in the response times", () => {
    // A stall from the start, so that all workers end together: the queue goes on in steps of the service time.
    const { service, response, undone } = predictOpenLoop(load, {
      serviceSeconds: 0.1,
      stall: { start: 0, seconds: 2 },
    });
    expect(service.filter((time) => time > 100.001).length).toBe(20);
    const queued = (index: number) => 2000 + 100 * (1 + Math.floor(index / 20)) - 10 * index;
    // The queue loses 20 operations and gains 10 in each step; it is gone where a step is over before the operation is due.
    const free = (index: number) => index >= 20 && queued(index - 20) <= 10 * 20;
    const first = map(1000, (index) => index).find(free) ?? 0;
    expect(first).toBe(390);
    expectTimes(
      response,
      map(1000, (index) => (index < first ? queued(index) : 100)),
    );
    expect(undone).toBe(0);
  });

  it("that asks for more than the workers can do grows without bound, and what the graceful stop leaves is undone", () => {
    const overloaded = { rate: 200, seconds: 5, workers: 10, gracefulStopSeconds: 1 };
    const { service, response, undone } = predictOpenLoop(overloaded, { serviceSeconds: 0.1 });
    // 10 workers have 10 operations every 0.1 s; those who start before second 6 have 60 turns each.
    expect(service.length).toBe(600);
    expect(undone).toBe(400);
    const done = (index: number) => 5 * (index % 10) + 100 * (1 + Math.floor(index / 10));
    const stopped = done(599);
    expectTimes(
      response,
      map(1000, (index) => (index < 600 ? done(index) : stopped) - 5 * index),
    );
    const later = predictOpenLoop({ ...overloaded, stoppedSeconds: 7 }, { serviceSeconds: 0.1 });
    expectTimes(
      later.response,
      map(1000, (index) => (index < 600 ? done(index) : 7000) - 5 * index),
    );
    // One more every 10 ms is answered, one more every 5 ms is due.
    expect(done(500) - 5 * 500 - (done(100) - 5 * 100)).toBe(400 * (10 - 5));
  });

  it("on a target that answers so many a second at most waits for its turn there", () => {
    const { service, response } = predictOpenLoop(
      { rate: 100, seconds: 4, workers: 50, gracefulStopSeconds: 1 },
      { serviceSeconds: 0.001, capacity: 500, stall: { start: 0, seconds: 1 } },
    );
    // The queue of 100 shrinks by 400 a second and is gone after 0.25 s, in which 25 more were due.
    const queued = (index: number) => 1001 + 2 * index - 10 * index;
    expectTimes(
      response,
      map(400, (index) => Math.max(1, queued(index))),
    );
    expect(service.filter((time) => time > 500).length).toBe(50);
  });
});

it("a warm-up loads and does not count", () => {
  // The stall begins in the warm-up, and what was due after it waits for what was due before.
  const target = { serviceSeconds: 0.1, stall: { start: 0, seconds: 2 } };
  const all = predictOpenLoop(load, target);
  const { service, response, undone } = predictOpenLoop({ ...load, warmupSeconds: 1 }, target);
  expect([service.length, response.length, undone]).toEqual([900, 900, 0]);
  expect(all.response.slice(-1)[0]).toBe(2100);
  // Operation 100, the first that counts, is due at second 1 and done in the sixth step after the stall.
  expect(response.slice(-1)[0]).toBe(2000 + 600 - 1000);
  expect(service.every((time) => time === 100)).toBe(true);
});

describe("a closed loop", () => {
  it("has one slow operation for each worker, whatever was due meanwhile", () => {
    const { service, response, undone } = predictClosedLoop(
      { seconds: 10, workers: 4 },
      { serviceSeconds: 0.1, stall: { start: 3.05, seconds: 2 } },
    );
    expectTimes(service, [...map(4, () => 2100), ...map(4 * 79, () => 100)]);
    expect(response).toEqual(service);
    expect(undone).toBe(0);
  });
});

describe("a percentile", () => {
  it("is that of the recorder's histogram of the same times", () => {
    const histogram = build({ bitBucketSize: 64, lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000_000 });
    const times = ascending(map(997, (index) => ((index * 7919) % 997) + 1));
    for (const nanoseconds of times) histogram.recordValue(nanoseconds);
    const merged = new MergedLatency();
    const some = { count: 997, min: 1e-6, max: 997e-6, mean: 499e-6, clamped: 0 };
    merged.add({ ...some, histogram: encodeIntoCompressedBase64(histogram) });
    for (const percent of percentilesOfTail) {
      expect(percentileOf(times, percent) / 1e6, `p${percent}`).toBe(merged.percentile(percent));
    }
  });

  it("of one time is that time, and of none is not a number", () => {
    expect(percentileOf([5], 1)).toBe(5);
    expect(percentileOf([], 50)).toBeNaN();
  });
});

// Each profile that changes its load, against the numbers of its table and against its integral.

import { describe, expect, it } from "vitest";
import type { LoadProfile } from "../lib/profile.ts";
import { dueAt, maximumRate, maximumWorkers, rateAt, resolveProfile, totalSeconds, workersAt } from "./index.ts";

const resolve = (name: string, environment: Record<string, string> = {}) => resolveProfile(name, environment, 2);

/** Rate and workers at a time. */
const loadAt = (profile: LoadProfile, second: number) => [rateAt(profile, second), workersAt(profile, second)];

/** The rate added up in small steps: the integral without its formula. */
function addedUp(profile: LoadProfile): number {
  let [sum, start] = [0, 0];
  for (const { seconds } of profile.segments) {
    const steps = 1000;
    for (let i = 0; i < steps; i++) sum += (rateAt(profile, start + ((i + 0.5) * seconds) / steps) * seconds) / steps;
    start += seconds;
  }
  return sum;
}

/** Seconds, operations due (warm-up and measured), highest rate and most workers of the table. */
const table: [name: string, seconds: number, due: number, rate: number, workers: number][] = [
  ["spike", 10 + 90, 1000 + 30 * 100 + 30 * 2000 + 30 * 100, 2000, 200],
  ["rampUp", 10 + 90, 5000 + (60 * (500 + 5000)) / 2 + 30 * 5000, 5000, 500],
  ["soak", 10 + 1800, 5000 + 1800 * 500, 500, 50],
  ["stress", 10 + 150, 10_000 + 15 * 1000 * 55, 10_000, 1000],
  ["burst", 10 + 120, 2000 + 6 * (15 * 200 + 5 * 2000), 2000, 200],
  ["mixed", 10 + 60, 6000 + 60 * 600, 600, 60],
];

describe("the integral", () => {
  it.each(table)(
    "of %s: %d s, %d operations, at most %d a second by %d workers",
    (name, seconds, due, rate, workers) => {
      const profile = resolve(name);
      expect(profile.loop).toBe("open");
      expect(totalSeconds(profile)).toBe(seconds);
      expect(dueAt(profile, seconds)).toBe(due);
      expect(addedUp(profile)).toBeCloseTo(due, 3);
      expect([maximumRate(profile), maximumWorkers(profile)]).toEqual([rate, workers]);
    },
  );

  it("has ten operations a second for each worker, wherever the load stays", () => {
    for (const [name] of table) {
      for (const { rate, workers } of resolve(name).segments) {
        expect([rate?.from, rate?.to]).toEqual([workers.from * 10, workers.to * 10]);
      }
    }
  });
});

describe("rate and workers over time", () => {
  it("spike: 30 s of 100, 30 s of 2,000, 30 s of 100, changing within a second", () => {
    const profile = resolve("spike");
    expect([0, 10, 39.999].map((t) => loadAt(profile, t))).toEqual([
      [100, 10],
      [100, 10],
      [100, 10],
    ]);
    expect(loadAt(profile, 40.5)).toEqual([1050, 105]);
    expect([41, 55, 69.999].map((t) => loadAt(profile, t))).toEqual([
      [2000, 200],
      [2000, 200],
      [2000, 200],
    ]);
    expect(loadAt(profile, 70.5)).toEqual([1050, 105]);
    expect([71, 99.999].map((t) => loadAt(profile, t))).toEqual([
      [100, 10],
      [100, 10],
    ]);
  });

  it("rampUp: from 500 to 5,000 within 60 s, and 30 s on top", () => {
    const profile = resolve("rampUp");
    expect([9, 10, 40].map((t) => loadAt(profile, t))).toEqual([
      [500, 50],
      [500, 50],
      [2750, 275],
    ]);
    expect([70, 99.999].map((t) => loadAt(profile, t))).toEqual([
      [5000, 500],
      [5000, 500],
    ]);
    expect(profile.report).toBe("limit");
  });

  it("soak: 500 for half an hour", () => {
    expect([10, 1000, 1809.999].map((t) => loadAt(resolve("soak"), t))).toEqual([
      [500, 50],
      [500, 50],
      [500, 50],
    ]);
    expect(resolve("soak").report).toBe("drift");
  });

  it("stress: ten steps of 15 s, each 1,000 more", () => {
    const profile = resolve("stress");
    for (let step = 1; step <= 10; step++) {
      expect(loadAt(profile, 10 + 15 * (step - 1))).toEqual([1000 * step, 100 * step]);
      expect(loadAt(profile, 10 + 15 * step - 0.001)).toEqual([1000 * step, 100 * step]);
    }
    expect(profile.segments.map(({ part }) => part).slice(1, 3)).toEqual(["step 1", "step 2"]);
    expect(profile.report).toBe("steps");
  });

  it("burst: six times 15 s of 200 and 5 s of 2,000", () => {
    const profile = resolve("burst");
    for (let start = 10; start < 130; start += 20) {
      expect([0, 14.999, 15, 19.999].map((t) => rateAt(profile, start + t))).toEqual([200, 200, 2000, 2000]);
      expect([0, 15].map((t) => workersAt(profile, start + t))).toEqual([20, 200]);
    }
    expect(profile.report).toBe("recovery");
  });

  it("mixed: 600, with the preset of operations that reads, writes and deletes", () => {
    expect([0, 69.999].map((t) => loadAt(resolve("mixed"), t))).toEqual([
      [600, 60],
      [600, 60],
    ]);
    expect(resolve("mixed").mix).toBe("mixed");
  });
});

describe("STEADY_STATE_DURATION", () => {
  const secondsOfParts = (profile: LoadProfile) => {
    const parts: Record<string, number> = {};
    for (const { part = "", phase, seconds } of profile.segments)
      if (phase === "measure") parts[part] = (parts[part] ?? 0) + seconds;
    return parts;
  };

  it.each([
    ["1s", 1],
    ["2m", 120],
  ])("%s stretches each part of spike, burst and stress", (STEADY_STATE_DURATION, seconds) => {
    for (const name of ["spike", "burst", "stress"]) {
      const profile = resolve(name, { STEADY_STATE_DURATION });
      const parts = secondsOfParts(profile);
      expect(Object.values(parts), name).toEqual(Object.keys(parts).map(() => seconds));
      expect(addedUp(profile)).toBeCloseTo(dueAt(profile, totalSeconds(profile)), 3);
    }
    expect(dueAt(resolve("spike", { STEADY_STATE_DURATION, WARMUP_DURATION: "0s" }), 1e6)).toBe(2200 * seconds);
    expect(dueAt(resolve("burst", { STEADY_STATE_DURATION, WARMUP_DURATION: "0s" }), 1e6)).toBe(6 * 2200 * seconds);
    expect(dueAt(resolve("stress", { STEADY_STATE_DURATION, WARMUP_DURATION: "0s" }), 1e6)).toBe(55_000 * seconds);
  });

  it("keeps the changes of spike at a second, and at half of a part that is shorter than two", () => {
    const changes = (STEADY_STATE_DURATION: string) =>
      resolve("spike", { STEADY_STATE_DURATION }).segments.filter(({ rate }) => rate?.from !== rate?.to);
    expect(changes("10m").map(({ seconds }) => seconds)).toEqual([1, 1]);
    expect(changes("1s").map(({ seconds }) => seconds)).toEqual([0.5, 0.5]);
  });

  it("stretches the top of rampUp, not the ramp", () => {
    expect(secondsOfParts(resolve("rampUp", { STEADY_STATE_DURATION: "5m" }))).toEqual({ ramp: 60, top: 300 });
  });
});

describe("other variables", () => {
  it("LOAD_RATE is the highest rate; the rest, and the workers, go in proportion", () => {
    const profile = resolve("spike", { LOAD_RATE: "400" });
    expect([20, 50].map((t) => loadAt(profile, t))).toEqual([
      [20, 2],
      [400, 40],
    ]);
    expect(loadAt(resolve("stress", { LOAD_RATE: "100", LOAD_WORKERS: "1000" }), 12)).toEqual([10, 100]);
  });

  it("WARMUP_DURATION=0s leaves the warm-up out", () => {
    for (const [name] of table) expect(resolve(name, { WARMUP_DURATION: "0s" }).segments[0]?.phase).toBe("measure");
  });

  it.each(["spike", "rampUp", "soak", "stress", "burst"])(
    "OPERATION_COUNT is refused for %s, which it would cut",
    (name) =>
      expect(() => resolve(name, { OPERATION_COUNT: "100" })).toThrow(
        `OPERATION_COUNT=100 is set, and the load profile ${name} reports on its whole length`,
      ),
  );
});

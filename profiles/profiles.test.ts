import { describe, expect, it } from "vitest";
import { UsageError } from "../lib/environment/index.ts";
import type { LoadProfile } from "../lib/profile.ts";
import {
  dueAt,
  maximumRate,
  maximumWorkers,
  profiles,
  rateAt,
  resolveProfile,
  timeOf,
  totalSeconds,
  validateProfile,
  workersAt,
} from "./index.ts";

const cores = 2;
const resolve = (name: string, environment: Record<string, string> = {}) => resolveProfile(name, environment, cores);

const shaped: LoadProfile = {
  name: "shaped",
  description: "",
  loop: "open",
  segments: [
    { phase: "warmup", seconds: 5, rate: { from: 0, to: 100 }, workers: { from: 1, to: 10 } },
    { phase: "measure", seconds: 20, rate: { from: 100, to: 900 }, workers: { from: 10, to: 90 } },
    { phase: "measure", seconds: 3, rate: { from: 0, to: 0 }, workers: { from: 90, to: 90 } },
    { phase: "measure", seconds: 10, rate: { from: 900, to: 900 }, workers: { from: 90, to: 90 } },
    { phase: "cooldown", seconds: 4, rate: { from: 900, to: 0 }, workers: { from: 90, to: 9 } },
  ],
};

describe("the profiles that come with dbmark", () => {
  it.each([
    ["tps100", 100, 10],
    ["tps200", 200, 20],
    ["tps500", 500, 50],
    ["tps1000", 1000, 100],
    ["tps2000", 2000, 200],
    ["tps5000", 5000, 500],
  ])("%s is an open loop of %d a second with %d workers for 60 s after 10 s", (name, rate, workers) => {
    const profile = resolve(name);
    expect(profile.loop).toBe("open");
    expect([0, 9.9, 10, 69.9].map((t) => rateAt(profile, t))).toEqual([rate, rate, rate, rate]);
    expect(workersAt(profile, 30)).toBe(workers);
    expect(totalSeconds(profile)).toBe(70);
    expect(dueAt(profile, 70)).toBe(70 * rate);
  });

  it("smoke is a closed loop of one worker for 10 s", () => {
    expect(resolve("smoke")).toMatchObject({ loop: "closed" });
    expect(totalSeconds(resolve("smoke"))).toBe(20);
    expect(workersAt(resolve("smoke"), 15)).toBe(1);
  });

  it("max is a closed loop of four workers for each core for 30 s", () => {
    expect(workersAt(resolveProfile("max", {}, 16), 20)).toBe(64);
    expect(totalSeconds(resolve("max"))).toBe(40);
  });

  it("are all accepted by the check for profiles that users write", () => {
    for (const { name } of profiles) expect(validateProfile(resolve(name))).toEqual(resolve(name));
  });

  it("default to tps500, and LOAD_PROFILE names another", () => {
    expect(resolveProfile(undefined, {}, cores).name).toBe("tps500");
    expect(resolveProfile(undefined, { LOAD_PROFILE: "smoke" }, cores).name).toBe("smoke");
  });

  it("are listed when the name is unknown", () => {
    expect(() => resolve("tsp500")).toThrow(
      /no load profile tsp500\. Did you mean tps500\? Known are smoke, tps100.*max/,
    );
  });
});

describe("variables", () => {
  it("STEADY_STATE_DURATION stretches what is measured at a constant load, WARMUP_DURATION what is not counted", () => {
    const profile = resolve("tps100", { STEADY_STATE_DURATION: "2m", WARMUP_DURATION: "500ms" });
    expect(profile.segments.map(({ phase, seconds }) => [phase, seconds])).toEqual([
      ["warmup", 0.5],
      ["measure", 120],
    ]);
    expect(resolve("tps100", { WARMUP_DURATION: "0s" }).segments).toHaveLength(1);
  });

  it("STEADY_STATE_DURATION stretches each steady part, and is refused where there is none", () => {
    const seconds = resolveProfile(shaped, { STEADY_STATE_DURATION: "1s" }, cores).segments.map(
      (segment) => segment.seconds,
    );
    expect(seconds).toEqual([5, 20, 1, 1, 4]);
    const ramp = { ...shaped, segments: shaped.segments.slice(0, 2) };
    expect(() => resolveProfile(ramp, { STEADY_STATE_DURATION: "1s" }, cores)).toThrow("no part with a constant load");
  });

  it("WARMUP_DURATION gives a profile without a warm-up one at the load it starts with", () => {
    const cold = { ...shaped, segments: shaped.segments.slice(1) };
    expect(resolveProfile(cold, { WARMUP_DURATION: "2s" }, cores).segments[0]).toEqual({
      phase: "warmup",
      seconds: 2,
      rate: { from: 100, to: 100 },
      workers: { from: 10, to: 10 },
    });
  });

  it("LOAD_RATE brings ten operations a second for each worker, unless LOAD_WORKERS is set", () => {
    expect(maximumWorkers(resolve("tps500", { LOAD_RATE: "123" }))).toBe(13);
    expect(maximumRate(resolve("tps500", { LOAD_RATE: "123" }))).toBe(123);
    const both = resolve("tps500", { LOAD_RATE: "50", LOAD_WORKERS: "3" });
    expect([maximumRate(both), maximumWorkers(both)]).toEqual([50, 3]);
    const workers = resolve("tps500", { LOAD_WORKERS: "8" });
    expect([maximumRate(workers), maximumWorkers(workers)]).toEqual([500, 8]);
    expect(maximumWorkers(resolve("max", { LOAD_WORKERS: "3" }))).toBe(3);
  });

  it("LOAD_RATE is the highest rate of a shape, the rest goes in proportion", () => {
    const half = resolveProfile(shaped, { LOAD_RATE: "450" }, cores);
    expect(half.segments[1]).toMatchObject({ rate: { from: 50, to: 450 }, workers: { from: 5, to: 45 } });
  });

  it("OPERATION_COUNT measures everything: there is no warm-up", () => {
    expect(resolve("tps500", { OPERATION_COUNT: "20000" }).segments.map(({ phase }) => phase)).toEqual(["measure"]);
  });

  it.each([
    ["smoke", { LOAD_RATE: "100" }, "closed loop"],
    ["tps500", { LOAD_RATE: "0" }, "LOAD_RATE=0 is not accepted"],
    ["tps500", { LOAD_WORKERS: "0" }, "LOAD_WORKERS=0 is not accepted"],
    ["tps500", { WARMUP_DURATION: "5" }, "WARMUP_DURATION=5 is not accepted"],
    ["tps500", { STEADY_STATE_DURATION: "0s" }, "STEADY_STATE_DURATION=0s is not accepted"],
    ["tps500", { OPERATION_COUNT: "5", WARMUP_DURATION: "5s" }, "OPERATION_COUNT and WARMUP_DURATION are both set"],
    ["tps500", { OPERATION_COUNT: "5", STEADY_STATE_DURATION: "5s" }, "OPERATION_COUNT and STEADY_STATE_DURATION"],
    ["tps500", { OPERATION_COUNT: "0" }, "OPERATION_COUNT=0 is not accepted"],
  ])("%s with %j is refused", (name, environment, message) =>
    expect(() => resolve(name, environment as never)).toThrow(message),
  );
});

describe("a profile as functions of time", () => {
  it("has an integral that agrees with adding up the rate", () => {
    const step = 1e-3;
    let sum = 0;
    for (let i = 0; i < totalSeconds(shaped) / step; i++) {
      sum += rateAt(shaped, (i + 0.5) * step) * step;
      if (i % 1000 === 999) expect(dueAt(shaped, (i + 1) * step)).toBeCloseTo(sum, 4);
    }
    expect(sum).toBeCloseTo(250 + 10_000 + 9000 + 1800, 4);
  });

  it("has an inverse: operation i is due when the integral reaches i", () => {
    for (let index = 0; index < 21_050; index += 7) {
      const time = timeOf(shaped, index);
      expect(time).toBeDefined();
      expect(dueAt(shaped, time ?? Number.NaN)).toBeCloseTo(index, 6);
    }
    expect(timeOf(shaped, 21_050)).toBeUndefined();
    expect(timeOf(resolve("smoke"), 0)).toBeUndefined();
  });

  it("is nothing before its start and after its end", () => {
    expect([rateAt(shaped, -1), rateAt(shaped, 42), workersAt(shaped, 42), dueAt(shaped, -1)]).toEqual([0, 0, 0, 0]);
    expect(dueAt(shaped, 1000)).toBe(dueAt(shaped, 42));
  });
});

describe("a profile that a user wrote", () => {
  const good = { name: "mine", loop: "open", segments: [{ phase: "measure", seconds: 1, rate: 10, workers: 2 }] };
  const withSegment = (change: object) => ({ ...good, segments: [{ ...good.segments[0], ...change }] });

  it("may write a number for a load that stays, and comes as JSON in LOAD_PROFILE too", () => {
    const segment = { phase: "measure", seconds: 1, rate: { from: 10, to: 10 }, workers: { from: 2, to: 2 } };
    expect(validateProfile(good).segments).toEqual([segment]);
    expect(resolveProfile(undefined, { LOAD_PROFILE: JSON.stringify(good) }, cores).segments).toEqual([segment]);
    expect(() => resolve("{")).toThrow(UsageError);
  });

  it.each<[unknown, string]>([
    [null, "the load profile is null"],
    [{ ...good, name: "with space" }, "name of the load profile"],
    [{ ...good, name: "default" }, "name of the load profile"],
    [{ ...good, loop: "half" }, 'loop of load profile mine is "half"; expected is open or closed'],
    [{ ...good, segments: [] }, "segments of load profile mine is []"],
    [{ ...good, extra: 1 }, "unknown field extra"],
    [withSegment({ seconds: 0 }), "seconds of segment 1 of load profile mine is 0"],
    [
      withSegment({ phase: "run" }),
      'phase of segment 1 of load profile mine is "run"; expected is warmup, measure, cooldown',
    ],
    [withSegment({ workers: 1.5 }), "expected is whole numbers of 1 or more"],
    [withSegment({ workers: undefined }), "workers of segment 1 of load profile mine is missing"],
    [withSegment({ rate: -1 }), "expected is operations per second of 0 or more"],
    [withSegment({ rate: 0 }), "above 0 somewhere in the measured part"],
    [{ ...good, loop: "closed" }, "a closed loop has no rate"],
    [withSegment({ phase: "warmup" }), "at least one of the phase measure"],
    [withSegment({ part: "" }), 'part of segment 1 of load profile mine is ""; expected is a name'],
    [
      { ...good, segments: [{ ...good.segments[0], phase: "warmup", part: "a" }, good.segments[0]] },
      'part of segment 1 of load profile mine is "a"; expected is nothing: only measured segments have parts',
    ],
    [
      { ...good, segments: ["a", "b", "a"].map((part) => ({ ...good.segments[0], part })) },
      'part of load profile mine is "a"; expected is a name that no earlier part has',
    ],
    [{ ...good, report: "all" }, 'report of load profile mine is "all"; expected is recovery, drift, steps, limit'],
    [{ ...good, report: "steps" }, "steps needs at least two named ones"],
    ...["recovery", "limit"].map((report): [object, string] => [
      {
        name: "mine",
        loop: "closed",
        report,
        segments: ["a", "b"].map((part) => ({ phase: "measure", seconds: 1, workers: 2, part })),
      },
      `report of load profile mine is "${report}"; expected is another one in a closed loop, which has no rate`,
    ]),
    [{ ...good, mix: 5 }, "mix of load profile mine is 5; expected is the name of a mix"],
  ])("%j is refused: %s", (profile, message) => expect(() => validateProfile(profile)).toThrow(message));
});

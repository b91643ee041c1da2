import { describe, expect, it } from "vitest";
import { UsageError } from "../lib/environment/index.ts";
import { mostOperations } from "../lib/planned-load.ts";
import { assertSearchable } from "../modules/slo.ts";
import { describeRate, maximumRate, maximumWorkers, resolveProfile, validateProfile } from "./index.ts";

const resolve = (environment: Record<string, string> = {}, given: string | object = "findmax") =>
  resolveProfile(given as string, environment, 2);

describe("findmax", () => {
  it("searches a rate from 200 a second on, with eight workers a core, in steps of 10 s after 2 s", () => {
    const profile = resolve();
    expect(profile).toMatchObject({
      loop: "open",
      search: {
        of: "rate",
        start: 200,
        minimum: 1,
        maximum: 1_000_000,
        precision: 0.05,
        stepSeconds: 10,
        warmupSeconds: 2,
      },
    });
    expect([maximumRate(profile), maximumWorkers(profile)]).toEqual([1_000_000, 16]);
    expect(describeRate(profile)).toBe("searched");
    expect(mostOperations(profile, {})).toBeUndefined();
  });

  it("searches workers of a closed loop with FINDMAX=workers", () => {
    const profile = resolve({ FINDMAX: "workers", FINDMAX_CEILING: "40", FINDMAX_START: "4" });
    expect(profile).toMatchObject({
      name: "findmax",
      loop: "closed",
      search: { of: "workers", start: 4, minimum: 1, maximum: 40 },
    });
    expect(profile.segments[0]).toEqual({ phase: "measure", seconds: 600, workers: { from: 40, to: 40 } });
  });

  it("tries one rate with FINDMAX_RATE", () => {
    const profile = resolve({ FINDMAX_RATE: "1500" });
    expect(profile.search?.fixed).toBe(1500);
    expect(maximumRate(profile)).toBe(1500);
    expect(describeRate(profile)).toBe("1,500");
  });

  it("has steps as long as STEADY_STATE_DURATION and WARMUP_DURATION say, and as much time as FINDMAX_TIME_LIMIT", () => {
    const profile = resolve({
      STEADY_STATE_DURATION: "30s",
      WARMUP_DURATION: "0s",
      FINDMAX_TIME_LIMIT: "1h",
      FINDMAX_PRECISION: "0.02",
      LOAD_WORKERS: "8",
    });
    expect(profile.search).toMatchObject({ stepSeconds: 30, warmupSeconds: 0, precision: 0.02 });
    expect(profile.segments[0]).toMatchObject({ seconds: 3600, workers: { from: 8, to: 8 } });
  });

  it("starts at the ceiling where that is lower, and goes below a minimum that is above the start", () => {
    expect(resolve({ FINDMAX_CEILING: "50" }).search).toMatchObject({ start: 50, maximum: 50 });
    expect(resolve({ FINDMAX_START: "0.5" }).search).toMatchObject({ start: 0.5, minimum: 0.5 });
  });

  it.each<[Record<string, string>, string]>([
    [{ LOAD_RATE: "500" }, "LOAD_RATE=500 cannot be given with the load profile findmax"],
    [{ OPERATION_COUNT: "500" }, "OPERATION_COUNT=500 cannot be given with the load profile findmax"],
    [{ OPERATIONS_PER_ITERATION: "5" }, "OPERATIONS_PER_ITERATION=5 cannot be given"],
    [{ FINDMAX: "connections" }, "FINDMAX=connections is not accepted; expected is rate, workers"],
    [{ FINDMAX: "workers", LOAD_WORKERS: "5" }, "LOAD_WORKERS=5 and FINDMAX=workers are both set"],
    [{ FINDMAX: "workers", FINDMAX_RATE: "5" }, "FINDMAX_RATE=5 and FINDMAX=workers are both set"],
    [{ FINDMAX: "workers", FINDMAX_START: "1.5" }, "whole number of workers"],
    [{ FINDMAX: "workers", FINDMAX_CEILING: "100001" }, "whole number of workers from 1 to 100,000"],
    [{ FINDMAX_TIME_LIMIT: "11s" }, "FINDMAX_TIME_LIMIT=11s is shorter than one step, which takes 12s"],
    [{ FINDMAX_RATE: "50", STEADY_STATE_DURATION: "30m" }, "FINDMAX_TIME_LIMIT=10m is shorter than one step"],
    [{ FINDMAX_RATE: "5", FINDMAX_CEILING: "9" }, "FINDMAX_RATE and FINDMAX_CEILING are both set"],
    [{ FINDMAX_START: "500", FINDMAX_CEILING: "100" }, "FINDMAX_START=500 is above the ceiling of 100"],
    [{ FINDMAX_PRECISION: "0" }, "FINDMAX_PRECISION=0 is not accepted"],
    [{ FINDMAX_RATE: "0" }, "FINDMAX_RATE=0 is not accepted"],
  ])("refuses %j", (environment, message) => {
    expect(() => resolve(environment)).toThrow(message);
    expect(() => resolve(environment)).toThrow(UsageError);
  });

  it("its variables are refused where nothing is searched", () => {
    expect(() => resolve({ FINDMAX_RATE: "500" }, "tps500")).toThrow(
      "FINDMAX_RATE=500 is set, and the load profile tps500 searches nothing",
    );
  });
});

describe("a search that a user wrote", () => {
  const search = { of: "rate", start: 10, minimum: 1, maximum: 100, precision: 0.1, stepSeconds: 5, warmupSeconds: 1 };
  const written = {
    name: "mine",
    loop: "open",
    segments: [{ phase: "measure", seconds: 300, rate: 100, workers: 4 }],
    search,
  };

  it("keeps its numbers, and takes the variables", () => {
    expect(validateProfile(written).search).toEqual(search);
    expect(resolve({ FINDMAX_START: "20" }, written).search).toEqual({ ...search, start: 20 });
    expect(resolve({}, written).segments[0]?.workers.to).toBe(4);
  });

  it.each<[object, string]>([
    [{ search: { ...search, of: "workers" } }, "of of search of load profile mine"],
    [{ search: { ...search, start: 1000 } }, "between the minimum 1 and the maximum 100"],
    [{ search: { ...search, precision: 2 } }, "a share below 1"],
    [{ search: { ...search, speed: 2 } }, "unknown field speed"],
    [{ search: { ...search, stepSeconds: 0 } }, "stepSeconds of search"],
    [{ search: true }, "search of load profile mine is true"],
    [{ segments: [...written.segments, ...written.segments] }, "one segment"],
  ])("is refused with %j", (change, message) =>
    expect(() => validateProfile({ ...written, ...change })).toThrow(message),
  );
});

describe("a workload that is searched with", () => {
  const operation = (weight: number, slo?: object) => ({ name: "find", weight, ...(slo && { slo }) });
  const workload = (operations: object[], slo?: object) => ({ name: "mine", operations, ...(slo && { slo }) }) as never;

  it("needs an SLO of an operation that is run", () => {
    expect(() => assertSearchable(workload([operation(1)], { p95Milliseconds: 5 }))).not.toThrow();
    expect(() => assertSearchable(workload([operation(1, { errorRate: 0 })]))).not.toThrow();
    for (const without of [
      workload([operation(1)]),
      workload([operation(1)], {}),
      workload([operation(0, { errorRate: 0 }), operation(1)]),
    ])
      expect(() => assertSearchable(without)).toThrow("SLO_P95=50ms, SLO_P99=100ms or SLO_ERROR_RATE=0.001");
  });
});

import { describe, expect, it } from "vitest";
import type { LoadProfile } from "../profile.ts";
import type { Workload } from "../workload.ts";
import { assertScenarios, optionsOf } from "./options.ts";
import { declarationOf } from "./settings.ts";
import { assertWritesAllowed } from "./writes.ts";

const profile: LoadProfile = {
  name: "tps100",
  description: "",
  loop: "open",
  segments: [{ phase: "measure", seconds: 60.5, rate: { from: 100, to: 100 }, workers: { from: 10, to: 20 } }],
};
const declare = (environment: Record<string, string> = {}) =>
  declarationOf("oltp", profile, { DBMARK_TARGET: "noop://local", ...environment }, { cores: 4, version: "1" });
const scenario = (environment: Record<string, string> = {}) => optionsOf(declare(environment)).scenarios?.tps100;

describe("the declaration of a run", () => {
  it("has defaults for everything but the target", () => {
    expect(declare()).toMatchObject({
      seed: 1,
      depth: 1,
      connections: "per-worker",
      timeoutMilliseconds: 30_000,
      loadConnections: 4,
    });
    expect(() => declarationOf("oltp", profile, {}, { cores: 4, version: "1" })).toThrow("DBMARK_TARGET=postgres://");
  });

  it("samples each operation only where that is cheap or asked for", () => {
    expect(declare().metrics).toBe("operations");
    expect(
      declarationOf(
        "oltp",
        { ...profile, loop: "closed" },
        { DBMARK_TARGET: "noop://local" },
        { cores: 1, version: "" },
      ).metrics,
    ).toBe("windows");
    expect(declare({ METRICS: "windows" }).metrics).toBe("windows");
  });
});

describe("k6's options", () => {
  it("lend a VU for each worker, and a slice for each second until the last due work is drained", () => {
    expect(scenario({ GRACEFUL_STOP: "5s" })).toEqual({
      executor: "per-vu-iterations",
      vus: 20,
      iterations: 68,
      maxDuration: "96s",
      gracefulStop: "5s",
    });
  });

  it("make iterations longer where there are many workers, a hundred a second at most together", () => {
    const [segment] = profile.segments;
    if (segment === undefined) throw new Error("the profile has no segment");
    const crowded = { ...profile, segments: [{ ...segment, workers: { from: 10, to: 450 } }] };
    const environment = { DBMARK_TARGET: "noop://local", GRACEFUL_STOP: "5s" };
    const declaration = declarationOf("oltp", crowded, environment, { cores: 4, version: "1" });
    expect(declaration.iterationSeconds).toBe(5);
    // 61 s and 5 s in slices of 5 s are 14, and two that are cut.
    expect(optionsOf(declaration).scenarios?.tps100).toMatchObject({ vus: 450, iterations: 16, maxDuration: "96s" });
  });

  it("let iterations repeat where each has a number of operations", () => {
    expect(scenario({ OPERATIONS_PER_ITERATION: "1" })).toMatchObject({ executor: "constant-vus", duration: "62s" });
  });

  it("leave the end to the count where there is one", () => {
    expect(scenario({ OPERATION_COUNT: "20000" })).toMatchObject({
      executor: "per-vu-iterations",
      iterations: 1,
      maxDuration: "24h",
    });
    expect(scenario({ OPERATION_COUNT: "20000", OPERATIONS_PER_ITERATION: "100" })).toMatchObject({
      executor: "shared-iterations",
      iterations: 220,
    });
  });

  it("are refused when k6's own --vus replaced them", () => {
    expect(() => assertScenarios(["tps100"], ["tps100"])).not.toThrow();
    expect(() => assertScenarios(["tps100"], ["default"])).toThrow("--vus");
  });
});

it("writing to a table that dbmark did not make has to be allowed", () => {
  const workload = {
    operations: [{ name: "update", kind: "write", weight: 1 }],
    foreignTables: ["orders"],
  } as unknown as Workload;
  expect(() => assertWritesAllowed(workload, false)).toThrow(
    "update would write to orders, which dbmark did not make. Allow it with --allow-writes",
  );
  expect(() => assertWritesAllowed(workload, true)).not.toThrow();
});

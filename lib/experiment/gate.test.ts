import { describe, expect, it } from "vitest";
import { gateExitCode } from "../../cli/ab/gate-exit-code.ts";
import type { ExperimentFile } from "../schema/experiment.generated.ts";
import { experimentOf, planOf, repetitionsOf, slower } from "./experiment-under-test.ts";
import { obstaclesOf } from "./gate.ts";

const { a = [], b = [] } = slower["all:response-p99"] ?? {};
const throughput = slower["all:throughput"] ?? { a: [], b: [] };
const same = { "all:response-p99": { a, b: a }, "all:throughput": throughput };
const invalid = repetitionsOf(slower).map((each) => ({ ...each, valid: each.pair !== 3, reasons: ["It lagged."] }));
const answer = (experiment: ExperimentFile) => [
  gateExitCode(experiment),
  ...obstaclesOf(experiment).map(({ kind }) => kind),
];

describe("a gate", () => {
  it("is passed where nothing is worse, also where something is better", () => {
    expect(answer(experimentOf(same))).toEqual([0]);
    expect(answer(experimentOf({ ...same, "all:response-p99": { a: b, b: a } }))).toEqual([0]);
  });

  it("answers 1 where a primary metric is worse, and says which and by how much", () => {
    expect(answer(experimentOf(slower))).toEqual([1, "worse"]);
    expect(obstaclesOf(experimentOf(slower))[0]?.message).toMatch(/^p99 response time: \+12\.4 % \(95 % interval/);
  });

  it("answers 4 where a run is not valid, whatever the verdicts", () => {
    expect(answer(experimentOf(slower, { repetitions: invalid }))).toEqual([4, "invalid", "invalid", "worse"]);
    expect(obstaclesOf(experimentOf(slower, { repetitions: invalid }))[0]?.message).toMatch(
      /^[AB] of pair 3 is not valid: It lagged\.$/,
    );
  });

  it("answers 4 where a primary metric could not be tested: nobody knows then", () => {
    const missing = { ...same, "all:response-p99": { a, b: b.with(2, null) } };
    expect(answer(experimentOf(missing))).toEqual([4, "invalid"]);
    expect(obstaclesOf(experimentOf(missing))[0]?.message).toContain("runs of pair 3 of 8 do not have it");
    expect(answer(experimentOf({ ...missing, "all:throughput": { a: b, b: a } }))).toEqual([4, "invalid", "worse"]);
  });

  it("answers 2 where the experiment is half done, and says how to go on", () => {
    for (const status of ["running", "interrupted", "failed"] as const) {
      const half = experimentOf(slower, { status, repetitions: repetitionsOf(slower, 5), plan: planOf(8) });
      expect(answer(half)).toEqual([2, "half done"]);
      expect(obstaclesOf(half)[0]?.message).toMatch(/5 of 8 pairs are complete, and it has no verdict\. .* --resume/);
    }
    expect(answer(experimentOf(slower, { repetitions: [] }))).toEqual([2, "half done"]);
  });

  it("takes an experiment that its plan allowed to end early", () => {
    expect(answer(experimentOf(slower, { status: "stopped" }))).toEqual([1, "worse"]);
  });
});

import { describe, expect, it } from "vitest";
import { experimentOf, planOf, repetitionsOf, slower } from "./experiment-under-test.ts";

const p99 = { metric: "response-p99", operation: "all" };

describe("an experiment", () => {
  it("is valid where all its runs are", () => {
    expect(experimentOf(slower).validity).toEqual({ valid: true, reasons: [], warnings: [] });
  });

  it("is not where one that counts is not, and names the run and its first reason", () => {
    const repetitions = repetitionsOf(slower);
    const spoilt = repetitions.map((each, place) =>
      place === 1 ? { ...each, valid: false, reasons: ["It lagged.", "It failed."] } : each,
    );
    expect(experimentOf(slower, { repetitions: spoilt }).validity).toMatchObject({
      valid: false,
      reasons: ["B of pair 1 is not valid: It lagged. (and 1 more)"],
    });
    const uncounted = [...spoilt.slice(0, 2).map((each) => ({ ...each, counts: false })), ...repetitions];
    expect(experimentOf(slower, { repetitions: uncounted }).validity.valid).toBe(true);
  });

  it("names five of many invalid runs, and counts them", () => {
    const repetitions = repetitionsOf(slower).map((each) => ({ ...each, valid: false, reasons: [] }));
    const { reasons } = experimentOf(slower, { repetitions }).validity;
    expect(reasons).toHaveLength(6);
    expect(reasons[0]).toBe("A of pair 1 is not valid: It does not say why.");
    expect(reasons[5]).toBe("16 of 16 runs are not valid; 11 of them are not named here.");
  });

  it("warns where pairs were measured again, since that may be a choice; not of the one that is being measured", () => {
    const whole = repetitionsOf(slower);
    const [a, b] = whole.map((each) => ({ ...each, counts: false }));
    if (a === undefined || b === undefined) throw new Error("there are no repetitions");
    const again = [a, { ...b, status: "failed" as const }, { ...a, status: "interrupted" as const }, ...whole];
    expect(experimentOf(slower, { repetitions: again }).validity).toMatchObject({
      valid: true,
      warnings: [
        "3 repetitions do not count, 1 of them failed: pair 1 broke off and was measured again. If that was because of what had been measured, the " +
          "verdicts are a choice.",
      ],
    });
    const last = { ...whole[0], pair: 9, counts: false } as typeof a;
    expect(experimentOf(slower, { repetitions: [...whole, last] }).validity.warnings).toEqual([]);
  });

  it("warns where operations of the variants fail differently, since failures take another time", () => {
    const errors = (a: number, b: number) => ({
      ...slower,
      "all:error-rate": { a: new Array(8).fill(a), b: new Array(8).fill(b) },
    });
    const [warning] = experimentOf(errors(0, 0.4)).validity.warnings;
    expect(warning).toContain("Operations failed: 0 % of A and 40 % of B (medians).");
    expect(experimentOf(errors(0.001, 0.002)).validity.warnings).toEqual([]);
  });

  it("warns where the ranks do not confirm a verdict", () => {
    // Five pairs up by a little, one by the same: six alike are confirmed; with one down, they are not.
    const measured = {
      "all:response-p99": { a: [10, 10, 10, 10, 10, 10, 10], b: [11, 11.1, 11.2, 10.9, 11, 11.1, 9.95] },
    };
    const experiment = experimentOf(measured, { plan: planOf(7, { primary: [p99] }) });
    expect(experiment.judgement?.primary[0]?.verdict).toBe("worse");
    expect(experiment.judgement?.primary[0]?.result.wilcoxonPValue).toBe(0.03125);
    expect(experiment.validity.warnings).toEqual([]);
    const strict = experimentOf(measured, {
      plan: planOf(7, { primary: [p99], alpha: 0.02, looks: [{ pair: 7, level: 0.02 }] }),
    });
    expect(strict.judgement?.primary[0]?.verdict).toBe("worse");
    expect(strict.validity.warnings[0]).toMatch(
      /^The signed-rank test does not confirm the verdict on p99 response time \(p = 0\.031\)/,
    );
  });
});

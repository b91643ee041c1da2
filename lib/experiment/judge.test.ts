import { describe, expect, it } from "vitest";
import type { Plan, Repetition } from "../schema/experiment.generated.ts";
import { type Measured, planOf, repetitionsOf, slower } from "./experiment-under-test.ts";
import { judge, mayStop } from "./judge.ts";

const p99 = { metric: "response-p99", operation: "all" };
const judgeAll = (measured: Measured, changes: Partial<Plan> = {}) => {
  const repetitions = repetitionsOf(measured);
  return judge({ plan: planOf(repetitions.length / 2, changes), repetitions });
};
const onlyP99 = (a: readonly (number | null)[], b: readonly (number | null)[]): Measured => ({
  "all:response-p99": { a, b },
});
const errors = (a: readonly number[], b: readonly number[]): Measured => ({ "all:error-rate": { a, b } });
const primary = (...metrics: string[]) => ({
  primary: metrics.map((metric) => ({ metric, operation: "all" })) as Plan["primary"],
});

describe("the judgement of eight pairs", () => {
  const judgement = judgeAll(slower);
  const [first, second] = judgement?.primary ?? [];

  it("has the figures that scipy and statsmodels give", () => {
    const { result, adjustedPValue } = first ?? {};
    expect(result).toMatchObject({ pairs: 8, medianA: expect.closeTo(12.3, 12), medianB: expect.closeTo(14, 12) });
    expect(result?.ratio).toBeCloseTo(1.1241674086088485, 12);
    expect(result?.lower).toBeCloseTo(1.0868782969550046, 12);
    expect(result?.upper).toBeCloseTo(1.1627358519522002, 12);
    expect(result?.standardDeviation).toBeCloseTo(0.04034951758242229, 12);
    expect(result?.pValue).toBeCloseTo(7.755562328307162e-5, 14);
    expect(result?.wilcoxonPValue).toBe(0.0078125);
    // At half the level, which is what Holm leaves the first of two.
    expect(result?.detectableRatio).toBeCloseTo(1.0555214499976466, 7);
    expect(adjustedPValue).toBeCloseTo(1.55111247e-4, 11);
    expect(second?.result.ratio).toBeCloseTo(0.9957980502537253, 12);
    expect(second?.result.wilcoxonPValue).toBe(0.3125);
    expect(second?.adjustedPValue).toBeCloseTo(0.22664459639757187, 12);
  });

  it("says worse of what is longer, and of the rest which difference could have been shown", () => {
    expect([first?.verdict, second?.verdict]).toEqual(["worse", "no difference shown"]);
    expect(first?.reason).toBe("+12.4 % (95 % interval +8.7 % to +16.3 %; p = 0.00016, adjusted for 2 metrics).");
    expect(second?.reason).toBe(
      "No difference of at least 3 % could be shown: −0.42 % (95 % interval −1.2 % to +0.33 %; p = 0.23, adjusted for 2 metrics).",
    );
  });

  it("is the other way round with the variants changed, and with a metric of which more is better", () => {
    const { a, b } = slower["all:response-p99"] ?? { a: [], b: [] };
    expect(judgeAll(onlyP99(b, a), { primary: [p99] })?.primary[0]?.verdict).toBe("better");
    const verdict = (ofA: typeof a, ofB: typeof a) =>
      judgeAll({ "all:throughput": { a: ofA, b: ofB } }, primary("throughput"))?.primary[0]?.verdict;
    expect([verdict(a, b), verdict(b, a)]).toEqual(["better", "worse"]);
  });

  it("does not call a difference worse that is smaller than the minimum effect", () => {
    const [found] = judgeAll(slower, { minimumEffect: 0.13 })?.primary ?? [];
    expect(found?.verdict).toBe("no difference shown");
    expect(found?.reason).toContain("No difference of at least 13 % could be shown: +12.4 %");
    expect(found?.reason).toContain("There is a difference; the change found is below the minimum effect of 13 %.");
    expect(judgeAll(slower, { minimumEffect: 0.12 })?.primary[0]?.verdict).toBe("worse");
  });

  it("names the detectable difference where that is larger than the minimum effect", () => {
    const wild = onlyP99([10, 10, 10, 10, 10, 10], [13, 8, 12, 7.5, 14, 9]);
    const [found] = judgeAll(wild, { primary: [p99] })?.primary ?? [];
    expect(found?.result.detectableRatio).toBeGreaterThan(1.3);
    const x = ((found?.result.detectableRatio ?? 0) - 1) * 100;
    expect(found?.reason).toContain(`No difference of at least ${x.toFixed(0)} % could be shown`);
  });

  it("keeps to the level of the plan, and adjusts for the second metric even where that cannot be tested", () => {
    // p is 0.0467 by scipy's ttest_rel: below 5 % alone, above it when doubled.
    const weak = onlyP99([10, 10, 10, 10, 10, 10], [10.2, 11, 10.9, 9.9, 11.2, 10.2]);
    expect(judgeAll(weak, { primary: [p99] })?.primary[0]?.verdict).toBe("worse");
    expect(judgeAll(weak)?.primary.map(({ verdict }) => verdict)).toEqual(["no difference shown", null]);
  });

  it("shows all else with intervals, without verdict, those of all operations first", () => {
    const { exploration } = judgeAll(
      { ...slower, "select:response-p99": { a: [1, 2, 3, 4], b: [2, 3, 4, 5] } },
      {
        primary: [p99],
      },
    ) ?? { exploration: [] };
    expect(exploration.map(({ metric, operation }) => `${operation}:${metric}`)).toEqual([
      "all:throughput",
      "select:response-p99",
    ]);
    expect(exploration[1]).toMatchObject({ pairs: 4, medianA: 2.5, medianB: 3.5 });
    expect(exploration[0]).not.toHaveProperty("verdict");
  });
});

describe("pairs", () => {
  it("count only when both repetitions do, wherever they stand, and the last of those that were run again", () => {
    const repetitions = repetitionsOf(slower);
    const again = repetitions.map(
      (each): Repetition => (each.pair === 3 ? { ...each, counts: false, metrics: {} } : each),
    );
    const pair = repetitions.filter(({ pair }) => pair === 3);
    expect(judge({ plan: planOf(8), repetitions: [...again, ...pair] })).toEqual(
      judge({ plan: planOf(8), repetitions }),
    );
    expect(judge({ plan: planOf(8), repetitions: again })?.pairs).toBe(7);
    expect(judge({ plan: planOf(8), repetitions: again.slice(0, 3) })).toBeNull();
  });

  it("that are too few are no judgement", () => {
    expect(judge({ plan: planOf(8), repetitions: [] })).toBeNull();
    expect(judge({ plan: planOf(8), repetitions: repetitionsOf(slower, 1) })).toBeNull();
  });

  it("before the last one of the plan give intervals, and no verdict", () => {
    const judgement = judge({ plan: planOf(8), repetitions: repetitionsOf(slower, 7) });
    expect(judgement?.primary.map(({ verdict }) => verdict)).toEqual([null, null]);
    expect(judgement?.primary[0]?.reason).toMatch(
      /^Not decided: \+11\.6 % \(.*\)\. 7 of 8 pairs are complete; it is judged after the last\.$/,
    );
  });
});

describe("looks on the way", () => {
  const looks = [
    { pair: 5, level: 0.001 },
    { pair: 6, level: 0.001 },
    { pair: 7, level: 0.001 },
    { pair: 8, level: 0.047 },
  ];
  const clear = onlyP99([10, 10.1, 9.9, 10, 10.2, 9.8, 10, 10], [15, 15.2, 14.7, 15.1, 15.2, 14.9, 12, 9]);
  const at = (measured: Measured, pairs: number, changes: Partial<Plan> = {}) =>
    judge({ plan: planOf(8, { looks, ...changes }), repetitions: repetitionsOf(measured, pairs) });

  it("may end it with a verdict where every primary metric has one, and not before the first look", () => {
    const plan = planOf(8, { looks, primary: [p99] });
    const judgedAfter = (pairs: number) => judge({ plan, repetitions: repetitionsOf(clear, pairs) });
    expect(judgedAfter(4)?.primary[0]?.verdict).toBeNull();
    expect(mayStop(plan, judgedAfter(4))).toBe(false);
    expect(judgedAfter(5)).toMatchObject({ level: 0.001, primary: [{ verdict: "worse" }] });
    expect(mayStop(plan, judgedAfter(5))).toBe(true);
    expect(mayStop(plan, null)).toBe(false);
    expect(mayStop(plan, judge({ plan, repetitions: [] }))).toBe(false);
  });

  it("do not end it where a metric is not decided, and say when the next is", () => {
    const judgement = at(slower, 6);
    expect(judgement?.primary.map(({ verdict }) => verdict)).toEqual([null, null]);
    expect(judgement?.primary[1]?.reason).toContain("6 of 8 pairs are complete; the next look is after pair 7.");
    expect(mayStop(planOf(8, { looks }), judgement)).toBe(false);
  });

  it("that rejected stay so, whatever later pairs say", () => {
    const [found] = at(clear, 8, { primary: [p99] })?.primary ?? [];
    expect(found?.adjustedPValue).toBeGreaterThan(0.001);
    expect(found?.verdict).toBe("worse");
    expect(found?.reason).toMatch(/ Shown already after pair 5, at a level of 0\.1 %\.$/);
  });

  it("that rejected are no verdict where later pairs turn the change round", () => {
    const turned = onlyP99([10, 10.1, 9.9, 10, 10.2, 9.8, 10, 10], [15, 15.2, 14.7, 15.1, 15.2, 3, 2, 2]);
    const [early] = at(turned, 5, { primary: [p99] })?.primary ?? [];
    expect(early?.verdict).toBe("worse");
    const [found] = at(turned, 8, { primary: [p99] })?.primary ?? [];
    expect(found?.result.ratio).toBeLessThan(0.97);
    expect(found?.verdict).toBe("no difference shown");
    expect(found?.reason).not.toContain("There is a difference");
  });

  it("take their level off the last one", () => {
    // p is 0.0487 by scipy's ttest_rel: below 5 %, above 4.7 %.
    const edge = onlyP99([10, 10, 10, 10, 10, 10, 10, 10], [10.6, 10.9, 9.9, 11.4, 10.2, 10.8, 9.8, 10.12]);
    const [alone] = judgeAll(edge, { primary: [p99] })?.primary ?? [];
    expect(alone?.verdict).toBe("worse");
    expect(alone?.adjustedPValue).toBeGreaterThan(0.047);
    expect(at(edge, 8, { primary: [p99] })?.primary[0]?.verdict).toBe("no difference shown");
  });
});

describe("values without a ratio", () => {
  const six = [1, 1, 1, 1, 1, 1];

  it("that a run does not have leave the metric without a verdict, and say where", () => {
    const measured = onlyP99([...six, 1], [2, null, 2, 2, 2, 2, null]);
    const [found] = judgeAll(measured, { primary: [p99] })?.primary ?? [];
    expect(found).toMatchObject({ verdict: null, adjustedPValue: null, result: { pairs: 5 } });
    expect(found?.reason).toBe(
      "Not tested: runs of pairs 2, 7 of 7 do not have it. It takes 10,000 operations in each.",
    );
  });

  it("that are zero in every run are no difference", () => {
    const none = six.map(() => 0);
    const [found] = judgeAll(errors(none, none), primary("error-rate"))?.primary ?? [];
    expect(found).toMatchObject({ verdict: "no difference shown", reason: "It is 0 in every run of both." });
    expect(found?.result).toMatchObject({ pairs: 0, medianA: 0, medianB: 0, ratio: null, wilcoxonPValue: null });
  });

  it("that are zero in one variant are tested by their ranks, with medians in place of a ratio", () => {
    const measured = errors([0, 0, 0, 0, 0, 0, 0, 0], [0.01, 0.02, 0.015, 0.03, 0.012, 0.011, 0.02, 0.025]);
    const [found] = judgeAll(measured, primary("error-rate"))?.primary ?? [];
    expect(found).toMatchObject({ verdict: "worse", adjustedPValue: 0.0078125, result: { ratio: null, pValue: null } });
    expect(found?.reason).toBe(
      "Medians of 0 % in A and 1.75 % in B (signed-rank test, because 0 has no ratio: p = 0.0078).",
    );
    const back = errors(measured["all:error-rate"]?.b as number[], measured["all:error-rate"]?.a as number[]);
    expect(judgeAll(back, primary("error-rate"))?.primary[0]?.verdict).toBe("better");
  });

  it("that are zero here and there are no difference by themselves", () => {
    const [found] =
      judgeAll(errors([0, 0.01, 0, 0.02, 0, 0.01], [0.01, 0, 0.02, 0, 0.01, 0]), primary("error-rate"))?.primary ?? [];
    expect(found?.verdict).toBe("no difference shown");
    expect(found?.reason).toMatch(/^No difference could be shown: medians of 0\.5 % in A and 0\.5 % in B/);
  });

  it("have no direction where the medians are the same, even without a minimum effect", () => {
    const measured = errors([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    const [found] = judgeAll(measured, { ...primary("error-rate"), minimumEffect: 0 })?.primary ?? [];
    expect(found?.adjustedPValue).toBeLessThan(0.05);
    expect(found?.verdict).toBe("no difference shown");
  });

  it("of five pairs are too few for ranks, and said to be", () => {
    const [found] = judgeAll(errors([0, 0, 0, 0, 0], [0.1, 0.1, 0.1, 0.1, 0.1]), primary("error-rate"))?.primary ?? [];
    expect(found).toMatchObject({ verdict: null, adjustedPValue: null });
    expect(found?.reason).toContain("has no ratio, and the signed-rank test needs 6 pairs");
  });

  it("are never infinite, which JSON does not have", () => {
    const huge = onlyP99([1e-300, 1e300, 1e-300, 1e300, 1e-300], [1e300, 1e-300, 1e300, 1e-300, 1e300]);
    const judgement = judgeAll(huge, { primary: [p99] });
    expect(JSON.parse(JSON.stringify(judgement))).toEqual(judgement);
  });
});

it("depends on nothing but what it is given", () => {
  expect(judgeAll(slower)).toEqual(judgeAll(slower));
});

// How often the judgement of made-up experiments is wrong, where it is known what is true: from repetitions with drift to verdicts. Figures that
// these would be by theory, within what chance leaves of so many trials. bench/sim-compare simulates requests, and other methods.

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { describe, expect, it } from "vitest";
import type { Plan } from "../schema/experiment.generated.ts";
import { pairedPower } from "../statistics/detectable-effect.ts";
import { interimLooks } from "../statistics/interim-looks.ts";
import { seededGenerator } from "../statistics/seeded-generator.ts";
import { type Measured, planOf, repetitionsOf } from "./experiment-under-test.ts";
import { judge, mayStop } from "./judge.ts";
import { order } from "./order.ts";

const pairs = 8;
const trials = 2000;
/** Of the logarithm of a run's value: that of ln(B / A) is √2 times as much, and a little more by the walk. */
const runDeviation = 0.05;
const walkDeviation = 0.01;
/** From the first run of an experiment to the last. */
const drift = 0.08;
const deviationOfPairs = Math.sqrt(2 * runDeviation ** 2 + walkDeviation ** 2);

const p99: Plan["primary"] = [{ metric: "response-p99", operation: "all" }];
const looks = interimLooks(0.05, pairs).map(({ pairs: pair, level }) => ({ pair, level }));

/** What eight pairs would measure where p99 of B is truly `ratio` times that of A, and its throughput so much less. */
function experiments(seed: number, ratio: number): () => Measured {
  const generator = seededGenerator(seed);
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator))) * Math.cos(2 * Math.PI * uniformFloat64(generator));
  return () => {
    const measured = {
      "all:response-p99": { a: [] as number[], b: [] as number[] },
      "all:throughput": { a: [] as number[], b: [] as number[] },
    };
    let walk = 0;
    for (const [place, variant] of order(pairs).entries()) {
      walk += walkDeviation * normal();
      const environment = walk + (drift * place) / (2 * pairs - 1);
      const effect = variant === "b" ? Math.log(ratio) : 0;
      measured["all:response-p99"][variant].push(10 * Math.exp(environment + effect + runDeviation * normal()));
      measured["all:throughput"][variant].push(5000 * Math.exp(-environment - effect + runDeviation * normal()));
    }
    return measured;
  };
}

/** How many of the trials have such a verdict on any primary metric, and after how many pairs on average they were done. */
function counted(seed: number, ratio: number, changes: Partial<Plan>) {
  const plan = planOf(pairs, { minimumEffect: 0, ...changes });
  const next = experiments(seed, ratio);
  const verdicts = { better: 0, worse: 0 };
  let pairsRun = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const repetitions = repetitionsOf(next());
    let after = plan.looks[0]?.pair ?? pairs;
    let judgement = judge({ plan, repetitions: repetitions.slice(0, 2 * after) });
    while (after < pairs && !mayStop(plan, judgement)) {
      after += 1;
      judgement = judge({ plan, repetitions: repetitions.slice(0, 2 * after) });
    }
    pairsRun += after / trials;
    for (const verdict of ["better", "worse"] as const) {
      if (judgement?.primary.some((result) => result.verdict === verdict)) verdicts[verdict] += 1;
    }
  }
  return { ...verdicts, any: verdicts.better + verdicts.worse, pairsRun };
}

/** Three standard deviations around what is expected. */
function bounds(share: number) {
  const deviation = Math.sqrt(trials * share * (1 - share));
  return { lower: trials * share - 3 * deviation, upper: trials * share + 3 * deviation };
}

describe("verdicts on identical variants in an environment that drifts", () => {
  it("come at the nominal rate, better as often as worse", () => {
    const { any, better, worse } = counted(11, 1, { primary: p99 });
    const { lower, upper } = bounds(0.05);
    expect(any).toBeGreaterThan(lower);
    expect(any).toBeLessThan(upper);
    for (const half of [better, worse]) {
      expect(half).toBeGreaterThan(bounds(0.025).lower);
      expect(half).toBeLessThan(bounds(0.025).upper);
    }
  });

  it("come at no more than that rate over two primary metrics, looks on the way, and another alpha", () => {
    expect(counted(12, 1, {}).any).toBeLessThan(bounds(0.05).upper);
    expect(counted(13, 1, { looks }).any).toBeLessThan(bounds(0.05).upper);
    expect(counted(14, 1, { alpha: 0.2, looks: [{ pair: pairs, level: 0.2 }] }).any).toBeLessThan(bounds(0.2).upper);
  });

  it("come less often where a minimum effect is asked for", () => {
    const none = counted(15, 1, { primary: p99 }).any;
    const some = counted(15, 1, { primary: p99, minimumEffect: 0.08 }).any;
    expect(some).toBeLessThan(none);
  });
});

describe("verdicts on a true change", () => {
  it("of 10 % come as often as the power of the paired t test says, and in the right direction", () => {
    const { worse, better } = counted(16, 1.1, { primary: p99 });
    const power = pairedPower(pairs, 1.1, deviationOfPairs);
    expect(power).toBeGreaterThan(0.85);
    expect(worse).toBeGreaterThan(bounds(power).lower);
    expect(worse).toBeLessThan(bounds(power).upper);
    expect(better).toBe(0);
    expect(counted(16, 1 / 1.1, { primary: p99 })).toMatchObject({ worse: 0 });
  });

  it("of 40 % end an experiment early, where that is allowed", () => {
    const { worse, pairsRun } = counted(17, 1.4, { looks });
    expect(worse).toBeGreaterThan(0.99 * trials);
    expect(pairsRun).toBeLessThan(7);
  });
});

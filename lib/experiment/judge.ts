// What an experiment says: verdicts of its primary metrics, and intervals of all others.
//
// Each primary metric is tested by the paired t test on log-ratios; Holm's adjustment is over the primary metrics. It is tested at the looks of
// the plan and nowhere between: what a look rejects at its level stays rejected, unless the pairs after it turn the change round, and "no difference
// shown" is said after the last pair of the plan only. A verdict needs, besides, a change of at least the minimum effect. The sources, assumptions and
// limits of each test are in lib/statistics.
//
// A repetition without a primary metric (p99 of too few operations) leaves its pair untested, and the metric without a verdict: which repetitions
// lack it depends on what was measured, so the others would be a choice.

import { findMetric, metrics } from "../comparison/metrics.ts";
import type {
  Judgement,
  MetricOfOperation,
  MetricResult,
  Plan,
  PrimaryResult,
  Repetition,
} from "../schema/experiment.generated.ts";
import { holm } from "../statistics/holm.ts";
import { pairedLogRatio } from "../statistics/paired-log-ratio.ts";
import { wilcoxonSignedRank } from "../statistics/wilcoxon-signed-rank.ts";
import { type Levels, metricResult, valuesOf } from "./metric-result.ts";
import { completePairs, type Pair, valueIn } from "./pairs.ts";
import { nameOf } from "./primary.ts";
import { type Finding, reasonOf } from "./reason.ts";

/** What is judged. */
export interface Evidence {
  plan: Plan;
  repetitions: readonly Repetition[];
}

/** Fewer pairs have no interval. */
const fewestPairs = 2;

/** The judgement of what was measured up to now; null: there are fewer than two complete pairs. */
export function judge({ plan, repetitions }: Evidence): Judgement | null {
  const pairs = completePairs(repetitions);
  if (pairs.length < fewestPairs) return null;
  const confidence = 1 - plan.alpha;
  const reached = plan.looks.filter(({ pair }) => pair <= pairs.length);
  const level = (reached.at(-1) ?? plan.looks[0])?.level ?? plan.alpha;
  return {
    pairs: pairs.length,
    confidence,
    level,
    primary: judgePrimary(plan, pairs, reached, { confidence, level: level / Math.max(1, plan.primary.length) }),
    exploration: others(pairs, plan.primary).map((of) => metricResult(pairs, of, { confidence, level: plan.alpha })),
  };
}

/** Whether the plan allows to end now: after a look that is not the last, with every primary metric better or worse. */
export function mayStop(plan: Plan, judgement: Judgement | null): boolean {
  if (judgement === null || judgement.primary.length === 0) return false;
  return (
    plan.looks.some(({ pair }) => pair === judgement.pairs) &&
    judgement.primary.every(({ verdict }) => verdict === "better" || verdict === "worse")
  );
}

function judgePrimary(plan: Plan, pairs: readonly Pair[], reached: Plan["looks"], levels: Levels): PrimaryResult[] {
  const rejections = new Map<number, { look: Plan["looks"][number]; direction: number }>();
  for (const look of reached) {
    for (const [place, test] of testsOf(plan, pairs.slice(0, look.pair)).entries()) {
      if (test === null || test.adjustedPValue > look.level || rejections.has(place)) continue;
      rejections.set(place, { look, direction: test.direction });
    }
  }
  const isLast = pairs.length >= (plan.looks.at(-1)?.pair ?? plan.pairs);
  const tests = testsOf(plan, pairs);
  return plan.primary.map((of, place) => {
    const result = metricResult(pairs, of, levels);
    const rejection = rejections.get(place);
    const isTurned = rejection !== undefined && rejection.direction * changeOf(result) < 0;
    const finding: Finding = {
      result,
      adjustedPValue: tests[place]?.adjustedPValue ?? null,
      rejectedAt: rejection === undefined || isTurned ? null : rejection.look,
      isLast,
      missingIn: pairs
        .filter(({ a, b }) => valueIn(a, of) === null || valueIn(b, of) === null)
        .map(({ number }) => number),
      isZero: valuesOf(pairs, of).every(([a, b]) => a === 0 && b === 0),
      pairs: pairs.length,
      plan,
    };
    const verdict = verdictOf(finding);
    return { result, adjustedPValue: finding.adjustedPValue, verdict, reason: reasonOf(finding, verdict) };
  });
}

/** What a test says of a metric. */
interface Test {
  pValue: number;
  /** 1: B is higher; −1: it is lower; 0: neither. */
  direction: number;
}

/** Of each primary metric; null: it cannot be tested. One that cannot still counts for the adjustment of the other. */
function testsOf(plan: Plan, pairs: readonly Pair[]): ((Test & { adjustedPValue: number }) | null)[] {
  const tests = plan.primary.map((of) => {
    const values = valuesOf(pairs, of);
    return values.length === pairs.length ? testOf(values) : null;
  });
  const adjusted = holm(tests.map((test) => test?.pValue ?? 1));
  return tests.map((test, place) => (test === null ? null : { ...test, adjustedPValue: adjusted[place] ?? 1 }));
}

/** By the t test or, where values of zero have no ratio, by the signed-rank test. */
function testOf(values: readonly (readonly [a: number, b: number])[]): Test | null {
  if (values.every(([a, b]) => a > 0 && b > 0)) {
    const { pValue, meanLogRatio } = pairedLogRatio(values);
    return pValue === null ? null : { pValue, direction: Math.sign(meanLogRatio) };
  }
  const { pValue, positiveRankSum, differences } = wilcoxonSignedRank(values.map(([a, b]) => b - a));
  // Half of the sum of all ranks is what no difference would give.
  return pValue === null
    ? null
    : { pValue, direction: Math.sign(positiveRankSum - (differences * (differences + 1)) / 4) };
}

function verdictOf({
  result,
  adjustedPValue,
  rejectedAt,
  isLast,
  missingIn,
  isZero,
  plan,
}: Finding): PrimaryResult["verdict"] {
  if (missingIn.length > 0) return null;
  if (isZero) return isLast ? "no difference shown" : null;
  if (adjustedPValue === null) return null;
  if (rejectedAt !== null) {
    const change = changeOf(result);
    if (change !== 0 && Math.abs(change) >= plan.minimumEffect) {
      const isHigher = change > 0;
      return isHigher === (findMetric(result.metric).better === "higher") ? "better" : "worse";
    }
  }
  return isLast ? "no difference shown" : null;
}

/** B / A − 1; by the medians where there is no ratio, and infinite from a median of zero. */
function changeOf({ ratio, medianA, medianB }: MetricResult): number {
  if (ratio !== null) return ratio - 1;
  const [a, b] = [medianA ?? 0, medianB ?? 0];
  return a === b ? 0 : b / a - 1;
}

/** Every metric of every operation that some repetition has, except the primary ones: those of all operations first. */
function others(pairs: readonly Pair[], primary: readonly MetricOfOperation[]): MetricOfOperation[] {
  const known = new Map<string, Set<string>>();
  for (const repetition of pairs.flatMap(({ a, b }) => [a, b])) {
    for (const [operation, values] of Object.entries(repetition.metrics)) {
      const names = known.get(operation) ?? new Set();
      for (const [name, value] of Object.entries(values)) if (value !== null) names.add(name);
      known.set(operation, names);
    }
  }
  const taken = new Set(primary.map(nameOf));
  return [...known].flatMap(([operation, names]) =>
    metrics
      .filter(({ name }) => names.has(name))
      .map(({ name }) => ({ metric: name, operation }))
      .filter((of) => !taken.has(nameOf(of))),
  );
}

// What an experiment says: verdicts of its primary metrics, and intervals of all others.
//
// Each primary metric is tested by the paired t test on log-ratios; Holm's adjustment is over the primary metrics. It is tested at the looks of
// the plan and nowhere between: what a look rejects at its level stays rejected, and "no difference shown" is said after the last pair of the plan
// only. A verdict needs, besides, a change of at least the minimum effect. The sources, assumptions and limits of each test are in lib/statistics.
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
  const rejectedAt = new Map<number, Plan["looks"][number]>();
  for (const look of reached) {
    const adjusted = adjustedPValues(plan, pairs.slice(0, look.pair));
    for (const [place, value] of adjusted.entries()) {
      if (value !== null && value <= look.level && !rejectedAt.has(place)) rejectedAt.set(place, look);
    }
  }
  const isLast = pairs.length >= (plan.looks.at(-1)?.pair ?? plan.pairs);
  const adjusted = adjustedPValues(plan, pairs);
  return plan.primary.map((of, place) => {
    const result = metricResult(pairs, of, levels);
    const finding: Finding = {
      result,
      adjustedPValue: adjusted[place] ?? null,
      rejectedAt: rejectedAt.get(place) ?? null,
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

/** Of each primary metric; null: it cannot be tested. One that cannot still counts for the adjustment of the other. */
function adjustedPValues(plan: Plan, pairs: readonly Pair[]): (number | null)[] {
  const pValues = plan.primary.map((of) => {
    const values = valuesOf(pairs, of);
    return values.length === pairs.length ? testedPValue(values) : null;
  });
  const adjusted = holm(pValues.map((value) => value ?? 1));
  return pValues.map((value, place) => (value === null ? null : (adjusted[place] ?? null)));
}

/** By the t test or, where values of zero have no ratio, by the signed-rank test. */
function testedPValue(values: readonly (readonly [a: number, b: number])[]): number | null {
  return values.every(([a, b]) => a > 0 && b > 0)
    ? pairedLogRatio(values).pValue
    : wilcoxonSignedRank(values.map(([a, b]) => b - a)).pValue;
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
    if (Math.abs(change) >= plan.minimumEffect) {
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

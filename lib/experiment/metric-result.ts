// What the pairs of an experiment say of one metric, without a verdict.
//
// Ratios are those of lib/statistics/paired-log-ratio.ts. A value of zero has no ratio: where there is one, none is given, since leaving out
// such pairs would leave out the best (or worst) of a variant. What is tested then is whether the differences lie on both sides of zero
// alike, by the signed-rank test, which needs no ratio.

import type { MetricOfOperation, MetricResult } from "../schema/experiment.generated.ts";
import { detectableRatio } from "../statistics/detectable-effect.ts";
import { pairedLogRatio } from "../statistics/paired-log-ratio.ts";
import { wilcoxonSignedRank } from "../statistics/wilcoxon-signed-rank.ts";
import { type Pair, valueIn } from "./pairs.ts";

/** At which levels a metric is looked at. */
export interface Levels {
  /** Of the interval. */
  confidence: number;
  /** Of the test whose power gives the detectable ratio. */
  level: number;
}

/** What the pairs say of a metric. */
export function metricResult(
  pairs: readonly Pair[],
  of: MetricOfOperation,
  { confidence, level }: Levels,
): MetricResult {
  const values = valuesOf(pairs, of);
  const positive = values.filter(([a, b]) => a > 0 && b > 0);
  const result: MetricResult = {
    metric: of.metric,
    operation: of.operation,
    pairs: positive.length,
    medianA: medianOf(pairs.flatMap(({ a }) => valueIn(a, of) ?? [])),
    medianB: medianOf(pairs.flatMap(({ b }) => valueIn(b, of) ?? [])),
    ratio: null,
    lower: null,
    upper: null,
    standardDeviation: null,
    pValue: null,
    wilcoxonPValue: null,
    detectableRatio: null,
  };
  if (positive.length < values.length) {
    return { ...result, wilcoxonPValue: signedRankOf(values.map(([a, b]) => b - a)) };
  }
  if (positive.length < 2) return result;
  const { ratio, lower, upper, standardDeviation, pValue } = pairedLogRatio(positive, confidence);
  return {
    ...result,
    ratio: finite(ratio),
    lower: finite(lower),
    upper: finite(upper),
    standardDeviation,
    pValue,
    wilcoxonPValue: signedRankOf(positive.map(([a, b]) => Math.log(b) - Math.log(a))),
    detectableRatio:
      standardDeviation === null ? null : finite(detectableRatio(positive.length, standardDeviation, { alpha: level })),
  };
}

/** The values of the pairs of which both have one. */
export function valuesOf(pairs: readonly Pair[], of: MetricOfOperation): [a: number, b: number][] {
  return pairs.flatMap(({ a, b }): [number, number][] => {
    const [ofA, ofB] = [valueIn(a, of), valueIn(b, of)];
    return ofA === null || ofB === null ? [] : [[ofA, ofB]];
  });
}

/** Equal pairs are left out by the test, which then has none to speak of. */
function signedRankOf(differences: readonly number[]): number | null {
  return wilcoxonSignedRank(differences).pValue;
}

/** Of an even number, the mean of the middle two. */
function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.floor(sorted.length / 2)];
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
}

/** What is too large for a number is not known; JSON has no infinity. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

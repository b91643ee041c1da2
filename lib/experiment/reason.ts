/** The verdict of a primary metric in a sentence, or why there is none. */

import { findMetric } from "../comparison/metrics.ts";
import type { MetricResult, Plan, PrimaryResult } from "../schema/experiment.generated.ts";
import { count } from "../summary/units.ts";
import { changeText, confidenceText, intervalText, pValueText, shareText, valueText } from "./words.ts";

/** All that a verdict rests on. */
export interface Finding {
  result: MetricResult;
  /** Of all pairs that there are; null: it cannot be tested. */
  adjustedPValue: number | null;
  /** The look that rejected "no difference"; null: none did, or later pairs turned the change round. */
  rejectedAt: Plan["looks"][number] | null;
  /** All pairs of the plan are there. */
  isLast: boolean;
  /** Pairs in which a run does not have the metric. */
  missingIn: number[];
  /** It is 0 in every run. */
  isZero: boolean;
  /** Complete pairs. */
  pairs: number;
  plan: Plan;
}

/** The sentence. */
export function reasonOf(finding: Finding, verdict: PrimaryResult["verdict"]): string {
  const { result, missingIn, isZero, isLast, pairs, plan } = finding;
  if (missingIn.length > 0) return missingText(finding);
  if (isZero)
    return isLast ? "It is 0 in every run of both." : `It is 0 in every run of both up to now. ${untilText(finding)}`;
  const figures = figuresOf(finding);
  if (finding.adjustedPValue === null) {
    const zeros =
      result.ratio === null
        ? "Some runs have 0 of it, which has no ratio, and the signed-rank test needs 6 pairs that differ"
        : "It takes more pairs";
    return `Not tested. ${zeros}: ${figures}.`;
  }
  if (verdict === "better" || verdict === "worse") {
    const at = finding.rejectedAt;
    const early =
      at !== null && at.pair < pairs
        ? ` Shown already after pair ${at.pair}, at a level of ${shareText(at.level)}.`
        : "";
    return `${capital(figures)}.${early}`;
  }
  if (verdict === null) return `Not decided: ${figures}. ${untilText(finding)}`;
  const x = result.detectableRatio === null ? 0 : Math.max(plan.minimumEffect, result.detectableRatio - 1);
  const none = x > 0 ? `No difference of at least ${shareText(x)} could be shown` : "No difference could be shown";
  if (finding.rejectedAt !== null) {
    return `${none}: ${figures}. There is a difference; the change found is below the minimum effect of ${shareText(plan.minimumEffect)}.`;
  }
  return `${none}: ${figures}.`;
}

/** Change, interval, p-value. */
function figuresOf({ result, adjustedPValue, plan }: Finding): string {
  const unit = findMetric(result.metric).unit;
  const adjusted = plan.primary.length > 1 ? `, adjusted for ${plan.primary.length} metrics` : "";
  const p = adjustedPValue === null ? "" : `${pValueText(adjustedPValue)}${adjusted}`;
  if (result.ratio === null) {
    const test = p === "" ? "" : ` (signed-rank test, because 0 has no ratio: ${p})`;
    return `medians of ${valueText(unit, result.medianA)} in A and ${valueText(unit, result.medianB)} in B${test}`;
  }
  const interval = intervalText(result);
  const inside = [interval === null ? "" : `${confidenceText(1 - plan.alpha)} interval ${interval}`, p].filter(
    (part) => part !== "",
  );
  return `${changeText(result.ratio)}${inside.length === 0 ? "" : ` (${inside.join("; ")})`}`;
}

function missingText({ missingIn, result, pairs }: Finding): string {
  const { leastOperations } = findMetric(result.metric);
  const which =
    missingIn.length === 1 ? `pair ${missingIn[0]} of ${pairs}` : `pairs ${missingIn.join(", ")} of ${pairs}`;
  const why = leastOperations > 0 ? ` It takes ${count(leastOperations)} operations in each.` : "";
  return `Not tested: runs of ${which} do not have it.${why}`;
}

/** When there will be a verdict. */
function untilText({ plan, pairs }: Finding): string {
  const next = plan.looks.find(({ pair }) => pair > pairs)?.pair ?? plan.pairs;
  return `${count(pairs)} of ${count(plan.pairs)} pairs are complete; ${next < plan.pairs ? `the next look is after pair ${next}` : "it is judged after the last"}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

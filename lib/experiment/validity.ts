/** Whether an experiment can be trusted: what its runs say of themselves, and what its verdicts leave out. */

import { allOperations } from "../comparison/metrics.ts";
import type { ExperimentFile, Repetition } from "../schema/experiment.generated.ts";
import { count, share } from "../summary/units.ts";
import { judge } from "./judge.ts";
import { metricResult } from "./metric-result.ts";
import { completePairs } from "./pairs.ts";
import { labelOf } from "./primary.ts";
import { pValueText } from "./words.ts";

/** What it is told from. */
export type Judged = Pick<ExperimentFile, "plan" | "repetitions" | "judgement">;

/** Beyond so many, repetitions are counted and not named. */
const mostNamed = 5;
/** Share of failed operations from which on times are not those of the work alone. */
const notableErrorRate = 0.01;

/** Why an experiment is not valid, and what a reader should know besides. */
export function validityOf({ plan, repetitions, judgement }: Judged): ExperimentFile["validity"] {
  const reasons = reasonsOf(repetitions);
  const warnings = [
    ...repeatedWarning(repetitions),
    ...errorWarning({ plan, repetitions }),
    ...(judgement?.primary ?? []).flatMap(({ result, verdict }) => {
      const p = result.wilcoxonPValue;
      if (verdict === null || verdict === "no difference shown" || result.ratio === null || p === null) return [];
      return p <= plan.alpha
        ? []
        : [
            `The signed-rank test does not confirm the verdict on ${labelOf(result)} (${pValueText(p)}): look at the pairs, of which few may ` +
              "make the difference.",
          ];
    }),
  ];
  return { valid: reasons.length === 0, reasons, warnings };
}

/** The experiment with what it says, from what it holds. */
export function judged(experiment: ExperimentFile): ExperimentFile {
  const { plan, repetitions } = experiment;
  const judgement = judge({ plan, repetitions });
  return { ...experiment, judgement, validity: validityOf({ plan, repetitions, judgement }) };
}

function reasonsOf(repetitions: readonly Repetition[]): string[] {
  const counting = repetitions.filter(({ counts }) => counts);
  const invalid = counting.filter(({ valid }) => !valid);
  if (invalid.length === 0) return [];
  const named = invalid.slice(0, mostNamed).map(({ pair, variant, reasons }) => {
    const [first = "It does not say why.", ...more] = reasons;
    const rest = more.length === 0 ? "" : ` (and ${count(more.length)} more)`;
    return `${variant.toUpperCase()} of pair ${pair} is not valid: ${first}${rest}`;
  });
  const others = invalid.length - named.length;
  const total = `${count(invalid.length)} of ${count(counting.length)} runs are not valid`;
  return others > 0 ? [...named, `${total}; ${count(others)} of them are not named here.`] : named;
}

/** Who ends an experiment for what it shows, and goes on with it, chooses what is measured. */
function repeatedWarning(repetitions: readonly Repetition[]): string[] {
  const complete = new Set(completePairs(repetitions).map(({ number }) => number));
  const dropped = repetitions.filter(({ counts, pair }) => !counts && complete.has(pair));
  if (dropped.length === 0) return [];
  const pairs = [...new Set(dropped.map(({ pair }) => pair))];
  const failed = dropped.filter(({ status }) => status !== "complete" && status !== "interrupted").length;
  const many = dropped.length > 1;
  return [
    `${count(dropped.length)} ${many ? "repetitions do" : "repetition does"} not count${failed > 0 ? `, ${count(failed)} of them failed` : ""}: pair${
      pairs.length > 1 ? "s" : ""
    } ${pairs.join(", ")} broke off and ${pairs.length > 1 ? "were" : "was"} measured again. ` +
      "If that was because of what had been measured, the verdicts are a choice.",
  ];
}

/** Failed operations take another time than others: a variant that fails may look faster. */
function errorWarning({ plan, repetitions }: Pick<Judged, "plan" | "repetitions">): string[] {
  const { medianA, medianB } = metricResult(
    completePairs(repetitions),
    { metric: "error-rate", operation: allOperations },
    { confidence: 1 - plan.alpha, level: plan.alpha },
  );
  const [a, b] = [medianA ?? 0, medianB ?? 0];
  if (Math.max(a, b) < notableErrorRate || a === b) return [];
  return [
    `Operations failed: ${share(a)} of A and ${share(b)} of B (medians). What fails takes another time than what succeeds, so times and ` +
      "throughput of the two are of different work.",
  ];
}

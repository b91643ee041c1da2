/** What to do after an experiment, in sentences. */

import type { ExperimentFile, MetricOfOperation, PrimaryResult } from "../schema/experiment.generated.ts";
import { pairsNeeded } from "../statistics/detectable-effect.ts";
import { count } from "../summary/units.ts";
import { isHalfDone } from "./gate.ts";
import { completePairs, type Pair, valueIn } from "./pairs.ts";
import { pairsLimits } from "./plan-options.ts";
import { labelOf } from "./primary.ts";
import { shareText } from "./words.ts";

const mostPairs = pairsLimits.most;

/**
 * The sentences; none where there is nothing to do.
 * @param folder of the experiment, as commands are to name it.
 */
export function nextSteps(experiment: ExperimentFile, folder: string): string[] {
  const { plan, repetitions, judgement, validity } = experiment;
  const pairs = completePairs(repetitions);
  if (experiment.status === "failed" && pairs.some((pair) => plan.primary.some((metric) => lacks(pair, metric)))) {
    return [
      "The plan cannot give a verdict, also with the pairs that are left: start another experiment, as said above.",
    ];
  }
  if (isHalfDone(experiment)) {
    const left = plan.pairs - pairs.length;
    return [
      `To run the ${left === 1 ? "pair" : `${count(left)} pairs`} that ${left === 1 ? "is" : "are"} left: npx dbmark ab --resume ${folder}`,
    ];
  }
  const steps = validity.valid
    ? []
    : ["Put right what makes runs invalid (docs/honesty.md), and run the experiment again."];
  const primary = judgement?.primary ?? [];
  const [first] = pairs;
  if (primary.some(({ verdict }) => verdict === "worse" || verdict === "better") && first !== undefined) {
    const runs = [first.a.run, first.b.run].map((run) => `${folder}/${run}`);
    steps.push(`To see all of one pair: npx dbmark compare ${runs.join(" ")}`);
  }
  return [...steps, ...primary.flatMap((result) => morePairs(experiment, result))];
}

/** Whether a run of the pair has no value. */
function lacks({ a, b }: Pair, metric: MetricOfOperation): boolean {
  return valueIn(a, metric) === null || valueIn(b, metric) === null;
}

/** How many pairs the minimum effect takes, where these could not show it. */
function morePairs({ plan, judgement }: ExperimentFile, { result, verdict }: PrimaryResult): string[] {
  const { detectableRatio, standardDeviation } = result;
  const wanted = 1 + plan.minimumEffect;
  const couldShow = detectableRatio === null || detectableRatio <= wanted;
  if (verdict !== "no difference shown" || plan.minimumEffect === 0 || couldShow || standardDeviation === null)
    return [];
  const alpha = (judgement?.level ?? plan.alpha) / plan.primary.length;
  const needed = pairsNeeded(wanted, standardDeviation, { alpha });
  const goal = `To show a change of ${shareText(plan.minimumEffect)} in ${labelOf(result)}`;
  return needed === null || needed > mostPairs
    ? [`${goal}, more than ${mostPairs} pairs would be needed here: run longer repetitions, or on a quieter machine.`]
    : [`${goal}, some ${count(needed)} pairs are needed here: --pairs ${needed}.`];
}

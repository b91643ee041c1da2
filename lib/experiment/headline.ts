/** An experiment in one line. */

import type { ExperimentFile, PrimaryResult } from "../schema/experiment.generated.ts";
import { count } from "../summary/units.ts";
import { isHalfDone } from "./gate.ts";
import { completePairs } from "./pairs.ts";
import { labelOf } from "./primary.ts";
import { changeText } from "./words.ts";

/** Without a full stop: `p99 response time worse (+12.4 %), throughput: no difference shown`. */
export function headlineOf(experiment: ExperimentFile): string {
  const { plan, repetitions, judgement, validity } = experiment;
  if (isHalfDone(experiment)) {
    return `half done, ${count(completePairs(repetitions).length)} of ${count(plan.pairs)} pairs`;
  }
  const verdicts = (judgement?.primary ?? []).map(verdictWords).join(", ");
  return validity.valid ? verdicts : `not valid (${verdicts})`;
}

function verdictWords({ result, verdict }: PrimaryResult): string {
  const label = labelOf(result);
  if (verdict === null) return `${label}: no verdict`;
  if (verdict === "no difference shown") return `${label}: no difference shown`;
  return `${label} ${verdict}${result.ratio === null ? "" : ` (${changeText(result.ratio)})`}`;
}

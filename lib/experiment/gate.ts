/** What keeps an experiment from passing a gate. */

import type { ExperimentFile } from "../schema/experiment.generated.ts";
import { count } from "../summary/units.ts";
import { completePairs } from "./pairs.ts";
import { labelOf } from "./primary.ts";

/**
 * - `worse`: a primary metric is.
 * - `invalid`: a run is not valid, or a primary metric could not be tested.
 * - `half done`: there is no judgement yet.
 */
export type Obstacle = { kind: "worse" | "invalid" | "half done"; message: string };

/** All of them, a sentence each; none: it passes. */
export function obstaclesOf(experiment: ExperimentFile): Obstacle[] {
  const { plan, judgement, validity, repetitions, status, id } = experiment;
  if (isHalfDone(experiment)) {
    const pairs = completePairs(repetitions).length;
    const word = status === "running" ? "was not finished" : status === "failed" ? "failed" : "was interrupted";
    return [
      {
        kind: "half done",
        message:
          `The experiment ${id} ${word}: ${count(pairs)} of ${count(plan.pairs)} pairs are complete, and it has no verdict. ` +
          "Run what is left with dbmark ab --resume and its folder.",
      },
    ];
  }
  const primary = judgement?.primary ?? [];
  return [
    ...validity.reasons.map((message): Obstacle => ({ kind: "invalid", message })),
    ...primary.flatMap(({ result, verdict, reason }): Obstacle[] => {
      const message = `${labelOf(result)}: ${reason}`;
      if (verdict === null) return [{ kind: "invalid", message }];
      return verdict === "worse" ? [{ kind: "worse", message }] : [];
    }),
  ];
}

/** Whether pairs are missing that the plan asks for. */
export function isHalfDone({ status, judgement }: ExperimentFile): boolean {
  return (status !== "complete" && status !== "stopped") || judgement === null;
}

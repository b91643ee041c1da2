// The exit code of `dbmark ab --gate`.

import { type Obstacle, obstaclesOf } from "../../lib/experiment/gate.ts";
import type { ExperimentFile } from "../../lib/schema/experiment.generated.ts";
import { type ExitCode, exitCodes, mostImportant } from "../exit-codes.ts";

const codes: Record<Obstacle["kind"], ExitCode> = {
  worse: exitCodes.no,
  invalid: exitCodes.invalid,
  "half done": exitCodes.usage,
};

/** 1: a primary metric is worse; 4: the experiment is not valid, whatever it says; 2: it is half done; 0: nothing speaks against it. */
export function gateExitCode(experiment: ExperimentFile): ExitCode {
  return mostImportant(obstaclesOf(experiment).map(({ kind }) => codes[kind]));
}

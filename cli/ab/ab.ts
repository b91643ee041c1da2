// dbmark ab: runs an experiment and says what it came to.

import { completePairs } from "../../lib/experiment/pairs.ts";
import { CommandError } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { pathFromHere } from "../progress/path.ts";
import { type EndedExperiment, runExperiment } from "./experiment.ts";
import type { AbRequest } from "./request.ts";

/** Runs a request. */
export async function ab(request: AbRequest): Promise<ExitCode> {
  const ended = await runExperiment(request);
  const { file, folder, interrupted, failure } = ended;
  if (file === undefined || folder === undefined) {
    if (failure !== undefined) throw failure;
    process.stderr.write("Interrupted before the first repetition: there is no experiment\n");
    return exitCodes.interrupted;
  }
  for (const { result, reason } of file.judgement?.primary ?? [])
    process.stdout.write(`${result.operation}:${result.metric} ${reason}\n`);
  process.stdout.write(`${pathFromHere(folder)}\n`);
  if (failure !== undefined) {
    process.stderr.write(`dbmark: ${failure.message}\n${howToGoOn(ended)}\n`);
    return failure instanceof CommandError ? failure.exitCode : exitCodes.usage;
  }
  if (interrupted && file.status === "interrupted") {
    process.stderr.write(`${howToGoOn(ended)}\n`);
    return exitCodes.interrupted;
  }
  return exitCodes.good;
}

function howToGoOn({ file, folder }: EndedExperiment): string {
  const pairs = completePairs(file?.repetitions ?? []).length;
  return `${pairs} of ${file?.plan.pairs} pairs are complete. Go on with: dbmark ab --resume ${pathFromHere(folder ?? "")}`;
}

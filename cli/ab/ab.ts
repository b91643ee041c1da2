// dbmark ab: runs an experiment, or shows one that is complete, and says what it came to.

import { writeFileSync } from "node:fs";
import { experimentJUnit } from "../../lib/experiment/junit.ts";
import { experimentMarkdown } from "../../lib/experiment/markdown.ts";
import { experimentText } from "../../lib/experiment/text.ts";
import { judged } from "../../lib/experiment/validity.ts";
import type { ExperimentFile } from "../../lib/schema/experiment.generated.ts";
import { hasColor } from "../color.ts";
import { CommandError, messageOf } from "../errors.ts";
import { type ExitCode, exitCodes, mostImportant } from "../exit-codes.ts";
import { pathFromHere } from "../progress/path.ts";
import { runExperiment } from "./experiment.ts";
import { gateExitCode } from "./gate-exit-code.ts";
import type { AbRequest, FinishedRequest, OutcomeRequest } from "./request.ts";

/** Runs a request. */
export async function ab(request: AbRequest | FinishedRequest): Promise<ExitCode> {
  if ("finished" in request) {
    const { experiment, folder } = request.finished;
    return await tell(judged(experiment), folder, request);
  }
  const { file, folder, interrupted, failure } = await runExperiment(request);
  if (file === undefined || folder === undefined) {
    if (failure !== undefined) throw failure;
    const before = request.resumed === undefined ? "there is no experiment" : "the experiment is as it was";
    process.stderr.write(`Interrupted before the first repetition: ${before}\n`);
    return exitCodes.interrupted;
  }
  const codes = [await tell(file, folder, request)];
  if (failure !== undefined) {
    if (!(failure instanceof CommandError) && failure.name !== "UsageError") throw failure;
    codes.push(failure instanceof CommandError ? failure.exitCode : exitCodes.usage);
    process.stderr.write(`dbmark: ${failure.message}\n`);
  } else if (interrupted && file.status === "interrupted") {
    // Before what a gate says of half an experiment.
    return exitCodes.interrupted;
  }
  return mostImportant(codes);
}

/** Prints an experiment, and writes the files that were asked for. @returns what a gate says, where there is one. */
async function tell(
  file: ExperimentFile,
  folder: string,
  { gate, junit, markdown }: OutcomeRequest,
): Promise<ExitCode> {
  const options = { folder: pathFromHere(folder), color: hasColor() };
  process.stdout.write(`${experimentText(file, options)}\n`);
  if (junit !== undefined) write(junit, await experimentJUnit(file));
  if (markdown !== undefined) write(markdown, experimentMarkdown(file));
  return gate ? gateExitCode(file) : exitCodes.good;
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${messageOf(error)}`);
  }
}

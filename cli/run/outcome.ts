// What a run came to: reads its file, completing it if it broke off, prints the summary, and gives the exit codes that hold.

import { existsSync } from "node:fs";
import { completeCrashedRun, readRun, runFileName } from "../../lib/result/index.ts";
import { summarize } from "../../lib/summary/index.ts";
import { messageOf } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { RunEvent } from "./events.ts";
import type { K6End } from "./k6-process.ts";

/** What was learned from the events of a run. */
export interface Story {
  /** The run folder; undefined before it was made. */
  folder: string | undefined;
  finished: (RunEvent & { event: "finished" }) | undefined;
  errors: (RunEvent & { event: "error" })[];
  /** The user pressed Ctrl-C. */
  interrupted: boolean;
}

/** Prints errors and summary. */
export async function judgeRun(story: Story, end: K6End): Promise<ExitCode[]> {
  const codes: ExitCode[] = [];
  for (const error of story.errors) {
    process.stderr.write(`dbmark: ${error.message}\n`);
    codes.push(error.exitCode);
  }
  if (story.interrupted) codes.push(exitCodes.interrupted);
  if (story.folder === undefined) {
    if (story.interrupted) process.stderr.write("Interrupted before the run started: there is no result\n");
    return codes.length > 0 ? codes : [exitCodes.invalid];
  }
  try {
    if (!existsSync(`${story.folder}/${runFileName}`)) {
      await completeCrashedRun(story.folder);
    }
    const { run, path } = readRun(story.folder);
    process.stdout.write(`${summarize(run, { path, color: process.stdout.isTTY === true })}\n`);
    if (!run.validity.valid) codes.push(exitCodes.invalid);
    if (run.slo.some((verdict) => verdict.met === false)) codes.push(exitCodes.no);
    if (run.status === "interrupted") codes.push(exitCodes.interrupted);
  } catch (error) {
    process.stderr.write(`dbmark: the result in ${story.folder} cannot be completed: ${messageOf(error)}\n`);
    codes.push(exitCodes.invalid);
  }
  // k6 failed although everything it told was good.
  if (codes.length === 0 && end.code !== 0) codes.push(exitCodes.invalid);
  return codes;
}

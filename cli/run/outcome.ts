// What a run came to: reads its file, completing it if it broke off, prints the summary, and gives the exit codes that hold.

import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  completeCrashedRun,
  type Ending,
  type RunFile,
  readRun,
  runFileName,
  runFromWindows,
  windowsFileName,
} from "../../lib/result/index.ts";
import { summarize } from "../../lib/summary/index.ts";
import { hasColor } from "../color.ts";
import { messageOf } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { pathFromHere } from "../progress/path.ts";
import type { RunEvent } from "./events.ts";
import { describeEnd, type K6End } from "./k6-process.ts";

/** What was learned from the events of a run. */
export interface Story {
  /** The run folder; undefined before it was made. */
  folder: string | undefined;
  finished: (RunEvent & { event: "finished" }) | undefined;
  errors: (RunEvent & { event: "error" })[];
  /** The user pressed Ctrl-C. */
  interrupted: boolean;
}

/** What a run left. */
export interface Result {
  run: RunFile;
  path: string;
}

/** Prints errors and summary. */
export async function judgeRun(story: Story, end: K6End): Promise<ExitCode[]> {
  const codes: ExitCode[] = [];
  for (const error of story.errors) {
    // What Ctrl-C broke off is no error.
    if (error.kind === "canceled" && story.interrupted) continue;
    process.stderr.write(`dbmark: ${error.message}\n`);
    codes.push(error.exitCode);
  }
  if (story.interrupted) codes.push(exitCodes.interrupted);
  if (story.folder === undefined || !existsSync(story.folder)) {
    if (story.interrupted) process.stderr.write("Interrupted before the run started: there is no result\n");
    return codes.length > 0 ? codes : [exitCodes.invalid];
  }
  try {
    const { run, path } = await resultOf(story.folder, story, end);
    process.stdout.write(`${summarize(run, { path: pathFromHere(path), color: hasColor() })}
`);
    codes.push(...codesOf(run));
  } catch (error) {
    process.stderr.write(`dbmark: the result in ${story.folder} cannot be completed: ${messageOf(error)}\n`);
    codes.push(exitCodes.invalid);
  }
  // k6 failed although everything it told was good.
  if (codes.length === 0 && end.code !== 0) codes.push(exitCodes.invalid);
  return codes;
}

/** The exit codes that hold for a run; none where it is good. */
export function codesOf(run: RunFile): ExitCode[] {
  return [
    ...(run.validity.valid ? [] : [exitCodes.invalid]),
    ...(run.slo.some((verdict) => verdict.met === false) || fails(run) ? [exitCodes.no] : []),
    ...(run.status === "interrupted" ? [exitCodes.interrupted] : []),
  ];
}

/** A search whose answer is no, whatever it was that broke. */
function fails({ report }: RunFile): boolean {
  return report?.kind === "findmax" && ["fails", "nothing holds"].includes(report.conclusion);
}

/** The run.json; where k6 could not write it, what it would hold; where k6 was ended before, what the windows say. */
export async function resultOf(folder: string, story: Story, end: K6End): Promise<Result> {
  const path = join(folder, runFileName);
  if (existsSync(path)) return readRun(folder);
  if (story.finished?.run !== undefined) return { run: story.finished.run, path: join(folder, windowsFileName) };
  const ending: Ending = story.interrupted
    ? { status: "interrupted", reason: "ended at once by a second Ctrl-C" }
    : { status: "crashed", reason: describeEnd(end) };
  try {
    return { run: await completeCrashedRun(folder, ending), path };
  } catch (error) {
    // Perhaps the disk is full: what can be read can be shown.
    const run = await runFromWindows(join(folder, windowsFileName), ending);
    process.stderr.write(`dbmark: ${messageOf(error)}\n`);
    return { run, path: join(folder, windowsFileName) };
  }
}

// One run: starts what is needed, hands k6's events to the progress, ends everything in the right order, and says how it went.

import { type ExitCode, exitCodes, mostImportant } from "../exit-codes.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { Progress } from "../progress/progress.ts";
import { describeExecution, execute, isExplained } from "./execution.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { judgeRun, type Story } from "./outcome.ts";
import { errorsOfOutputs } from "./output-errors.ts";
import { noteLosses, type OutputEvent } from "./outputs.ts";
import { prepareTarget } from "./prepare-target.ts";
import type { RunRequest } from "./request.ts";
import { runInstances } from "./run-instances.ts";

/** What it takes to run something. */
export type Runnable = Pick<
  RunRequest,
  "script" | "target" | "keep" | "serverSettings" | "environment" | "resultsFolder" | "outputs"
> &
  // Several instances make the run folder before any of them has asked the target what it is.
  ({ instances?: 1 } | Pick<RunRequest, "instances" | "suite" | "system">);

/** How a run went. */
export interface RunEnd {
  exitCode: ExitCode;
  /** The run folder; undefined before it was made. */
  folder: string | undefined;
}

/** Runs a request. Everything that it started has ended when it returns. */
export async function run(request: Runnable): Promise<RunEnd> {
  const interruption = new Interruption();
  const progress = new Progress();
  let database: EmbeddedPostgres | undefined;
  try {
    if (request.target === undefined) {
      progress.say("Starting an embedded PostgreSQL …");
      database = await startEmbeddedPostgres({
        keep: request.keep,
        signal: interruption.signal,
        ...(request.serverSettings && { settings: request.serverSettings }),
      });
      if (database.folder.kept) progress.say(`Its data is kept in ${database.folder.path}`);
    }
    const target = request.target ?? database?.url ?? "";
    await prepareTarget(target, { ...process.env, ...request.environment }, interruption.signal, progress);
    if (request.instances !== undefined && request.instances > 1 && "suite" in request)
      return await runInstances(request, target, { database, interruption, progress });
    return await runK6(request, target, database, interruption, progress);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    progress.say("Interrupted before the run started: there is no result");
    return { exitCode: exitCodes.interrupted, folder: undefined };
  } finally {
    progress.close();
    await database?.stop();
    interruption.dispose();
  }
}

async function runK6(
  request: Runnable,
  target: string,
  database: EmbeddedPostgres | undefined,
  interruption: Interruption,
  progress: Progress,
): Promise<RunEnd> {
  const { script, outputs, environment, resultsFolder } = request;
  const ofOutputs: OutputEvent[] = [];
  const execution = await execute({ script, outputs, environment, target, resultsFolder, database }, interruption, {
    receive(event) {
      if (event.event === "output") ofOutputs.push(event);
      progress.show(event);
    },
    interrupted(count) {
      if (count === 1) progress.say("Interrupted: finishing in order (Ctrl-C again stops at once) …");
    },
  });
  progress.close();
  tellOfServer(database, execution.story, progress);
  noteLosses(execution.story.folder, ofOutputs);
  for (const message of errorsOfOutputs(execution.log)) progress.say(message);
  const codes = await judgeRun(execution.story, execution.end);
  if (!isExplained(execution)) progress.say(`dbmark: ${describeExecution(execution)}`);
  return { exitCode: mostImportant(codes), folder: execution.story.folder };
}

function tellOfServer(database: EmbeddedPostgres | undefined, story: Story, progress: Progress): void {
  const reason = database?.ended();
  if (reason === undefined) return;
  const log = story.folder === undefined ? "" : `; its log is postgres.log in the run folder`;
  progress.say(`dbmark: the embedded PostgreSQL ended by itself (${reason})${log}`);
}

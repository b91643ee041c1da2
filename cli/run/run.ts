// One run: starts what is needed, hands k6's events to the progress, ends everything in the right order, and says how it went.

import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import { type ExitCode, exitCodes, mostImportant } from "../exit-codes.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { Progress } from "../progress/progress.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { describeEnd, type K6End, startK6 } from "./k6-process.ts";
import { judgeRun, type Story } from "./outcome.ts";
import type { RunRequest } from "./request.ts";
import { gitRevision } from "./revision.ts";

/** Runs a request. Everything that it started has ended when it returns. */
export async function run(request: RunRequest): Promise<ExitCode> {
  const interruption = new Interruption();
  const progress = new Progress();
  let database: EmbeddedPostgres | undefined;
  try {
    if (request.target === undefined) {
      progress.say("Starting an embedded PostgreSQL …");
      database = await startEmbeddedPostgres({ keep: request.keep, signal: interruption.signal });
      if (database.folder.kept) progress.say(`Its data is kept in ${database.folder.path}`);
    }
    return await runK6(request, request.target ?? database?.url ?? "", database, interruption, progress);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    progress.say("Interrupted before the run started: there is no result");
    return exitCodes.interrupted;
  } finally {
    progress.close();
    await database?.stop();
    interruption.dispose();
  }
}

async function runK6(
  request: RunRequest,
  target: string,
  database: EmbeddedPostgres | undefined,
  interruption: Interruption,
  progress: Progress,
): Promise<ExitCode> {
  const temporary = mkdtempSync(join(tmpdir(), "dbmark-run-"));
  const logFile = join(temporary, "k6.log");
  const story: Story = { folder: undefined, finished: undefined, errors: [], interrupted: false };
  try {
    const revision = gitRevision();
    const k6 = startK6({
      script: request.script,
      outputs: request.outputs,
      logFile,
      environment: {
        ...process.env,
        ...request.environment,
        DBMARK_TARGET: target,
        DBMARK_RESULTS: request.resultsFolder,
        ...(revision === undefined ? {} : { DBMARK_GIT_REVISION: revision }),
      },
      receive(event) {
        if (event.event === "started") story.folder = event.folder;
        if (event.event === "finished") story.finished = event;
        if (event.event === "error") story.errors.push(event);
        progress.show(event);
      },
    });
    interruption.onSignal(() => {
      story.interrupted = true;
      if (interruption.count === 1) progress.say("Interrupted: finishing in order (Ctrl-C again stops at once) …");
      if (interruption.count === 1) k6.interrupt();
      else k6.kill();
    });
    const end = await k6.ended;
    progress.close();
    tellOfServer(database, story, progress);
    keepLogs(story.folder, logFile, database);
    const codes = await judgeRun(story, end);
    if (!isExplained(story, end)) tellOfK6(end, logFile, progress);
    return mostImportant(codes);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Whether the user knows from what was shown why it ended. */
function isExplained(story: Story, end: K6End): boolean {
  if (story.errors.length > 0 || story.interrupted) return true;
  // 99: a threshold was missed, which the verdict says.
  return story.finished !== undefined && (end.code === 0 || end.code === 99);
}

function tellOfK6(end: K6End, logFile: string, progress: Progress): void {
  const text = existsSync(logFile) ? readFileSync(logFile, "utf8").trim() : "";
  progress.say(
    `dbmark: ${describeEnd(end)}${text === "" ? "" : `. It wrote:\n${text.split("\n").slice(-30).join("\n")}`}`,
  );
}

function tellOfServer(database: EmbeddedPostgres | undefined, story: Story, progress: Progress): void {
  const reason = database?.ended();
  if (reason === undefined) return;
  const log = story.folder === undefined ? "" : `; its log is postgres.log in the run folder`;
  progress.say(`dbmark: the embedded PostgreSQL ended by itself (${reason})${log}`);
}

/** The logs of k6, and of a server that ended by itself, go beside the result. */
function keepLogs(folder: string | undefined, logFile: string, database: EmbeddedPostgres | undefined): void {
  if (folder === undefined || !existsSync(folder)) return;
  try {
    copyFileSync(logFile, join(folder, "k6.log"));
    if (database?.ended() !== undefined) appendFileSync(join(folder, "postgres.log"), database.log());
  } catch (error) {
    // A full disk; the result itself says that it is incomplete.
    process.stderr.write(`dbmark: the logs could not be kept in ${folder}: ${messageOf(error)}\n`);
  }
}

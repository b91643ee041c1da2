// One k6 that runs a script: started, listened to, interrupted when the user says so, with its log kept beside the result.

import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import type { EmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import type { RunEvent } from "./events.ts";
import type { Interruption } from "./interruption.ts";
import { describeEnd, type K6End, startK6 } from "./k6-process.ts";
import type { Story } from "./outcome.ts";
import { gitRevision } from "./revision.ts";

/** What k6 is to do. */
export interface ExecutionRequest {
  script: string;
  /** k6's outputs (`--out`). */
  outputs: string[];
  /** Variables besides the target and the results' folder. */
  environment: Readonly<Record<string, string | undefined>>;
  /** URL, with its password. */
  target: string;
  /** Folder under which the run folder is made. */
  resultsFolder: string;
  /** The embedded server, where the target is one: if it ends by itself, its log is kept too. */
  database?: EmbeddedPostgres | undefined;
}

/** How it went. */
export interface Execution {
  story: Story;
  end: K6End;
  /** What k6 wrote to its log, for an end that no event explains. */
  log: string;
}

/**
 * Runs k6 to its end. The first signal asks it to finish in order, the second ends it at once.
 * @throws CommandError when k6 cannot be started.
 */
export async function execute(
  request: ExecutionRequest,
  interruption: Interruption,
  listener: { receive(event: RunEvent): void; interrupted(count: number): void },
): Promise<Execution> {
  const temporary = mkdtempSync(join(tmpdir(), "dbmark-run-"));
  const logFile = join(temporary, "k6.log");
  const story: Story = { folder: undefined, finished: undefined, errors: [], interrupted: false };
  const revision = gitRevision();
  let listening: (() => void) | undefined;
  try {
    const k6 = startK6({
      script: request.script,
      outputs: request.outputs,
      logFile,
      environment: {
        ...process.env,
        ...request.environment,
        DBMARK_TARGET: request.target,
        DBMARK_RESULTS: request.resultsFolder,
        ...(revision === undefined ? {} : { DBMARK_GIT_REVISION: revision }),
      },
      receive(event) {
        if (event.event === "started") story.folder = event.folder;
        if (event.event === "finished") story.finished = event;
        if (event.event === "error") story.errors.push(event);
        listener.receive(event);
      },
    });
    listening = interruption.onSignal(() => {
      story.interrupted = true;
      listener.interrupted(interruption.count);
      if (interruption.count === 1) k6.interrupt();
      else k6.kill();
    });
    const end = await k6.ended;
    keepLogs(story.folder, logFile, request.database);
    return { story, end, log: existsSync(logFile) ? readFileSync(logFile, "utf8").trim() : "" };
  } finally {
    listening?.();
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Whether the user knows from what was told why it ended. */
export function isExplained({ story, end }: Execution): boolean {
  if (story.errors.length > 0 || story.interrupted) return true;
  // 99: a threshold was missed, which the verdict says.
  return story.finished !== undefined && (end.code === 0 || end.code === 99);
}

/** How k6 ended, with the end of its log: for an end that nothing explains. */
export function describeExecution({ end, log }: Execution): string {
  return `${describeEnd(end)}${log === "" ? "" : `. It wrote:\n${log.split("\n").slice(-30).join("\n")}`}`;
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

// Runs the OLTP suite on a server whose processes are all stopped for a while in the middle of it.

import { setTimeout as wait } from "node:timers/promises";
import { startDbmark } from "../../cli/command-under-test.ts";
import { familyOf, signalAll } from "../../cli/run/processes-under-test.ts";
import { type RunFile, readRun } from "../../lib/result/index.ts";

/** What to run, and when to stop the server, in seconds from the start of the run. */
export interface RunThroughStop {
  server: { url: string; pid: number };
  /** Folder for the run's folder. */
  out: string;
  profile: string;
  variables: Record<string, string>;
  stop: { after: number; seconds: number };
}

/** A run that has ended. */
export interface EndedThroughStop {
  folder: string;
  run: RunFile;
  /** When the server was stopped, as it came about: seconds from the start of the run. */
  stall: { start: number; seconds: number };
}

/** Runs it to its end. @throws when the run leaves no result. */
export async function runThroughStop(subject: RunThroughStop): Promise<EndedThroughStop> {
  const { server, out, profile, variables, stop } = subject;
  const set = Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const running = startDbmark(["run", "oltp", "--profile", profile, "--out", out, ...set], {
    DBMARK_TARGET: server.url,
  });
  // Told when all connections are open, a moment before the first operation.
  await running.prints("Running: ");
  await wait(stop.after * 1000);
  const stopped = await stopFor(server.pid, stop.seconds);
  const { stdout, stderr } = await running.ended;
  const [, folder] = /^Result\s+(.+)\/run\.json$/m.exec(stdout) ?? [];
  if (folder === undefined) throw new Error(`dbmark run --profile ${profile} left no result:\n${stderr}${stdout}`);
  const { run } = readRun(folder);
  const start = (stopped.from - Date.parse(run.startedAt)) / 1000;
  return { folder, run, stall: { start, seconds: (stopped.to - stopped.from) / 1000 } };
}

/** Stops a server and all that it started, and lets them go on. Gives both instants, in milliseconds of the Unix clock. */
async function stopFor(server: number, seconds: number): Promise<{ from: number; to: number }> {
  const family = [server];
  try {
    // First the one that could start more.
    signalAll(family, "SIGSTOP");
    family.push(...familyOf(server).slice(1));
    signalAll(family, "SIGSTOP");
    const from = Date.now();
    await wait(seconds * 1000);
    return { from, to: Date.now() };
  } finally {
    signalAll(family, "SIGCONT");
  }
}

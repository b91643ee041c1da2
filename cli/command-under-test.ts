// Runs the real commands for the tests, as a user's shell does.

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { installationFolder, k6Binary, scriptBundle } from "./installation.ts";

/** What a command printed and how it ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command that runs. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when standard error holds the text. */
  prints(text: string | RegExp): Promise<void>;
}

/** Starts `dbmark …`. */
export function startDbmark(args: string[], environment: Record<string, string> = {}): Running {
  const program = join(installationFolder, "cli", "dbmark.mjs");
  return start([process.execPath, program, ...args], { DBMARK_PREPARED: "1", ...environment });
}

/** Starts `bin/k6 run …` on the script of a suite, without the dbmark command. */
export function startK6Run(suite: string, args: string[], environment: Record<string, string> = {}): Running {
  return start([k6Binary, "run", "--no-usage-report", ...args, scriptBundle(suite)], environment);
}

const left = new Set<ChildProcess>();

/** Ends what a test that failed has left running, so that it does not disturb the next one. */
export function endWhatIsLeft(): void {
  for (const child of left) child.kill("SIGKILL");
}

/** Starts any command. */
export function start([program = "", ...args]: string[], environment: Record<string, string> = {}): Running {
  const child = spawn(program, args, {
    env: { ...process.env, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
    for (const watch of watchers) watch();
  });
  left.add(child);
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code) => {
      left.delete(child);
      resolve({ code, stdout, stderr });
    }),
  );
  const prints = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => {
        if (typeof text === "string" ? !stderr.includes(text) : !text.test(stderr)) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
      ended.then(() => reject(new Error(`${program} ended without printing ${text}:\n${stderr}`)));
    });
  return { child, ended, prints };
}

/** Runs `dbmark …` to its end. */
export function dbmark(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  return startDbmark(args, environment).ended;
}

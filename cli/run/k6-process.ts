// k6 as a child process in a group of its own: a terminal's Ctrl-C does not reach it, so that it gets exactly the signals that are sent here.

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Duplex } from "node:stream";
import { CommandError } from "../errors.ts";
import { k6Binary } from "../installation.ts";
import { type RunEvent, readEvents } from "./events.ts";

/** How k6 ended. */
export interface K6End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A k6 that runs. */
export interface K6Process {
  pid: number;
  /** Resolves when k6 has ended and all its events were received. */
  ended: Promise<K6End>;
  /** Asks for a graceful end. Only the first call sends the signal: k6 takes a second one as an order to stop at once. */
  interrupt(): void;
  /** Tells the extension something, as a line of JSON. */
  tell(message: object): void;
  /** Ends k6 and everything that it started, at once. */
  kill(): void;
}

/** The descriptor on which k6 writes events. */
const eventsDescriptor = 3;

/** Starts `k6 run` on a bundle. Secrets are in the environment, never among the arguments, which every user of the machine can read. */
export function startK6(options: {
  script: string;
  environment: NodeJS.ProcessEnv;
  outputs: string[];
  /** Further arguments of k6. */
  args?: string[];
  logFile: string;
  receive: (event: RunEvent) => void;
}): K6Process {
  const log = openSync(options.logFile, "a", 0o600);
  const args = [
    "run",
    "--quiet",
    "--no-color",
    "--no-usage-report",
    ...options.outputs.flatMap((output) => ["--out", output]),
    ...(options.args ?? []),
    options.script,
  ];
  const child = spawn(k6Binary, args, {
    detached: true,
    stdio: ["ignore", log, log, "pipe"],
    env: { ...options.environment, K6_AUTO_EXTENSION_RESOLUTION: "false", DBMARK_EVENTS_FD: String(eventsDescriptor) },
  });
  closeSync(log);
  const pid = child.pid;
  const exit = new Promise<K6End>((resolve, reject) => {
    child.on("error", (error) =>
      reject(new CommandError(`${k6Binary} cannot be run: ${error.message}. Make it with: npm run build`)),
    );
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
  const stream = child.stdio[eventsDescriptor] as Duplex;
  const events = readEvents(stream, options.receive);
  let interrupted = false;
  return {
    pid: pid ?? -1,
    ended: Promise.all([exit, events]).then(([end]) => end),
    interrupt() {
      if (interrupted) return;
      interrupted = true;
      child.kill("SIGINT");
    },
    tell(message) {
      // One that has ended hears nothing: its end is noticed by itself.
      if (stream.writable) stream.write(`${JSON.stringify(message)}\n`);
    },
    kill() {
      try {
        if (pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-pid, "SIGKILL");
      } catch {
        // Gone in this very moment.
      }
    },
  };
}

/** k6's own exit codes in words, for an end that no event explained. */
export function describeEnd(end: K6End): string {
  if (end.signal !== null) return `k6 was ended by ${end.signal}`;
  const words: Record<number, string> = {
    99: "a threshold was missed",
    104: "its configuration is invalid",
    105: "it was stopped by a signal",
    107: "the script threw an error",
    108: "the script aborted the test",
    110: "the test was marked as failed",
  };
  const meaning = words[end.code ?? -1];
  return `k6 ended with exit code ${end.code}${meaning === undefined ? "" : ` (${meaning})`}`;
}

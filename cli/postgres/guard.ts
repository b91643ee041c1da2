// A process of its own that starts the embedded PostgreSQL and stops it when its standard input ends: because the command line closed it, or
// because the command line is gone, however it went. So the server never outlives its run.

import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import { recordOwners, releaseFolder, type ServerFolder } from "./server-folder.ts";
import type { ServerUser } from "./server-user.ts";
import { stopServer } from "./stop-server.ts";

/** The first line of the guard's input. */
export interface GuardOrder {
  folder: ServerFolder;
  program: string;
  args: string[];
  user: ServerUser | null;
  environment: Record<string, string>;
  /** Process of the command line. */
  owner: number;
}

/** A line of the guard's output. */
export type GuardReport = { state: "started"; pid: number } | { state: "ended"; reason: string };

const input = createInterface({ input: process.stdin });
let ended = false;
let stopping = false;

input.once("line", (line) => {
  const order: GuardOrder = JSON.parse(line);
  recordOwners(order.folder.path, [process.pid, order.owner]);
  const log = openSync(order.folder.log, "w", 0o600);
  const server = spawn(order.program, order.args, {
    cwd: order.folder.path,
    env: order.environment,
    stdio: ["ignore", log, log],
    ...order.user,
  });
  server.on("error", (error) => {
    ended = true;
    report({ state: "ended", reason: error.message });
  });
  server.on("exit", (code, signal) => {
    ended = true;
    if (!stopping) report({ state: "ended", reason: signal === null ? `exit code ${code}` : signal });
  });
  if (server.pid !== undefined) report({ state: "started", pid: server.pid });

  const stop = async () => {
    if (stopping) return;
    stopping = true;
    if (server.pid !== undefined) await stopServer(server.pid, () => ended);
    releaseFolder(order.folder);
    process.exit(0);
  };
  input.on("close", stop);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
});

function report(message: GuardReport): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

// Nobody reads any more: the end of the input says so too.
process.stdout.on("error", () => {});

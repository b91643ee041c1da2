// Ends the embedded server in mid-run and starts it again, as an administrator or a crash does.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { postgresBinaries } from "../cli/postgres/binaries.ts";
import type { EmbeddedPostgres } from "../cli/postgres/embedded-postgres.ts";
import { serverUser } from "../cli/postgres/server-user.ts";
import { serverSettings } from "../cli/postgres/settings.ts";

const patience = 30_000;

/** The present process of an embedded server whose guard may have lost the first one. */
export class Restarts {
  readonly #embedded: EmbeddedPostgres;
  #child: ChildProcess | undefined;

  constructor(embedded: EmbeddedPostgres) {
    this.#embedded = embedded;
  }

  /** Process number of the postmaster. */
  get pid(): number {
    return this.#child?.pid ?? this.#embedded.pid;
  }

  /** Ends the server by a signal to its postmaster: SIGINT is a fast shutdown, SIGKILL leaves a crash to recover from. */
  async end(signal: "SIGINT" | "SIGKILL"): Promise<void> {
    const { pid } = this;
    process.kill(pid, signal);
    for (const end = Date.now() + patience; runs(pid); await wait(10))
      if (Date.now() > end) throw new Error(`PostgreSQL (process ${pid}) does not end after ${signal}`);
  }

  /** Starts it again on its data and its port; resolves when it accepts connections. */
  async start(settings: Record<string, string> = {}): Promise<void> {
    const { folder, port } = this.#embedded;
    const args = Object.entries({ ...serverSettings(port), ...settings }).flatMap(([k, v]) => ["-c", `${k}=${v}`]);
    for (const end = Date.now() + patience; ; await wait(50)) {
      const log = openSync(folder.log, "a");
      const child = spawn(postgresBinaries(serverUser()).postgres, ["-D", folder.data, ...args], {
        cwd: folder.path,
        env: { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" },
        stdio: ["ignore", log, log],
        ...serverUser(),
      });
      closeSync(log);
      this.#child = child;
      // It ends at once while backends of a postmaster that was killed still hold the shared memory.
      while (child.exitCode === null && !isReady(folder.data, child.pid)) await wait(10);
      if (child.exitCode === null) return;
      if (Date.now() > end) throw new Error(`PostgreSQL does not start again:\n${this.#embedded.log()}`);
    }
  }

  /** Ends what was started here; the embedded server's own stop removes the rest. */
  async stop(): Promise<void> {
    if (this.#child !== undefined && this.#child.exitCode === null) await this.end("SIGINT");
  }
}

/** PostgreSQL's own file says which process accepts connections. */
function isReady(data: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    return lines[0] === String(pid) && lines[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

/** A process that has ended and that its parent did not ask about yet does not run. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

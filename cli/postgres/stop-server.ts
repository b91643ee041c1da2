// Stops a PostgreSQL: a fast shutdown, then an immediate one, then by force.

import { existsSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { codeOf } from "../errors.ts";

/** Signals in the order in which they are tried, with the milliseconds that each is given. */
const ways: [NodeJS.Signals, number][] = [
  ["SIGINT", 20_000],
  ["SIGQUIT", 5_000],
  ["SIGKILL", 5_000],
];

/**
 * Stops the server with this process number.
 * @param hasEnded Tells when it is gone.
 */
export async function stopServer(pid: number, hasEnded: () => boolean): Promise<void> {
  for (const [signal, patience] of ways) {
    if (hasEnded()) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (codeOf(error) === "ESRCH") return;
      throw error;
    }
    for (const end = Date.now() + patience; Date.now() < end && !hasEnded(); ) await wait(20);
  }
}

/** Stops a server whose guard was killed: the one that PostgreSQL's own file names, if it really works in this data folder. */
export async function stopLeftServer(data: string): Promise<void> {
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  if (Number.isInteger(pid) && pid > 1 && worksIn(pid, data)) await stopServer(pid, () => !worksIn(pid, data));
  rmSync(file, { force: true });
}

/** PostgreSQL makes its data folder its working folder. */
function worksIn(pid: number, data: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || existsSync("/proc/self")) return false;
  }
  // Without /proc the number alone must do: the file is removed by every shutdown but a crash.
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// Finds the processes that a command started, so that tests can end them.

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** The child of a process with this name. */
export function childNamed(parent: number, name: string): number {
  const child = childrenOf(parent).find((pid) => nameOf(pid) === name);
  if (child === undefined) throw new Error(`process ${parent} has no child ${name}`);
  return child;
}

/** A process and everything that it started. */
export function familyOf(parent: number): number[] {
  return [parent, ...childrenOf(parent).flatMap(familyOf)];
}

/** Resolves when none of the processes runs any more. */
export async function allEnded(pids: number[], milliseconds: number): Promise<void> {
  for (const end = performance.now() + milliseconds; ; await wait(50)) {
    const left = pids.filter(runs);
    if (left.length === 0) return;
    if (performance.now() > end)
      throw new Error(`still running: ${left.map((pid) => `${pid} ${nameOf(pid)}`).join(", ")}`);
  }
}

/** Sends a signal to those of the processes that still run. */
export function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** The arguments of a process; empty when it has ended. */
export function argumentsOf(pid: number): string {
  return readOrEmpty(`/proc/${pid}/cmdline`);
}

/** The pids of the children of all the threads of a process. */
function childrenOf(parent: number): number[] {
  return threadsOf(parent).flatMap((task) =>
    readOrEmpty(`/proc/${parent}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
  );
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The name of a process; empty when it has ended. */
export function nameOf(pid: number): string {
  return readOrEmpty(`/proc/${pid}/comm`).trim();
}

/** A file of a process, which may end at any moment. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** A process that has ended and that nobody asked about yet does not run. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

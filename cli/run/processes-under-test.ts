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

/** The pids of the children of all the threads of a process. */
function childrenOf(parent: number): number[] {
  return readdirSync(`/proc/${parent}/task`).flatMap((task) =>
    readFileSync(`/proc/${parent}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

/** A process that has ended and that nobody asked about yet does not run. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

// Recognises a process again after its number may have been given to another one.

import { readFileSync } from "node:fs";
import { codeOf } from "../errors.ts";

/** A process: its number and, where the system tells it, when it started (in ticks since boot). */
export interface ProcessIdentity {
  pid: number;
  started?: string;
}

/** The identity of a process that runs now. */
export function identityOf(pid: number): ProcessIdentity {
  const started = startOf(pid);
  return started === undefined ? { pid } : { pid, started };
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // It exists and belongs to somebody else.
    if (codeOf(error) !== "EPERM") return false;
  }
  const started = startOf(identity.pid);
  return identity.started === undefined || started === undefined || started === identity.started;
}

function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold spaces; the 22nd field is the 20th after it. A zombie counts as gone.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return undefined;
  }
}

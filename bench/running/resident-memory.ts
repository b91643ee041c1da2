// How much memory a process holds, as the operating system counts it.

import { readFileSync } from "node:fs";

/** Resident set size of a process, in bytes: now, and the highest since it started. */
export interface ResidentMemory {
  now: number;
  peak: number;
}

/** Reads /proc, which Linux alone has; undefined once the process has ended. */
export function residentMemory(pid: number): ResidentMemory | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return undefined;
  }
  const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
  const memory = { now: bytes("VmRSS"), peak: bytes("VmHWM") };
  // A process that has ended and that nobody has waited for yet has no memory any more.
  return Number.isNaN(memory.now) || Number.isNaN(memory.peak) ? undefined : memory;
}

// What a server process does while it is called: /proc, which Linux alone has.

import { readdirSync, readFileSync } from "node:fs";

/** Processor time of a process, for a stretch of time. */
export interface ServerLoad {
  /** Cores that it kept busy. */
  cores: number;
  /** Share of a core of its busiest thread: at 1 it is the limit, as a database runs its reducers one after another. */
  busiestThread: number;
}

/** Linux counts processor time in hundredths of a second. */
const ticksPerSecond = 100;

/** Observes a process from now on. The returned function ends it; undefined: there is no /proc. */
export function observeServer(pid: number): () => ServerLoad | undefined {
  const started = performance.now();
  const before = ticksOfThreads(pid);
  return () => {
    const seconds = (performance.now() - started) / 1000;
    const after = ticksOfThreads(pid);
    if (before === undefined || after === undefined) return undefined;
    const busy = [...after].map(([thread, ticks]) => (ticks - (before.get(thread) ?? 0)) / ticksPerSecond / seconds);
    return { cores: busy.reduce((sum, share) => sum + share, 0), busiestThread: Math.max(...busy) };
  };
}

function ticksOfThreads(pid: number): Map<string, number> | undefined {
  try {
    return new Map(readdirSync(`/proc/${pid}/task`).map((thread) => [thread, ticksOf(`/proc/${pid}/task/${thread}`)]));
  } catch {
    return undefined;
  }
}

/** User and system time: the fields 14 and 15, counted from behind the name, which may hold anything (proc(5)). */
function ticksOf(folder: string): number {
  const stat = readFileSync(`${folder}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

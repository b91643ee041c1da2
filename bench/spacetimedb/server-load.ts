// How many cores a server process keeps busy while it is called: /proc, which Linux alone has.

import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second. */
const ticksPerSecond = 100;

/** Observes a process from now on. The returned function ends it and gives the cores; undefined: there is no /proc. */
export function observeServer(pid: number): () => number | undefined {
  const started = performance.now();
  const before = ticksOf(pid);
  return () => {
    const seconds = (performance.now() - started) / 1000;
    const after = ticksOf(pid);
    return before === undefined || after === undefined ? undefined : (after - before) / ticksPerSecond / seconds;
  };
}

/** User and system time: the fields 14 and 15, counted from behind the name, which may hold anything (proc(5)). */
function ticksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return undefined;
  }
}

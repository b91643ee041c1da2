/** Parts runs into groups that measured the same, and says in what the groups differ. */

import type { Fact } from "../schema/history.generated.ts";
import type { HistoryEntry } from "./entry.ts";

/** Runs that measured the same, the oldest first. */
export interface HistoryGroup {
  setup: Fact[];
  runs: HistoryEntry[];
}

/** The groups, that with the most runs first, and of as large ones that with the newest run. */
export function groupsOf(runs: readonly HistoryEntry[]): HistoryGroup[] {
  const groups = new Map<string, HistoryGroup>();
  for (const run of runs) {
    const key = JSON.stringify(run.setup);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { setup: run.setup, runs: [run] });
    else group.runs.push(run);
  }
  const newest = ({ runs: [...all] }: HistoryGroup) => Date.parse(all.at(-1)?.startedAt ?? "");
  return [...groups.values()].toSorted((a, b) => b.runs.length - a.runs.length || newest(b) - newest(a));
}

/** In what a group's set-up is another than a first one's, such as `profile tps1000, up to 1,000/s, 1 min`. */
export function differencesFrom(first: readonly Fact[], other: readonly Fact[]): string[] {
  const names = [...new Set([...first, ...other].map(({ what }) => what))];
  return names.flatMap((what) => {
    const [mine, theirs] = [first, other].map((setup) => setup.find((fact) => fact.what === what));
    if (mine?.text !== theirs?.text) return [`${what} ${theirs?.text ?? "none"}`];
    return mine?.hash === theirs?.hash ? [] : [`another ${what} (${theirs?.hash} for ${mine?.hash})`];
  });
}

/** What is different around two runs that measured the same. */
export function changedSurroundings(before: HistoryEntry, after: HistoryEntry): string[] {
  const names = [...new Set([before, after].flatMap(({ surroundings }) => Object.keys(surroundings)))];
  return names
    .filter((name) => before.surroundings[name] !== after.surroundings[name])
    .map((name) => `${name} ${before.surroundings[name] ?? "none"} → ${after.surroundings[name] ?? "none"}`);
}

// What was read of the runs of a results folder, kept beside them so that it need not be read again. The files stay the truth: what the index
// says of a file that is another now, or gone, is not believed, and an index that is broken or of another version is made anew.

import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { metrics } from "../../lib/comparison/metrics.ts";
import type { HistoryEntry } from "../../lib/history/entry.ts";
import type { Fact } from "../../lib/schema/history.generated.ts";
import type { ExperimentRuns } from "./experiment-runs.ts";
import type { Stamp } from "./find-runs.ts";

/** Its name in the results folder. */
export const indexFileName = ".dbmark-index.json";

/** To be raised when an entry holds something else for the same file. */
const indexVersion = 2;

/** What is kept, by paths relative to the results folder. */
export interface HistoryIndex {
  runs: Map<string, IndexedRun>;
  experiments: Map<string, { stamp: Stamp; content: ExperimentRuns }>;
}

/** What a run.json said, or why it could not be read. */
export interface IndexedRun {
  stamp: Stamp;
  content: { entry: HistoryEntry } | { unreadable: string };
}

/** Set-ups and surroundings are alike in many runs: each is written once, and runs have their numbers. */
interface Written {
  setups: Fact[][];
  surroundings: Record<string, string>[];
  runs: [stamp: Stamp, content: WrittenEntry | string, path: string][];
  experiments: [path: string, stamp: Stamp, content: ExperimentRuns][];
}

type WrittenEntry = Omit<HistoryEntry, "setup" | "surroundings" | "path"> & { setup: number; surroundings: number };

/** The metrics are part of what an entry holds: with others, it is of another version. */
const version = [indexVersion, ...metrics.map(({ name }) => name)].join(" ");

/** The index of a folder; an empty one where there is none that can be believed. */
export function readIndex(results: string): HistoryIndex {
  try {
    const text = readFileSync(join(results, indexFileName), "utf8");
    const end = text.indexOf("\n");
    const body = text.slice(end + 1);
    const header: { version: string; digest: string } = JSON.parse(text.slice(0, end));
    // A digest, because a part of an index can be whole JSON.
    if (header.version !== version || header.digest !== digestOf(body)) return emptyIndex();
    return unpack(JSON.parse(body));
  } catch {
    return emptyIndex();
  }
}

/** Without anything in it. */
export function emptyIndex(): HistoryIndex {
  return { runs: new Map(), experiments: new Map() };
}

/**
 * Writes an index in one step: whoever reads sees the old or the new one, and of several writers the last one's.
 * @returns whether that was possible; a folder that cannot be written to has none.
 */
export function writeIndex(results: string, index: HistoryIndex): boolean {
  const body = JSON.stringify(pack(index));
  const temporary = join(results, `${indexFileName}.${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, `${JSON.stringify({ version, digest: digestOf(body) })}\n${body}`);
    renameSync(temporary, join(results, indexFileName));
    removeLeftovers(results);
    return true;
  } catch {
    rmSync(temporary, { force: true });
    return false;
  }
}

/** Milliseconds after which nobody writes a file of these any more. */
const leftOver = 3_600_000;

/** Removes what a process left that was killed while it wrote. */
function removeLeftovers(results: string): void {
  for (const name of readdirSync(results)) {
    if (!name.startsWith(`${indexFileName}.`) || !name.endsWith(".tmp")) continue;
    const file = join(results, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && Date.now() - found.mtimeMs > leftOver) rmSync(file, { force: true });
  }
}

function digestOf(body: string): string {
  return createHash("sha1").update(body).digest("hex");
}

function pack({ runs, experiments }: HistoryIndex): Written {
  const setups = numbered<Fact[]>();
  const surroundings = numbered<Record<string, string>>();
  return {
    runs: [...runs].map(([path, { stamp, content }]) => {
      if ("unreadable" in content) return [stamp, content.unreadable, path];
      const { path: _, setup, surroundings: around, ...rest } = content.entry;
      return [stamp, { ...rest, setup: setups.numberOf(setup), surroundings: surroundings.numberOf(around) }, path];
    }),
    experiments: [...experiments].map(([path, { stamp, content }]) => [path, stamp, content]),
    setups: setups.values,
    surroundings: surroundings.values,
  };
}

function unpack({ runs, experiments, setups, surroundings }: Written): HistoryIndex {
  return {
    runs: new Map(
      runs.map(([stamp, content, path]): [string, IndexedRun] => {
        if (typeof content === "string") return [path, { stamp, content: { unreadable: content } }];
        const { setup, surroundings: around, ...rest } = content;
        const shared = { setup: setups[setup] ?? [], surroundings: surroundings[around] ?? {} };
        return [path, { stamp, content: { entry: { path, ...rest, ...shared } } }];
      }),
    ),
    experiments: new Map(experiments.map(([path, stamp, content]) => [path, { stamp, content }])),
  };
}

/** Gives equal values the same number. */
function numbered<T>() {
  const numbers = new Map<string, number>();
  const values: T[] = [];
  return {
    values,
    numberOf(value: T): number {
      const key = JSON.stringify(value);
      let number = numbers.get(key);
      if (number === undefined) {
        number = values.push(value) - 1;
        numbers.set(key, number);
      }
      return number;
    },
  };
}

// Finds the runs of a results folder without opening their files: run folders, and those of experiments.

import { existsSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { runFileName, windowsFileName } from "../../lib/result/index.ts";

/** File of an experiment, in its folder. */
export const experimentFileName = "ab.json";
const experimentRuns = "runs";

/** By what a file is known to be the one that was read before. */
export type Stamp = [bytes: number, changed: number, modified: number];

/** A run folder. */
export interface FoundRun {
  /** Of the folder, relative to the results'. */
  path: string;
  /** Of its run.json; null: it has none, so that the run did not finish. */
  stamp: Stamp | null;
  /** Folder of the experiment that it belongs to, relative to the results'. */
  experiment: string | null;
}

/** An experiment's folder. */
export interface FoundExperiment {
  path: string;
  /** Of its ab.json. */
  stamp: Stamp;
}

/** What is there. @throws the system's error where the folder cannot be read. */
export function findRuns(results: string): { runs: FoundRun[]; experiments: FoundExperiment[] } {
  const runs: FoundRun[] = [];
  const experiments: FoundExperiment[] = [];
  for (const name of namesIn(results)) {
    const run = runIn(results, name, null);
    if (run !== undefined) {
      runs.push(run);
      continue;
    }
    const experiment = stat(join(results, name, experimentFileName));
    if (experiment === undefined) continue;
    experiments.push({ path: name, stamp: stampOf(experiment) });
    for (const inner of namesIn(join(results, name, experimentRuns), true)) {
      const repetition = runIn(results, join(name, experimentRuns, inner), name);
      if (repetition !== undefined) runs.push(repetition);
    }
  }
  return { runs, experiments };
}

function runIn(results: string, path: string, experiment: string | null): FoundRun | undefined {
  const file = stat(join(results, path, runFileName));
  if (file !== undefined) return { path, stamp: stampOf(file), experiment };
  return existsSync(join(results, path, windowsFileName)) ? { path, stamp: null, experiment } : undefined;
}

/** Names of what may be folders: a link to one counts. */
function namesIn(folder: string, maybe = false): string[] {
  if (maybe && !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
    .map(({ name }) => name);
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Not a folder in the middle, or not allowed to look: no run.
    return undefined;
  }
}

/** The change time tells a file that was replaced by one of the same length and modification time: nobody can set it. */
function stampOf({ size, ctimeMs, mtimeMs }: Stats): Stamp {
  return [size, ctimeMs, mtimeMs];
}

/** Whether two are of the same file. */
export function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.every((part, place) => part === b[place]);
}

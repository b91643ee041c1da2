// Finds the runs of a results folder without opening their files: run folders, and those of experiments.

import { existsSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { experimentFileName } from "../../lib/experiment/read-experiment.ts";
import { runFileName, windowsFileName } from "../../lib/result/index.ts";
import { reasonOf } from "../../lib/result/read-run.ts";
import { runsFolderName } from "../ab/experiment-folder.ts";

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

/** What is in a results folder. */
export interface Found {
  runs: FoundRun[];
  experiments: FoundExperiment[];
  /** Folders of experiments whose runs cannot be listed, relative to the results', and why. */
  unreadable: { path: string; reason: string }[];
}

/** What is there. @throws the system's error where the folder cannot be read. */
export function findRuns(results: string): Found {
  const runs: FoundRun[] = [];
  const experiments: FoundExperiment[] = [];
  const unreadable: Found["unreadable"] = [];
  for (const name of namesIn(results)) {
    const run = runIn(results, name, null);
    if (run !== undefined) {
      runs.push(run);
      continue;
    }
    const experiment = stat(join(results, name, experimentFileName));
    if (experiment === undefined) continue;
    experiments.push({ path: name, stamp: stampOf(experiment) });
    const inner = join(name, runsFolderName);
    if (!existsSync(join(results, inner))) continue;
    try {
      for (const repetition of namesIn(join(results, inner))) {
        const found = runIn(results, join(inner, repetition), name);
        if (found !== undefined) runs.push(found);
      }
    } catch (error) {
      unreadable.push({ path: inner, reason: `${inner} cannot be read: ${reasonOf(error)}.` });
    }
  }
  return { runs, experiments, unreadable };
}

function runIn(results: string, path: string, experiment: string | null): FoundRun | undefined {
  const file = stat(join(results, path, runFileName));
  if (file !== undefined) return { path, stamp: stampOf(file), experiment };
  return existsSync(join(results, path, windowsFileName)) ? { path, stamp: null, experiment } : undefined;
}

/** Names of what may be folders: a link to one counts. */
function namesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
    .map(({ name }) => name);
}

/** Not of a pipe: to open it would wait for whoever writes to it. A folder is told to be one when it is read. */
function stat(path: string): Stats | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() || found?.isDirectory() ? found : undefined;
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

// The runs of a results folder. Files that are as the index knows them are not opened; all others are read, some at a time.

import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../lib/environment/index.ts";
import { experimentFileName } from "../../lib/experiment/read-experiment.ts";
import { byTime, entryOf, type History, type HistoryEntry, isWhole } from "../../lib/history/entry.ts";
import { parseRunFile, problemsOfRunFile, runFileName } from "../../lib/result/index.ts";
import { reasonOf } from "../../lib/result/read-run.ts";
import type { ExperimentRun } from "../../lib/schema/history.generated.ts";
import { CommandError, messageOf } from "../errors.ts";
import { type ExperimentRuns, experimentRunOf, experimentRunsOf } from "./experiment-runs.ts";
import { type FoundExperiment, type FoundRun, findRuns, type Stamp, sameStamp } from "./find-runs.ts";
import { type HistoryIndex, type IndexedRun, readIndex, writeIndex } from "./index-file.ts";

/** Files that are read at the same time. */
const readers = 8;

/** That of no file. */
const noStamp: Stamp = [0, 0, 0];

/**
 * Reads the history of a folder, and keeps what it read in the folder's index.
 * @throws CommandError where there is no such folder.
 */
export async function readHistory(results: string): Promise<History> {
  const { runs, experiments, unreadable } = foundIn(results);
  const before = readIndex(results);
  const after: HistoryIndex = { runs: new Map(), experiments: new Map() };
  for (const experiment of experiments)
    after.experiments.set(experiment.path, readExperiment(results, experiment, before));

  const unfinished = runs.filter(({ stamp }) => stamp === null);
  const missing: FoundRun[] = [];
  for (const run of runs) {
    const known = before.runs.get(run.path);
    if (known !== undefined && run.stamp !== null && sameStamp(known.stamp, run.stamp)) {
      after.runs.set(run.path, withExperiment(known, run, after));
    } else if (run.stamp !== null) missing.push(run);
  }
  await forEach(missing, async (run) => {
    after.runs.set(run.path, await readRunOf(results, run, after));
  });
  if (missing.length > 0 || before.runs.size !== after.runs.size || experimentsChanged(before, after)) {
    writeIndex(results, after);
  }
  return historyOf(results, after, unfinished, unreadable);
}

function foundIn(results: string): ReturnType<typeof findRuns> {
  const found = statSync(results, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new CommandError(
      `There is no folder ${results}, so there are no runs: dbmark run makes it. Name another with --results`,
    );
  }
  if (!found.isDirectory())
    throw new CommandError(
      `${results} is a file, and a folder with run folders is expected. Name another with --results`,
    );
  if (existsSync(join(results, runFileName))) {
    throw new CommandError(
      `${results} is one run, and a folder with run folders is expected: give --results the folder that it is in`,
    );
  }
  try {
    return findRuns(results);
  } catch (error) {
    throw new CommandError(`${results} cannot be read: ${reasonOf(error)}`);
  }
}

function readExperiment(results: string, { path, stamp }: FoundExperiment, before: HistoryIndex) {
  const known = before.experiments.get(path);
  if (known !== undefined && sameStamp(known.stamp, stamp)) return known;
  let text = "";
  try {
    text = readFileSync(join(results, path, experimentFileName), "utf8");
  } catch {
    // Its runs say that their experiment cannot be read.
  }
  return { stamp, content: experimentRunsOf(text) };
}

/** What an experiment says of its run may be new although the run is not: the run is read again then. */
function withExperiment(known: IndexedRun, run: FoundRun, index: HistoryIndex): IndexedRun {
  if ("unreadable" in known.content || run.experiment === null) return known;
  const { entry } = known.content;
  const experiment = experimentRunOf(run.experiment, run.path, contentOf(index, run.experiment));
  const others = entry.setup.filter(({ what }) => what !== "variant");
  const setup = experiment.hidden === "" ? others : [...others, { what: "variant", text: experiment.hidden, hash: "" }];
  return { ...known, content: { entry: { ...entry, experiment, setup } } };
}

function contentOf(index: HistoryIndex, experiment: string): ExperimentRuns | undefined {
  return index.experiments.get(experiment)?.content;
}

async function readRunOf(results: string, run: FoundRun, index: HistoryIndex): Promise<IndexedRun> {
  const path = join(run.path, runFileName);
  let text: string;
  try {
    text = await readFile(join(results, path), "utf8");
  } catch (error) {
    // Not of the file: it is tried again the next time.
    return { stamp: noStamp, content: { unreadable: `${path} cannot be read: ${reasonOf(error)}.` } };
  }
  const stamp = run.stamp ?? noStamp;
  try {
    const experiment =
      run.experiment === null ? null : experimentRunOf(run.experiment, run.path, contentOf(index, run.experiment));
    return { stamp, content: { entry: entryOfText(text, path, run.path, experiment) } };
  } catch (error) {
    return { stamp, content: { unreadable: messageOf(error) } };
  }
}

/** The entry of a run.json. The schema is asked only where something is amiss: that takes longer than all else. */
function entryOfText(text: string, file: string, path: string, experiment: ExperimentRun | null): HistoryEntry {
  const run = parseRunFile(text, file);
  try {
    const entry = entryOf(run, path, experiment);
    if (isWhole(entry)) return entry;
  } catch {
    // Some part is missing, or is something else.
  }
  throw new UsageError(`${file} is not as its schema says: ${problemsOfRunFile(run)[0] ?? "it lacks something"}.`);
}

function experimentsChanged(before: HistoryIndex, after: HistoryIndex): boolean {
  if (before.experiments.size !== after.experiments.size) return true;
  return [...after.experiments].some(([path, { stamp }]) => {
    const known = before.experiments.get(path);
    return known === undefined || !sameStamp(known.stamp, stamp);
  });
}

function historyOf(
  results: string,
  index: HistoryIndex,
  unfinished: readonly FoundRun[],
  unreadable: History["unreadable"],
): History {
  const contents = [...index.runs].map(([path, { content }]) => ({ path, content }));
  return {
    results,
    runs: contents.flatMap(({ content }) => ("entry" in content ? [content.entry] : [])).toSorted(byTime),
    unreadable: [
      ...unreadable,
      ...contents.flatMap(({ path, content }) =>
        "unreadable" in content ? [{ path, reason: content.unreadable }] : [],
      ),
      ...unfinished.map(({ path }) => ({
        path,
        reason: `${path} has no ${runFileName}: the run goes on, or was killed.`,
      })),
    ].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

async function forEach<T>(items: readonly T[], handle: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: readers }, async () => {
      for (const item of rest) await handle(item);
    }),
  );
}

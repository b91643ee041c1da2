// The run that a user means: a run folder, its run.json, or the beginning of its name in the results folder.

import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { suggestion, UsageError } from "../../lib/environment/index.ts";
import { experimentFileName } from "../../lib/experiment/read-experiment.ts";
import { type ReadRun, readRun, runFileName } from "../../lib/result/index.ts";

/** Names that an error lists at most. */
const listed = 5;

/**
 * Finds and reads a run.
 * @param name a path; or a part of the name of a run folder in `results`, by which no other one is meant.
 * @throws {UsageError} when there is none, when there are several, and for what is no run.
 */
export function findRun(name: string, results: string): ReadRun {
  const path = pathOf(name, results);
  const experiment = experimentOf(path);
  if (experiment !== null) {
    throw new UsageError(
      `${name} is an experiment of dbmark ab, and no run. Its verdicts are in ${join(experiment, experimentFileName)}; ` +
        `its single runs are the folders in ${join(experiment, "runs")}: name those.`,
    );
  }
  return readRun(path);
}

function pathOf(name: string, results: string): string {
  if (name === "") throw new UsageError("The name of a run is empty. Name a run folder or a run.json.");
  if (existsSync(name) || name !== basename(name)) return name;
  const runs = namesOfRuns(results);
  const beginning = runs.filter((run) => run.startsWith(name));
  const [run, ...others] = beginning.length > 0 ? beginning : runs.filter((one) => one.includes(name));
  if (run === undefined) {
    const there = runs.length === 0 ? `there are no runs in ${results}` : `no run in ${results} has such a name`;
    throw new UsageError(
      `${name} does not exist, and ${there}.${suggestion(name, runs)} Name a run folder or a run.json.`,
    );
  }
  if (others.length > 0) {
    const names = [run, ...others];
    const more = names.length > listed ? `, and ${names.length - listed} more` : "";
    throw new UsageError(
      `${name} is the name of ${names.length} runs in ${results}: ${names.slice(0, listed).join(", ")}${more}. Give more of the name.`,
    );
  }
  return join(results, run);
}

function namesOfRuns(results: string): string[] {
  if (!existsSync(results) || !statSync(results).isDirectory()) return [];
  return readdirSync(results)
    .filter((name) => [runFileName, experimentFileName].some((file) => existsSync(join(results, name, file))))
    .sort();
}

/** The folder of an experiment where this is one, or its file; else null. */
function experimentOf(path: string): string | null {
  if (!existsSync(path)) return null;
  const stat = statSync(path);
  if (stat.isFile() && basename(path) === experimentFileName) return dirname(path);
  return stat.isDirectory() && existsSync(join(path, experimentFileName)) && !existsSync(join(path, runFileName))
    ? path
    : null;
}

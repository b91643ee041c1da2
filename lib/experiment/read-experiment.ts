/** Finds and reads an experiment by what a user names: its folder or its ab.json. For Node. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "../environment/usage-error.ts";
import { reasonOf, runFileName, windowsFileName } from "../result/read-run.ts";
import type { ExperimentFile } from "../schema/experiment.generated.ts";
import { problemsOfExperiment } from "./validate.ts";

/** Name of the file in an experiment's folder. */
export const experimentFileName = "ab.json";

/** The version of ab.json that this code reads and writes. */
export const experimentSchemaVersion = 1;

/** An experiment with its place. */
export interface ReadExperiment {
  experiment: ExperimentFile;
  /** Path of the ab.json. */
  path: string;
  /** Path of its folder. */
  folder: string;
}

/**
 * Reads an experiment, complete or not.
 * @param path the folder of an experiment, or its ab.json.
 * @throws {UsageError} when there is none, when it is something else, and when it cannot be read.
 */
export function loadExperiment(path: string): ReadExperiment {
  const file = findExperimentFile(path);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${reasonOf(error)}.`);
  }
  return { experiment: parseExperiment(text, file), path: file, folder: dirname(file) };
}

/**
 * Parses an ab.json.
 * @param path where it came from, for errors.
 * @throws {UsageError} when it is empty, cut off, not JSON, not an experiment, or of a version that is not known.
 */
export function parseExperiment(text: string, path: string): ExperimentFile {
  const value = parseJson(text, path);
  if (typeof value !== "object" || value === null || !("schemaVersion" in value)) {
    throw new UsageError(
      `${path} is JSON, but not an experiment of dbmark: it has no schemaVersion. Name the folder of an experiment of dbmark ab.`,
    );
  }
  if ("workload" in value && "totals" in value) {
    throw new UsageError(`${path} is a single run, not an experiment. ${experimentWanted}`);
  }
  const { schemaVersion: version } = value;
  if (version !== experimentSchemaVersion) {
    const isNewer = typeof version === "number" && version > experimentSchemaVersion;
    throw new UsageError(
      `${path} has schemaVersion ${JSON.stringify(version)}; this dbmark reads version ${experimentSchemaVersion} of experiments. ` +
        (isNewer ? "It was written by a newer dbmark: update this one." : "Run the experiment again with this dbmark."),
    );
  }
  const [problem, ...others] = problemsOfExperiment(value);
  if (problem !== undefined) {
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    throw new UsageError(`${path} is not a whole experiment of dbmark: ${problem}${more}. Was it changed by hand?`);
  }
  return value as ExperimentFile;
}

const experimentWanted = `Name the folder that dbmark ab made, which holds an ${experimentFileName}.`;

function findExperimentFile(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${path} does not exist. ${experimentWanted}`);
  if (!stat.isDirectory()) return path;
  const file = join(path, experimentFileName);
  if (existsSync(file)) return file;
  if (existsSync(join(path, runFileName)) || existsSync(join(path, windowsFileName))) {
    // A repetition's folder is <experiment>/runs/<run>.
    const around = dirname(dirname(path));
    const hint = existsSync(join(around, experimentFileName)) ? ` It belongs to the experiment ${around}.` : "";
    throw new UsageError(`${path} is the folder of a single run, not of an experiment.${hint} ${experimentWanted}`);
  }
  throw new UsageError(
    `${path} is not the folder of an experiment: it has no ${experimentFileName}. ${experimentWanted}`,
  );
}

function parseJson(text: string, path: string): unknown {
  if (text.trim() === "") throw new UsageError(`${path} is empty: it was not copied or written whole.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trimStart().startsWith("{") && !text.trimEnd().endsWith("}")) {
      throw new UsageError(`${path} is cut off after ${text.length} characters: it was not copied or written whole.`);
    }
    throw new UsageError(
      `${path} is not JSON (${error instanceof Error ? error.message.replace(/\s+/g, " ") : error}). ${experimentWanted}`,
    );
  }
}

// The folder of an experiment: ab.json, and its runs below runs/. While an experiment runs, a file names its process.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { experimentFileName } from "../../lib/experiment/read-experiment.ts";
import type { ExperimentFile } from "../../lib/schema/experiment.generated.ts";
import { CommandError, codeOf, messageOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { identityOf, isAlive, type ProcessIdentity } from "../postgres/process-identity.ts";

/** Folder of the runs, in an experiment's folder. */
export const runsFolderName = "runs";
const ownerFileName = ".process.json";

/**
 * Makes the folder of a new experiment.
 * @returns its path.
 * @throws CommandError
 */
export function makeExperimentFolder(results: string, suites: string, systems: string, start: Date): string {
  const time = start
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const base = join(results, `${time}-ab-${suites}-${systems}`);
  for (let number = 1; ; number += 1) {
    const folder = number === 1 ? base : `${base}-${number}`;
    try {
      mkdirSync(folder);
      mkdirSync(join(folder, runsFolderName));
      return folder;
    } catch (error) {
      if (codeOf(error) === "EEXIST") continue;
      throw new CommandError(`The experiment's folder ${folder} cannot be made: ${messageOf(error)}`);
    }
  }
}

/** Writes ab.json: whole, or as it was before. @throws CommandError, for example for a full disk. */
export function writeExperiment(folder: string, file: ExperimentFile): void {
  const path = join(folder, experimentFileName);
  const temporary = `${path}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(file, null, 2)}\n`, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    const full = ["ENOSPC", "EDQUOT", "EFBIG"].includes(codeOf(error) ?? "");
    throw new CommandError(
      `${path} cannot be written: ${full ? "the disk is full" : messageOf(error)}. It is as it was after the last repetition that could be written; ` +
        `the runs are in ${join(folder, runsFolderName)}`,
      exitCodes.invalid,
    );
  }
}

/**
 * Says that this process runs the experiment.
 * @returns what takes it back.
 * @throws CommandError when another one does.
 */
export function claimFolder(folder: string): () => void {
  const path = join(folder, ownerFileName);
  for (;;) {
    try {
      // Of two that begin at once, one makes the file.
      writeFileSync(path, `${JSON.stringify(identityOf(process.pid))}\n`, { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (codeOf(error) !== "EEXIST") {
        throw new CommandError(
          `The experiment in ${folder} cannot be run: ${path} cannot be made: ${messageOf(error)}`,
        );
      }
    }
    const owner = ownerOf(path);
    if (owner === "beginning") {
      throw new CommandError(`The experiment in ${folder} is being begun by another process: wait for its end`);
    }
    if (owner !== undefined && isAlive(owner)) {
      throw new CommandError(`The experiment in ${folder} is being run by process ${owner.pid}: wait for its end`);
    }
    // Left by one that was killed.
    rmSync(path, { force: true });
  }
}

/** `beginning`: it has just been made, and its owner has yet to write its number. Undefined: nobody. */
function ownerOf(path: string): ProcessIdentity | "beginning" | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    return made !== undefined && Date.now() - made < longestBeginning ? "beginning" : undefined;
  }
}

/** Milliseconds from making the file to having written it, at most. */
const longestBeginning = 5000;

// dbmark merge: reads the instances, writes the merged run, and says how it went.

import { rmdirSync } from "node:fs";
import { summarize } from "../../lib/summary/index.ts";
import { hasColor } from "../color.ts";
import { type ExitCode, exitCodes, mostImportant } from "../exit-codes.ts";
import { pathFromHere } from "../progress/path.ts";
import { Interrupted, Interruption } from "../run/interruption.ts";
import { codesOf } from "../run/outcome.ts";
import { prepareResultsFolder } from "../run/results-folder.ts";
import { type Merged, makeRunFolder, mergeFolders } from "./merge-folders.ts";
import { readInstances } from "./read-instances.ts";

/** Options as the command line gives them. */
export interface MergeOptions {
  out: string;
}

/** Merges. @throws {UsageError} for folders that are not the instances of one run; nothing is left behind, after Ctrl-C neither. */
export async function merge(names: string[], options: MergeOptions): Promise<ExitCode> {
  const instances = await readInstances(names);
  const interruption = new Interruption();
  let made: string | undefined;
  let merged: Merged;
  try {
    const folderOf = (testid: string) => {
      const folder = makeRunFolder(prepareResultsFolder(options.out), folderName(testid));
      made = folder.path;
      return folder;
    };
    merged = await mergeFolders(instances, folderOf, interruption.signal);
  } catch (error) {
    if (made !== undefined) rmdirSync(made);
    if (!(error instanceof Interrupted)) throw error;
    process.stderr.write("Interrupted: nothing was merged\n");
    return exitCodes.interrupted;
  } finally {
    interruption.dispose();
  }
  const { run, path } = merged;
  process.stdout.write(`${summarize(run, { path: pathFromHere(path), color: hasColor() })}\n`);
  return mostImportant(codesOf(run));
}

/** A testid may be anything; a name of a folder keeps letters, digits, dots, dashes and underscores of it. */
function folderName(testid: string): string {
  const clean = testid.replaceAll(/[^A-Za-z0-9._-]/g, "-");
  return /[A-Za-z0-9]/.test(clean) ? clean : "merged";
}

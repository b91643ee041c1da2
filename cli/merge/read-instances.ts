// Reads the run folders of instances as a user names them.

import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../lib/environment/index.ts";
import type { InstanceRun } from "../../lib/merge/index.ts";
import { readRun, runFileName, runFromWindows, windowsFileName } from "../../lib/result/index.ts";

/** An instance with its folder. */
export interface ReadInstance extends InstanceRun {
  folder: string;
}

/**
 * Reads each named run folder, or those in a named folder.
 * @throws {UsageError} for what is no run, for a run without windows, and for a folder that is named twice.
 */
export async function readInstances(names: readonly string[]): Promise<ReadInstance[]> {
  const folders = names.flatMap(runFoldersOf);
  const seen = new Map<string, string>();
  for (const folder of folders) {
    const place = realpathSync(folder);
    const before = seen.get(place);
    if (before !== undefined) {
      const as = before === folder ? "" : `, as ${before} and as ${folder}`;
      throw new UsageError(`${folder} is named twice${as}. Name the folder of each instance once.`);
    }
    seen.set(place, folder);
  }
  const instances: ReadInstance[] = [];
  for (const folder of folders) instances.push(await readInstance(folder));
  return instances;
}

/** The folder itself where it is a run's, else the run folders in it. */
function runFoldersOf(name: string): string[] {
  if (name === "" || !existsSync(name)) {
    throw new UsageError(
      `${name === "" ? "An empty name" : name} does not exist. Name the run folders of all instances, or a folder that holds them.`,
    );
  }
  if (!statSync(name).isDirectory()) {
    throw new UsageError(`${name} is a file. Name its run folder: merging needs ${windowsFileName} as well.`);
  }
  if (isRunFolder(name)) return [name];
  const inside = readdirSync(name)
    .sort()
    .map((one) => join(name, one))
    .filter((path) => statSync(path).isDirectory() && isRunFolder(path));
  if (inside.length > 0) return inside;
  throw new UsageError(`${name} is no run folder, and holds none. Name the run folders of all instances.`);
}

function isRunFolder(folder: string): boolean {
  return existsSync(join(folder, runFileName)) || existsSync(join(folder, windowsFileName));
}

/** The run of a folder; of an instance that was killed before it wrote its run.json, what its windows say. */
async function readInstance(folder: string): Promise<ReadInstance> {
  const windows = join(folder, windowsFileName);
  if (!existsSync(windows)) {
    throw new UsageError(
      `${folder} has no ${windowsFileName}: copy the whole folder, without which it cannot be merged.`,
    );
  }
  const run = existsSync(join(folder, runFileName)) ? readRun(folder).run : await runFromWindows(windows);
  return { path: folder, folder, run };
}

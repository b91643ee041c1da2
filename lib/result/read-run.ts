/** Finds and reads a run by what a user names: its folder, its run.json, or its windows.ndjson. For Node. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "../environment/usage-error.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { parseRunFile } from "./run-file.ts";

/** Names of the files in a run folder. */
export const runFileName = "run.json";
export const windowsFileName = "windows.ndjson";

/** A run with its place. */
export interface ReadRun {
  run: RunFile;
  /** Path of the run.json. */
  path: string;
  /** Path of its folder. */
  folder: string;
}

/**
 * Reads a run.
 * @param path a run folder, a run.json (of any name), or the windows.ndjson beside it.
 * @throws {UsageError} when there is none, when it did not finish, or when it cannot be read.
 */
export function readRun(path: string): ReadRun {
  const file = findRunFile(path);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${reasonOf(error)}.`);
  }
  return { run: parseRunFile(text, file), path: file, folder: dirname(file) };
}

function findRunFile(path: string): string {
  // existsSync is content with any path; statSync throws where a part of it is a file.
  if (!existsSync(path)) throw new UsageError(`${path} does not exist. Name a run folder or a run.json.`);
  const folder = statSync(path).isDirectory() ? path : path.endsWith(windowsFileName) ? dirname(path) : undefined;
  if (folder === undefined) return path;
  const file = join(folder, runFileName);
  if (existsSync(file)) return file;
  if (existsSync(join(folder, windowsFileName))) {
    throw new UsageError(
      `${folder} holds a run that did not finish: it has a ${windowsFileName} and no ${runFileName}.`,
    );
  }
  throw new UsageError(`${folder} is not a run folder: it has no ${runFileName}. Name one of the folders in results/.`);
}

/** What a system error says, without its path. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "ENOSPC") return "no space left on the disk";
  if (code === "EISDIR") return "it is a folder";
  return error instanceof Error ? error.message : String(error);
}

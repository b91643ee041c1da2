// A file that a command writes instead of printing: whole, or not at all.

import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "../lib/environment/index.ts";
import { CommandError, messageOf } from "./errors.ts";

/**
 * Checks `--output` before anything is done.
 * @returns the absolute path.
 * @throws {UsageError} for a folder, and where there is no folder to write into.
 */
export function checkOutput(path: string): string {
  if (path === "") throw new UsageError("--output is empty; expected is the path of a file.");
  const file = resolve(path);
  if ((existsSync(file) && statSync(file).isDirectory()) || /[/\\]$/.test(path)) {
    throw new UsageError(`--output ${path} is a folder; expected is the path of a file.`);
  }
  const folder = dirname(file);
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new UsageError(`--output ${path} cannot be written: ${folder} is a file, not a folder. Name another path.`);
  }
  if (!existsSync(folder)) {
    throw new UsageError(`--output ${path} cannot be written: the folder ${folder} does not exist. Make it first.`);
  }
  return file;
}

/**
 * Writes the file; whatever happens, there is never half of it. What cannot be replaced, such as a pipe or /dev/stdout, is written into.
 * @throws {CommandError} when it cannot be written. What was there before is there still.
 */
export function writeOutput(file: string, text: string): void {
  const replaced = !existsSync(file) || statSync(file).isFile();
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    if (!replaced) writeFileSync(file, text);
    else {
      writeFileSync(temporary, text, { flush: true });
      renameSync(temporary, file);
    }
  } catch (error) {
    if (replaced) rmSync(temporary, { force: true });
    throw new CommandError(`${file} cannot be written: ${messageOf(error)}. Name another file with --output`);
  }
}

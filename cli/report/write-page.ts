// Writes a file that appears whole or not at all.

import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { CommandError, codeOf, messageOf } from "../errors.ts";

/** Where output goes to standard output instead of a file. */
export const standardOutput = "-";

/**
 * Writes a file, or to standard output. A file that was there is replaced.
 * @throws {CommandError} when it cannot be written.
 */
export function writePage(path: string, text: string): void {
  if (path === standardOutput) {
    process.stdout.write(text);
    return;
  }
  refuseFolder(path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new CommandError(
      codeOf(error) === "ENOENT"
        ? `${path} cannot be written: its folder does not exist. Make it first, or name another --output.`
        : `${path} cannot be written: ${messageOf(error)}. Name another file with --output, or - for standard output.`,
    );
  }
}

/** Refuses a place that is a folder, before anything is computed. */
export function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new CommandError(
      `${path} is a folder; --output names a file, such as ${path.replace(/\/+$/, "")}/report.html.`,
    );
}

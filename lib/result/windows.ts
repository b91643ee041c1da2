/** Reads a windows.ndjson line by line, whatever its length: the windows of ten hours are not held in memory. For Node. */

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { UsageError } from "../environment/usage-error.ts";
import type { HeaderLine, WindowsLine } from "../schema/windows.generated.ts";
import { reasonOf } from "./read-run.ts";
import { checkVersion } from "./run-file.ts";

/**
 * Gives the lines in their order, the header first. A last line that was cut off by a crash is left out.
 * @throws {UsageError} when the file cannot be read, has no whole header, is of a version that is not known, or has a line that
 * is not JSON before its end.
 */
export async function* readWindows(path: string): AsyncGenerator<WindowsLine> {
  let number = 0;
  let broken: string | undefined;
  try {
    for await (const text of createInterface({
      input: createReadStream(path, "utf8"),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      if (text === "") continue;
      if (broken !== undefined) throw new UsageError(broken);
      number++;
      const line = parseLine(text);
      if (line === undefined) {
        broken = `Line ${number} of ${path} is not JSON: the file was damaged.`;
        continue;
      }
      if (number === 1) checkHeader(line, path);
      yield line;
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${reasonOf(error)}.`);
  }
  if (number === 0 || (number === 1 && broken !== undefined)) {
    throw new UsageError(`${path} has no header line: the run ended before it began, and nothing was measured.`);
  }
}

function parseLine(text: string): WindowsLine | undefined {
  try {
    return JSON.parse(text) as WindowsLine;
  } catch {
    return undefined;
  }
}

function checkHeader(line: WindowsLine, path: string): asserts line is HeaderLine {
  if (typeof line !== "object" || line === null || line.type !== "header") {
    throw new UsageError(`${path} is not a windows file of dbmark: its first line is no header.`);
  }
  checkVersion(line.schemaVersion, path);
}

// A file of SQL that makes a variant's data what it is to be.

import { readFileSync } from "node:fs";
import { UsageError } from "../../lib/environment/index.ts";
import { codeOf, messageOf } from "../errors.ts";
import { redact } from "../redact.ts";

/** It is kept in ab.json. */
const largest = 10 << 20;

/**
 * Reads it.
 * @param option as the user wrote it, for messages: `--b sql=`.
 * @throws UsageError
 */
export function readSqlFile(option: string, path: string): { path: string; text: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "permission denied",
    };
    throw new UsageError(
      `${option}${redact(path)} cannot be read: ${reasons[codeOf(error) ?? ""] ?? messageOf(error)}.`,
    );
  }
  if (bytes.length > largest) {
    throw new UsageError(`${option}${path} has ${bytes.length} bytes; expected are ${largest} at most.`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${option}${path} is no text in UTF-8; expected is a file of SQL.`);
  }
  if (text.trim() === "") throw new UsageError(`${option}${path} is empty; expected is a file of SQL.`);
  const command = /^\s*(\\[a-z!?]\w*)/im.exec(text)?.[1];
  if (command !== undefined) {
    throw new UsageError(
      `${option}${path} has the command ${command}, which is one of psql's; expected are SQL statements alone.`,
    );
  }
  return { path, text };
}

/**
 * Reads the text of a run.json. Free of libraries, so that k6 scripts can import it; a full check against the schema is in
 * validate.ts, for Node.
 */

import { UsageError } from "../environment/usage-error.ts";
import type { RunFile } from "../schema/run.generated.ts";

/** The version of run.json and windows.ndjson that this code reads and writes. */
export const schemaVersion = 1;

/**
 * Parses a run.json.
 * @param text the file's content.
 * @param path where it came from, for errors.
 * @throws {UsageError} when it is empty, cut off, not JSON, not a run file, or of a version that is not known.
 */
export function parseRunFile(text: string, path: string): RunFile {
  const value = parseJson(text, path);
  if (typeof value !== "object" || value === null || !("schemaVersion" in value)) {
    throw new UsageError(
      `${path} is JSON, but not a run of dbmark: it has no schemaVersion. Name a run.json or its folder.`,
    );
  }
  checkVersion(value.schemaVersion, path);
  const missing = ["suite", "workload", "profile", "target", "totals", "validity"].filter((name) => !(name in value));
  if (missing.length > 0) {
    throw new UsageError(`${path} is not a whole run of dbmark: it lacks ${missing.join(", ")}.`);
  }
  return value as RunFile;
}

/**
 * Refuses a version of the format that this code does not know.
 * @throws {UsageError}
 */
export function checkVersion(version: unknown, path: string): void {
  if (version === schemaVersion) return;
  const newer = typeof version === "number" && version > schemaVersion;
  throw new UsageError(
    `${path} has schemaVersion ${JSON.stringify(version)}; this dbmark reads version ${schemaVersion}. ` +
      (newer ? "It was written by a newer dbmark: update this one." : "Run the benchmark again with this dbmark."),
  );
}

function parseJson(text: string, path: string): unknown {
  if (text.trim() === "") throw new UsageError(`${path} is empty: the run that should have written it did not finish.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const start = text.trimStart()[0];
    if (start === "{" && !text.trimEnd().endsWith("}")) {
      throw new UsageError(`${path} is cut off after ${text.length} characters: it was not copied or written whole.`);
    }
    throw new UsageError(
      `${path} is not JSON (${error instanceof Error ? error.message.replace(/\s+/g, " ") : error}). Name a run.json or its folder.`,
    );
  }
}

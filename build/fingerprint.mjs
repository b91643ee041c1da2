// Says whether something built is still what its sources say: by a hash of their contents, not by their times, which a clone or
// a checkout changes.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

/**
 * A hash of every file below a folder, names included.
 * @param {string[]} paths Files and folders.
 * @param {{ base: string, skip?: (path: string) => boolean, also?: string[] }} options `also`: other things that the result depends on.
 */
export function fingerprint(paths, options) {
  const hash = createHash("sha256");
  for (const text of options.also ?? []) hash.update(`${text}\n`);
  for (const path of paths.flatMap(filesBelow).sort()) {
    const name = relative(options.base, path);
    if (options.skip?.(name)) continue;
    const content = readFileSync(path);
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  const entries = (() => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch {
      return undefined;
    }
  })();
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.name !== "node_modules" && !entry.name.startsWith("."))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(join(path, entry.name)) : entry.isFile() ? [join(path, entry.name)] : [],
    );
}

/**
 * Whether `file` holds this fingerprint.
 * @param {string} file
 * @param {string} value
 */
export function isRecorded(file, value) {
  return existsSync(file) && readFileSync(file, "utf8").trim() === value;
}

/**
 * @param {string} file
 * @param {string} value
 */
export function record(file, value) {
  writeFileSync(file, `${value}\n`);
}

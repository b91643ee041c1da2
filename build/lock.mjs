// One process at a time makes something: two commands that start at once in a clone whose sources changed must not take each other's files away.

import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Nothing that is made under a lock takes so long: its owner was stopped, or is another process with the same number. */
const longestMilliseconds = 120_000;

/**
 * Does something while no other process does it, of those that name the same file.
 * @template T
 * @param {string} path of a file that is there meanwhile. Left by a process that was killed, it is taken over.
 * @param {() => Promise<T>} make
 * @returns {Promise<T>}
 */
export async function withLock(path, make) {
  while (!taken(path)) {
    if (isAbandoned(path)) rmSync(path, { force: true });
    else await wait(50);
  }
  try {
    return await make();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function taken(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} path */
function isAbandoned(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs > longestMilliseconds) return true;
    const owner = Number(readFileSync(path, "utf8"));
    // Empty: it is just being written.
    if (owner > 0) process.kill(owner, 0);
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

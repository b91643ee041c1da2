// One process at a time makes something: two commands that start at once in a clone whose sources changed must not take each other's files away.

import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** An owner that works renews its lock so often … */
const renewedEveryMilliseconds = 10_000;

/** … so that one that was not renewed for so long was left by a process that was stopped, or that another one has the number of. */
const longestMilliseconds = 120_000;

/**
 * Does something while no other process does it, of those that name the same file.
 * @template T
 * @param {string} path of a file that is there meanwhile. Left by a process that was killed, it is taken over.
 * @param {() => Promise<T>} make However long it takes.
 * @param {() => void} [onWait] Called once where another process is doing it.
 * @returns {Promise<T>}
 */
export async function withLock(path, make, onWait) {
  for (let waited = false; !taken(path); ) {
    if (isAbandoned(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!waited) onWait?.();
    waited = true;
    await wait(50);
  }
  const renewing = setInterval(() => renew(path), renewedEveryMilliseconds);
  renewing.unref();
  try {
    return await make();
  } finally {
    clearInterval(renewing);
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function renew(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch (error) {
    // Somebody removed it: whoever makes the same now does it beside us, which costs time and breaks nothing.
    if (codeOf(error) !== "ENOENT") throw error;
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

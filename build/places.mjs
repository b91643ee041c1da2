// Where things are: in the clone, and in the user's cache folder for what is slow to make and shared between clones.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The folder of the clone. */
export const root = resolve(import.meta.dirname, "..");

/** The Go module of the k6 extension. */
export const extension = join(root, "k6-ext");

/** The k6 that has the extension compiled in. */
export const k6Binary = join(root, "bin", process.platform === "win32" ? "k6.exe" : "k6");

/** package.json of dbmark. */
export const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/**
 * A folder outside of the clone for what is slow to make: `<the system's cache folder>/dbmark/<version>`.
 * `XDG_CACHE_HOME` moves it.
 * @returns {string}
 */
export function cacheFolder() {
  return join(sharedCacheFolder(), manifest.version);
}

/**
 * The same for what has a version of its own, and serves any version of dbmark.
 * @returns {string}
 */
export function sharedCacheFolder() {
  const base =
    process.env.XDG_CACHE_HOME ||
    (process.platform === "darwin"
      ? join(homedir(), "Library", "Caches")
      : process.platform === "win32"
        ? process.env.LOCALAPPDATA || join(homedir(), "AppData", "Local")
        : join(homedir(), ".cache"));
  return join(base, "dbmark");
}

// Where dbmark itself is: found from this file, which runs as a source (in tests) and as a bundle in dist/.

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "./errors.ts";

/** The folder with dbmark's package.json. */
export const installationFolder = findInstallation(dirname(fileURLToPath(import.meta.url)));

/** Version of dbmark. */
export const version: string = JSON.parse(readFileSync(join(installationFolder, "package.json"), "utf8")).version;

/** k6 with dbmark's extension. */
export const k6Binary = join(installationFolder, "bin", process.platform === "win32" ? "k6.exe" : "k6");

/** The bundle of a script for k6. */
export function scriptBundle(suite: string): string {
  return join(installationFolder, "dist", `${suite}.js`);
}

/** Refuses to run k6 with a bundle where one of the two was not built. */
export function assertBuilt(bundle: string): void {
  for (const file of [k6Binary, bundle]) {
    if (!existsSync(file)) throw new CommandError(`${file} is missing. Make it with: npm run build`);
  }
}

/** The program that outlives the command line to stop its PostgreSQL. */
export const guardProgram = join(installationFolder, "dist", "cli", "postgres-guard.js");

/**
 * The folder for what outlives a run and is shared between clones: `$XDG_CACHE_HOME/dbmark`, or `dbmark` in the system's own
 * cache folder; for root `/var/cache/dbmark`, because root's home is closed to the user who runs root's PostgreSQL.
 */
export function cacheFolder(): string {
  const given = process.env.XDG_CACHE_HOME;
  if (given) return join(given, "dbmark");
  if (process.platform === "win32")
    return join(process.env.LOCALAPPDATA || join(homedir(), "AppData", "Local"), "dbmark");
  if (process.getuid?.() === 0) return "/var/cache/dbmark";
  return join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache", "dbmark");
}

function findInstallation(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "cli", "dbmark.mjs"))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json of dbmark above ${start}`);
  }
}

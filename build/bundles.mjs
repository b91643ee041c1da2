// Bundles TypeScript with esbuild: scripts for k6, and the command line for Node.

import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BuildError } from "./command.mjs";
import { fingerprint, isRecorded, record } from "./fingerprint.mjs";
import { withLock } from "./lock.mjs";
import { root } from "./places.mjs";

const sources = [
  "scripts",
  "lib",
  "profiles",
  "modules",
  "cli",
  "esbuild.config.mjs",
  "package.json",
  "package-lock.json",
];

/**
 * Makes dist/ if its sources changed.
 * @returns {Promise<boolean>} whether it was made.
 * @throws {BuildError} with esbuild's message when a source does not compile.
 */
export async function prepareBundles() {
  const dist = join(root, "dist");
  const marker = join(dist, ".fingerprint");
  const wanted = fingerprint(
    sources.map((name) => join(root, name)),
    // SpacetimeDB's module is Rust, and no part of a bundle.
    { base: root, skip: (path) => /\.test\.ts$|\.md$|^modules\/spacetimedb\/module\//.test(path) },
  );
  const isMade = () => existsSync(dist) && isRecorded(marker, wanted);
  if (isMade()) return false;
  return withLock(`${dist}.lock`, async () => {
    if (isMade()) return false;
    await make(dist, wanted);
    return true;
  });
}

/**
 * @param {string} dist
 * @param {string} wanted fingerprint of the sources.
 */
async function make(dist, wanted) {
  // Imported late: before the packages are installed there is no esbuild.
  const { bundle } = await import("../esbuild.config.mjs");
  // Made beside it and then put in its place: bundles and the fingerprint that they were made from always belong together.
  const made = `${dist}.${process.pid}.tmp`;
  try {
    await bundle(made);
    record(join(made, ".fingerprint"), wanted);
    rmSync(dist, { recursive: true, force: true });
    renameSync(made, dist);
  } catch (error) {
    throw new BuildError(`bundling failed: ${error instanceof Error ? error.message : error}`);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

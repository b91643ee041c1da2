// Programs in TypeScript that users never run, such as benchmarks: bundled when they are wanted, because Node 20 reads no TypeScript.

import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./places.mjs";

/**
 * What a TypeScript file exports. Packages must be installed already.
 * @param {string} source Its path.
 * @param {string} folder Below dist/, for what it is made to.
 * @returns {Promise<any>}
 */
export async function bundled(source, folder) {
  const { build } = await import("esbuild");
  const made = join(root, "dist", folder);
  mkdirSync(made, { recursive: true });
  const outfile = join(made, `${basename(source, ".ts")}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "silent",
  });
  return await import(pathToFileURL(outfile).href);
}

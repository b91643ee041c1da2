// Bundles: scripts/*.ts for k6 (k6's own modules stay imports), and the command line for Node, with modules/ and profiles/ inside.

import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const dist = join(root, "dist");

/** @type {import("esbuild").BuildOptions} */
const shared = { bundle: true, format: "esm", charset: "utf8", logLevel: "error", legalComments: "inline" };

/**
 * Bundles into a folder, which must not exist yet.
 * @param {string} folder
 */
export async function bundle(folder) {
  const scripts = readdirSync(join(root, "scripts"))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => ({ in: join(root, "scripts", name), out: basename(name, ".ts") }));
  await Promise.all([
    build({
      ...shared,
      entryPoints: scripts,
      outdir: folder,
      platform: "neutral",
      mainFields: ["module", "main"],
      target: "es2020",
      external: ["k6", "k6/*"],
    }),
    build({
      ...shared,
      entryPoints: {
        dbmark: join(root, "cli", "main.ts"),
        "postgres-guard": join(root, "cli", "postgres", "guard.ts"),
      },
      outdir: join(folder, "cli"),
      platform: "node",
      target: "node20",
      packages: "external",
      sourcemap: "inline",
    }),
  ]);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  rmSync(dist, { recursive: true, force: true });
  await bundle(dist);
}

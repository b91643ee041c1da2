// Bundles: scripts/*.ts for k6 (k6's own modules stay imports), and the command line for Node, with modules/ and profiles/ inside.

import { readdirSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const dist = join(root, "dist");

/** @type {import("esbuild").BuildOptions} */
const shared = { bundle: true, format: "esm", charset: "utf8", logLevel: "error", legalComments: "inline" };

/**
 * Keeps what a script gets by `require` in a function of its own, bundled by itself. esbuild would declare its functions at the top of the
 * script, where every one of k6's VUs makes an object of each, whether it ever calls it or not.
 * @type {import("esbuild").Plugin}
 */
const requiredInAFunction = {
  name: "required-in-a-function",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) =>
      // The path is in the bundle, and is the same wherever that is made.
      kind === "require-call" ? { path: relative(root, join(resolveDir, path)), namespace: "function" } : undefined,
    );
    onLoad({ filter: /./, namespace: "function" }, async ({ path }) => {
      const { outputFiles } = await build({
        ...k6Script,
        entryPoints: [join(root, path)],
        format: "cjs",
        write: false,
      });
      return { contents: outputFiles[0]?.text ?? "", loader: "js" };
    });
  },
};

/** @type {import("esbuild").BuildOptions} */
const k6Script = {
  ...shared,
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2020",
  external: ["k6", "k6/*"],
};

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
      ...k6Script,
      entryPoints: scripts,
      outdir: folder,
      plugins: [requiredInAFunction],
    }),
    build({
      ...shared,
      entryPoints: {
        dbmark: join(root, "cli", "main.ts"),
        "postgres-guard": join(root, "cli", "postgres", "guard.ts"),
      },
      outdir: join(folder, "cli"),
      // What a command imports when it is run is a file of its own, so that the others start without its libraries.
      splitting: true,
      chunkNames: "parts/[name]-[hash]",
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

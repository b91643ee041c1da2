// Grafana's own code for data frames (the package @grafana/data), as one file for Node. It works in a browser only, is needed for tests and pictures
// of the dashboards only, and brings a hundred packages: so those of build/grafana/package-lock.json are installed into the cache folder, and what
// is made of them stays there.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mustRun, say } from "./command.mjs";
import { fingerprint } from "./fingerprint.mjs";
import { cacheFolder, root } from "./places.mjs";

const packages = join(root, "build", "grafana");
const files = ["package.json", "package-lock.json"];

/**
 * Makes the file if it is not in the cache.
 * @returns {Promise<string>} Its path.
 */
export async function prepareGrafanaData() {
  const wanted = fingerprint([...files.map((file) => join(packages, file)), import.meta.filename], { base: root });
  const folder = join(cacheFolder(), "grafana");
  const path = join(folder, `data-${wanted.slice(0, 16)}.mjs`);
  if (existsSync(path)) return path;
  say("Installing Grafana's library of data frames …");
  mkdirSync(folder, { recursive: true });
  const workshop = mkdtempSync(join(folder, "making-"));
  try {
    for (const file of files) copyFileSync(join(packages, file), join(workshop, file));
    await mustRun(
      "installing @grafana/data",
      "npm",
      ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
      { cwd: workshop, quiet: true },
    );
    const { build } = await import("esbuild");
    const made = join(workshop, "data.mjs");
    await build({
      stdin: { contents: 'export * from "@grafana/data";', resolveDir: workshop },
      outfile: made,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      minify: true,
      // What it asks a browser for: the settings of a Grafana, of which there are none, and the reader's language.
      define: { window: "globalThis", navigator: '{"languages":["en-GB"]}' },
      // The packages that it needs are CommonJS.
      banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
      logLevel: "silent",
    });
    renameSync(made, path);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  return path;
}

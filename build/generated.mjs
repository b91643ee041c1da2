// Files made from others: the TypeScript types of the JSON Schemas, lib/schema/<name>.schema.json → <name>.generated.ts, and Grafana's dashboards,
// dashboards/index.ts → dashboards/<data source>/<name>.json.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "./places.mjs";

const dashboards = join(root, "dashboards");
const schemas = join(root, "lib", "schema");

/**
 * What every generated file should hold.
 * @returns {Promise<{ path: string, content: string }[]>}
 */
async function contents() {
  return [...(await typesOfSchemas()), ...(await dashboardFiles())];
}

/** @returns {Promise<{ path: string, content: string }[]>} */
async function dashboardFiles() {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(dashboards, "index.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    // The SDK is CommonJS; it requires nothing of Node's.
    write: false,
    logLevel: "error",
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  /** @type {typeof import("../dashboards/index.ts")} */
  const made = await import(`data:text/javascript;base64,${code}`);
  return made.dashboardFiles().map(({ path, content }) => ({ path: join(dashboards, path), content }));
}

/** @returns {Promise<{ path: string, content: string }[]>} */
async function typesOfSchemas() {
  if (!existsSync(schemas)) return [];
  const { compileFromFile } = await import("json-schema-to-typescript");
  const names = readdirSync(schemas).filter((name) => name.endsWith(".schema.json"));
  return Promise.all(
    names.sort().map(async (name) => ({
      path: join(schemas, name.replace(/\.schema\.json$/, ".generated.ts")),
      content: await compileFromFile(join(schemas, name), {
        cwd: schemas,
        bannerComment: `// Made from ${name} by \`npm run generate\`. Do not edit.`,
        additionalProperties: false,
        format: true,
        style: { printWidth: 120 },
      }),
    })),
  );
}

/**
 * Writes the generated files.
 * @returns {Promise<{ path: string, changed: boolean }[]>} paths relative to the clone.
 */
export async function generate() {
  return (await contents()).map(({ path, content }) => {
    const changed = !isCurrent(path, content);
    if (changed) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    return { path: relative(root, path), changed };
  });
}

/**
 * Paths of generated files that are not what generating would write.
 * @returns {Promise<string[]>}
 */
export async function changedByGenerating() {
  return (await contents())
    .filter(({ path, content }) => !isCurrent(path, content))
    .map(({ path }) => relative(root, path));
}

/**
 * @param {string} path
 * @param {string} content
 */
function isCurrent(path, content) {
  return existsSync(path) && readFileSync(path, "utf8") === content;
}

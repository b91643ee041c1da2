// Files made from others: the TypeScript types of the JSON Schemas, lib/schema/<name>.schema.json → <name>.generated.ts.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./places.mjs";

const schemas = join(root, "lib", "schema");

/**
 * What every generated file should hold.
 * @returns {Promise<{ path: string, content: string }[]>}
 */
async function contents() {
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
    if (changed) writeFileSync(path, content);
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

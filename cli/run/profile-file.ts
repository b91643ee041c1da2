// A load profile of the user's own, from a JSON or TypeScript file, handed to the script as JSON.

import { existsSync, readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { build } from "esbuild";
import { CommandError, messageOf } from "../errors.ts";

/** Whether what was given as `--profile` means a file: a path, or a name that ends like one. */
export function isProfileFile(given: string): boolean {
  return /[/\\]/.test(given) || [".json", ".ts", ".js", ".mjs"].includes(extname(given));
}

/**
 * The profile of a file as JSON. A script exports it as default.
 * @throws CommandError when there is no such file, or it cannot be read.
 */
export async function readProfileFile(path: string): Promise<string> {
  const file = resolve(path);
  if (!existsSync(file))
    throw new CommandError(`There is no profile file ${file}. dbmark list profiles shows the built-in ones`);
  let profile: unknown;
  try {
    profile = extname(file) === ".json" ? JSON.parse(readFileSync(file, "utf8")) : await evaluate(file);
  } catch (error) {
    throw new CommandError(`The profile file ${file} cannot be read: ${messageOf(error)}`);
  }
  if (typeof profile !== "object" || profile === null || Array.isArray(profile)) {
    throw new CommandError(
      `The profile file ${file} holds no profile: expected is an object (in a script the default export) with name, description, loop and segments`,
    );
  }
  return JSON.stringify(profile);
}

async function evaluate(file: string): Promise<unknown> {
  const bundle = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent",
  });
  const code = bundle.outputFiles[0]?.contents ?? new Uint8Array();
  const module = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
  return module.default;
}

// A load profile of the user's own, from a JSON or TypeScript file, handed to the script as JSON.

import { readFileSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { type BuildFailure, build } from "esbuild";
import { UsageError } from "../../lib/environment/index.ts";
import { isProfileOfFunctions, sampleProfile, validateProfile } from "../../profiles/index.ts";
import { CommandError, messageOf } from "../errors.ts";

const scriptExtensions = [".ts", ".js", ".mjs"];
const extensions = [".json", ...scriptExtensions];

const shape = "name, loop and segments, or with name, loop, seconds and the functions rate and workers";

/** Whether what was given as `--profile` means a file: a path, or a name that ends like one. */
export function isProfileFile(given: string): boolean {
  return /[/\\]/.test(given) || extensions.includes(extname(given));
}

/**
 * The profile of a file as JSON, checked. A script exports it as default; its functions are sampled into segments.
 * @throws CommandError when there is no such file, it cannot be read, or it holds no profile; the message names the file.
 */
export async function readProfileFile(path: string): Promise<string> {
  const file = resolve(path);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined)
    throw new CommandError(`There is no profile file ${file}. dbmark list profiles shows the built-in ones`);
  if (!found.isFile() || !extensions.includes(extname(file))) {
    throw new CommandError(
      `${file} is no profile file: expected is a file whose name ends with ${extensions.join(", ")}. dbmark list profiles shows the built-in ones`,
    );
  }
  const profile = extname(file) === ".json" ? parse(file) : await evaluate(file);
  if (typeof profile !== "object" || profile === null || Array.isArray(profile)) {
    throw new CommandError(
      `The profile file ${file} holds no profile: expected is an object (in a script the default export) with ${shape}`,
    );
  }
  try {
    return JSON.stringify(validateProfile(isProfileOfFunctions(profile) ? sampleProfile(profile) : profile));
  } catch (error) {
    if (error instanceof UsageError)
      throw new CommandError(`The profile file ${file} is not accepted: ${error.message}`);
    throw error;
  }
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CommandError(`The profile file ${file} cannot be read: ${messageOf(error)}`);
  }
}

async function evaluate(file: string): Promise<unknown> {
  const code = await bundle(file);
  try {
    const module = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
    return module.default;
  } catch (error) {
    throw new CommandError(`The profile file ${file} throws when it is read: ${messageOf(error)}`);
  }
}

async function bundle(file: string): Promise<Uint8Array> {
  try {
    const result = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      logLevel: "silent",
    });
    return result.outputFiles[0]?.contents ?? new Uint8Array();
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    const place = first?.location ? ` in line ${first.location.line}` : "";
    throw new CommandError(`The profile file ${file} cannot be read: ${first?.text ?? messageOf(error)}${place}`);
  }
}

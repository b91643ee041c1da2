// The browser that the tests of pages use: found, or installed where that is allowed.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BuildError } from "./command.mjs";
import { prepareProgram } from "./programs.mjs";

/** Chromium's names, the first that is found is taken; Google Chrome is the same browser. */
const names = ["chromium", "chromium-browser", "google-chrome"];
const places = ["/Applications/Chromium.app/Contents/MacOS/Chromium"];

/**
 * Finds it, or installs Debian's package where that is allowed.
 * @returns {Promise<string>} The program's path.
 * @throws {BuildError} that says how to install it.
 */
export async function prepareChromium() {
  const found = find();
  if (found !== undefined) return found;
  await prepareProgram("chromium", "chromium");
  const installed = find();
  if (installed === undefined) throw new BuildError(`${names.join(", ")} are not in PATH`);
  return installed;
}

function find() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...places].find(existsSync);
}

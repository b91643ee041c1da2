// Go programs for development, with the versions of build/tools/go.mod; built once into the cache folder.

import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { mustRun, say } from "./command.mjs";
import { fingerprint } from "./fingerprint.mjs";
import { cacheFolder, root } from "./places.mjs";
import { goVersion } from "./toolchain.mjs";

const packages = { staticcheck: "honnef.co/go/tools/cmd/staticcheck", xk6: "go.k6.io/xk6" };

/**
 * The path of a tool, building it if it is not in the cache.
 * @param {keyof typeof packages} name
 * @returns {Promise<string>}
 */
export async function goTool(name) {
  const folder = join(root, "build", "tools");
  // staticcheck must be built with the Go whose code it reads.
  const version = fingerprint([join(folder, "go.mod"), join(folder, "go.sum")], {
    base: folder,
    also: [await goVersion()],
  });
  const path = join(cacheFolder(), "tools", version.slice(0, 16), name);
  if (existsSync(path)) return path;
  say(`Building ${name} …`);
  mkdirSync(join(path, ".."), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  await mustRun(`building ${name}`, "go", ["build", "-trimpath", "-o", unfinished, packages[name]], {
    cwd: folder,
    quiet: true,
  });
  renameSync(unfinished, path);
  return path;
}

// Go programs for development and tests, with the versions of build/tools/go.mod and build/influxdb/go.mod; built once into the cache folder.

import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { mustRun, say } from "./command.mjs";
import { fingerprint } from "./fingerprint.mjs";
import { cacheFolder, root } from "./places.mjs";
import { goVersion } from "./toolchain.mjs";

/** The package of each, and the folder below build/ whose go.mod has its version. InfluxDB's is old, with old versions of much. */
const packages = {
  influxd: { path: "github.com/influxdata/influxdb/cmd/influxd", folder: "influxdb" },
  staticcheck: { path: "honnef.co/go/tools/cmd/staticcheck", folder: "tools" },
  xk6: { path: "go.k6.io/xk6", folder: "tools" },
};

/**
 * The path of a tool, building it if it is not in the cache.
 * @param {keyof typeof packages} name
 * @returns {Promise<string>}
 */
export async function goTool(name) {
  const { path: packagePath, folder: module } = packages[name];
  const folder = join(root, "build", module);
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
  await mustRun(`building ${name}`, "go", ["build", "-trimpath", "-o", unfinished, packagePath], {
    cwd: folder,
    quiet: true,
  });
  renameSync(unfinished, path);
  return path;
}

// The module under test as WebAssembly: built from modules/spacetimedb/module, once for each state of its sources, into a cache folder outside of
// the clone.

import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BuildError, say } from "./command.mjs";
import { fingerprint } from "./fingerprint.mjs";
import { withLock } from "./lock.mjs";
import { sharedCacheFolder } from "./places.mjs";
import { runCargo } from "./rust.mjs";
import { moduleFolder } from "./spacetimedb-server.mjs";
import { wasmTarget, wasmToolchain } from "./wasm-toolchain.mjs";

/**
 * The path of the module where it is built already.
 * @returns {string | undefined}
 */
export function builtModule() {
  const path = place();
  return existsSync(path) ? path : undefined;
}

/**
 * The path of the module, which is built where that was not done before.
 * @param {{ toolchain?: "rustup" | "debian" }} [options] Builds with this toolchain and no other, to a file beside it.
 * @returns {Promise<string>}
 * @throws {BuildError} when it cannot be built, saying what is missing.
 */
export async function spacetimedbModule(options = {}) {
  const path = options.toolchain === undefined ? place() : `${place()}.${options.toolchain}`;
  if (existsSync(path)) return path;
  const given = process.env.DBMARK_SPACETIMEDB_MODULE;
  if (given === path) throw new BuildError(`DBMARK_SPACETIMEDB_MODULE is ${given}, which is not there`);
  const folder = join(sharedCacheFolder(), "modules");
  mkdirSync(folder, { recursive: true });
  await withLock(
    join(folder, "spacetimedb.lock"),
    async () => {
      if (!existsSync(path)) await build(path, options.toolchain);
    },
    () => say("Another process is building SpacetimeDB's module: waiting for it …"),
  );
  return path;
}

/** Where it belongs: the name holds a hash of the sources, of the lock file too. */
function place() {
  const given = process.env.DBMARK_SPACETIMEDB_MODULE;
  if (given) return given;
  const sources = ["Cargo.toml", "Cargo.lock", "src"].map((name) => join(moduleFolder, name));
  const version = fingerprint(sources, { base: moduleFolder });
  return join(sharedCacheFolder(), "modules", `spacetimedb-${version.slice(0, 16)}.wasm`);
}

/**
 * @param {string} path
 * @param {"rustup" | "debian"} [only]
 */
async function build(path, only) {
  say("Building SpacetimeDB's module, once: about a minute …");
  const toolchain = await wasmToolchain(only);
  const compiled = join(sharedCacheFolder(), "modules", `spacetimedb.${process.pid}.target`);
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await runCargo(
      `building SpacetimeDB's module with ${toolchain.name}`,
      ["build", "--release", "--locked", "--target", wasmTarget, "--target-dir", compiled, ...toolchain.args],
      { cwd: moduleFolder, env: toolchain.env },
    );
    copyFileSync(join(compiled, wasmTarget, "release", "dbmark_module.wasm"), unfinished);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
    rmSync(compiled, { recursive: true, force: true });
  }
}

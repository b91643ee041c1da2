// A real SpacetimeDB for tests and trying: built from its crate, once, into a cache folder outside of the clone.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { BuildError, say } from "./command.mjs";
import { withLock } from "./lock.mjs";
import { root, sharedCacheFolder } from "./places.mjs";
import { cargo, prepareCompilerOfC, runCargo } from "./rust.mjs";

/** Rust's sources of the module under test. */
export const moduleFolder = join(root, "modules", "spacetimedb", "module");

/**
 * The version of SpacetimeDB that the module is made for, such as "1.2.0".
 * @returns {string}
 */
export function spacetimedbVersion() {
  const manifest = join(moduleFolder, "Cargo.toml");
  const version = /^spacetimedb = "=(\d+\.\d+\.\d+)"$/m.exec(readFileSync(manifest, "utf8"))?.[1];
  if (version === undefined) throw new BuildError(`${manifest} pins no version of spacetimedb`);
  return version;
}

/** Optimising across crates doubles the time to build, and debug information the size. */
const profile = {
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  CARGO_PROFILE_RELEASE_DEBUG: "0",
};

/**
 * The path of the server's program, which is built where that was not done before.
 * @returns {Promise<string>}
 * @throws {BuildError} when it cannot be built, saying what is missing.
 */
export async function spacetimedbServer() {
  const given = process.env.DBMARK_SPACETIMEDB_SERVER;
  if (given) {
    if (!existsSync(given)) throw new BuildError(`DBMARK_SPACETIMEDB_SERVER is ${given}, which is not there`);
    return given;
  }
  if (process.platform === "win32") throw new BuildError("SpacetimeDB's server is built on Unix systems only");
  const version = spacetimedbVersion();
  const program = join(sharedCacheFolder(), "servers", `spacetimedb-${version}`, "spacetimedb-standalone");
  if (existsSync(program)) return program;
  const folder = dirname(program);
  mkdirSync(folder, { recursive: true });
  const doing = `building SpacetimeDB ${version}`;
  await withLock(
    `${program}.lock`,
    async () => {
      if (!existsSync(program)) await build(doing, version, program);
    },
    () => say(`Another process is ${doing}: waiting for it …`),
  );
  return program;
}

/**
 * @param {string} doing
 * @param {string} version
 * @param {string} program
 */
async function build(doing, version, program) {
  await cargo();
  await prepareCompilerOfC();
  say("Building SpacetimeDB from its crate, once: about 16 minutes of processor time …");
  const compiled = `${program}.target`;
  const installed = `${program}.${process.pid}.tmp`;
  try {
    await runCargo(
      doing,
      [
        ...["install", "spacetimedb-standalone", "--version", version, "--locked"],
        ...["--root", installed, "--target-dir", compiled, "--no-track", "--force"],
      ],
      { env: profile },
    );
    renameSync(join(installed, "bin", "spacetimedb-standalone"), program);
    // Gigabytes. After a failure they stay, so that the next attempt goes on where this one ended.
    rmSync(compiled, { recursive: true, force: true });
  } finally {
    rmSync(installed, { recursive: true, force: true });
  }
}

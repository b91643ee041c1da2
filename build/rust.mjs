// The Rust toolchain that builds SpacetimeDB's server and module: found, or installed where that is allowed.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { BuildError, run, say } from "./command.mjs";
import { newestPackage } from "./debian-packages.mjs";
import { prepareProgram } from "./programs.mjs";

/** The oldest Rust that builds the server, the module, and what they depend on. */
const oldestRust = "1.85";

const howToInstall =
  "Install Rust from https://rustup.rs (Debian 13 and Ubuntu: apt-get install rustup && rustup default stable; Debian 12: " +
  "apt-get install cargo-web; macOS: brew install rustup)";

/**
 * The path of a cargo that is new enough.
 * @returns {Promise<string>}
 * @throws {BuildError} that says how to install it.
 */
export async function cargo() {
  let found = find();
  if (found === undefined && process.getuid?.() === 0) {
    const newest = await newestPackage(["cargo-web", "cargo"], oldestRust);
    if (newest !== undefined) await prepareProgram("cargo", newest.name);
    found = find();
  }
  if (found === undefined)
    throw new BuildError(`cargo is missing: it builds SpacetimeDB's server and module. ${howToInstall}`);
  const { code, stdout, output } = await run(found, ["--version"], { quiet: true });
  if (code !== 0) throw new BuildError(`${found} does not work: ${output.trim()}\n${howToInstall}`);
  const version = /^cargo (\d+)\.(\d+)/.exec(stdout);
  const [major = 0, minor = 0] = version === null ? [] : [Number(version[1]), Number(version[2])];
  if (major < 1 || (major === 1 && minor < Number(oldestRust.split(".")[1])))
    throw new BuildError(`${stdout.trim()} is too old: SpacetimeDB needs Rust ${oldestRust} or later. ${howToInstall}`);
  return found;
}

/**
 * Refuses to begin what ends without a compiler of C++ after minutes.
 * @throws {BuildError} that says how to install it.
 */
export async function prepareCompilerOfC() {
  if (process.env.CXX) return;
  if (!["c++", "g++", "clang++"].some(inPath)) await prepareProgram("g++", "g++");
}

/**
 * Runs cargo with messages about how far it is, which it would write in hundreds of lines.
 * @param {string} doing What is being done, for messages: "building SpacetimeDB 1.2.0".
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @throws {BuildError} with the end of what cargo wrote.
 */
export async function runCargo(doing, args, options) {
  const program = await cargo();
  const environment = {
    ...besideCargo(program),
    CARGO_TERM_COLOR: "never",
    CARGO_TERM_PROGRESS_WHEN: "never",
    ...options.env,
  };
  let compiled = 0;
  let told = Date.now();
  const { code, output } = await run(program, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: environment,
    quiet: true,
    onError(text) {
      compiled += text.match(/^ +Compiling /gm)?.length ?? 0;
      if (Date.now() - told < 60_000) return;
      told = Date.now();
      say(`  ${doing}: ${compiled} packages compiled …`);
    },
  });
  if (code === 0) return;
  const said = output
    .split("\n")
    .filter((line) => !/^ +(Compiling|Downloaded|Downloading|Updating|Locking|Adding) /.test(line));
  throw new BuildError(`${doing} failed: cargo ended with ${code}\n${said.slice(-40).join("\n").trim()}`);
}

/**
 * Variables for rustc and rustup, which are beside cargo, where that folder is not in PATH.
 * @param {string} program cargo's path.
 * @returns {NodeJS.ProcessEnv}
 */
export function besideCargo(program) {
  return { ...process.env, PATH: [process.env.PATH, dirname(program)].filter(Boolean).join(delimiter) };
}

/** In PATH, or where rustup puts it: a shell that was open before knows nothing of that. */
function find() {
  const name = process.platform === "win32" ? "cargo.exe" : "cargo";
  const home = process.env.CARGO_HOME || join(homedir(), ".cargo");
  return [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), join(home, "bin")]
    .map((folder) => join(folder, name))
    .find(existsSync);
}

/** @param {string} program */
function inPath(program) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, program)));
}

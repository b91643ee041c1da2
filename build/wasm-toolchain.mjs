// A Rust compiler with a standard library for WebAssembly: rustup's, or, where that cannot be had, Debian's compiler with its library's
// sources, unpacked into the cache folder.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BuildError, run, say } from "./command.mjs";
import { candidate, dependencies, newestPackage, unpack } from "./debian-packages.mjs";
import { sharedCacheFolder } from "./places.mjs";
import { besideCargo, cargo } from "./rust.mjs";

/** What SpacetimeDB's modules are compiled for. */
export const wasmTarget = "wasm32-unknown-unknown";

/** @typedef {{ name: string, args: string[], env: Record<string, string> }} Toolchain Arguments and variables for cargo. */

/**
 * The first toolchain that can compile for WebAssembly.
 * @param {"rustup" | "debian"} [only]
 * @returns {Promise<Toolchain>}
 * @throws {BuildError} that says what is missing, of each.
 */
export async function wasmToolchain(only) {
  const environment = besideCargo(await cargo());
  /** @type {string[]} */
  const problems = [];
  for (const [name, find] of /** @type {const} */ ([
    ["rustup", ordinary],
    ["debian", debian],
  ])) {
    if (only !== undefined && only !== name) continue;
    try {
      return await find(environment);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      problems.push(error.message);
    }
  }
  throw new BuildError(
    `there is no Rust compiler for ${wasmTarget} here. Install it with: rustup target add ${wasmTarget}\n${problems.join("\n")}`,
  );
}

/**
 * The compiler that cargo uses by itself, if it has the library; rustup fetches it.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<Toolchain>}
 */
async function ordinary(environment) {
  const hasLibrary = async () => {
    const { code, stdout } = await run("rustc", ["--print", "target-libdir", "--target", wasmTarget], {
      quiet: true,
      env: environment,
    });
    const folder = stdout.trim();
    return code === 0 && existsSync(folder) && readdirSync(folder).some((file) => /^libcore-.*\.rlib$/.test(file));
  };
  if (await hasLibrary()) return { name: "rustc", args: [], env: {} };
  say(`Fetching Rust's library for ${wasmTarget} (rustup target add ${wasmTarget}) …`);
  const { code, output } = await run("rustup", ["target", "add", wasmTarget], {
    quiet: true,
    // A server that takes connections and sends nothing would hold it for minutes.
    env: { ...environment, RUSTUP_MAX_RETRIES: "1", RUSTUP_DOWNLOAD_TIMEOUT: "30" },
  });
  if (code !== 0 || !(await hasLibrary()))
    throw new BuildError(`rustup does not get it: ${output.trim().split("\n").slice(-3).join(" ")}`);
  return { name: "rustc", args: [], env: {} };
}

/**
 * The compiler, its standard library's sources and a linker of one version: cargo builds that library too.
 * @returns {Promise<Toolchain>}
 */
async function debian() {
  const compiler = await newestPackage(["rustc-web", "rustc"], "1.85");
  if (compiler === undefined)
    throw new BuildError(
      "Debian's packages have no rustc of 1.85 or later here (apt-get update gets a newer list of them)",
    );
  const { name, version } = compiler;
  const kind = name === "rustc-web" ? "rust-web" : "rust";
  const [library] = (await dependencies(`libstd-${kind}-dev`)).filter((one) => one.startsWith(`libstd-${kind}-`));
  const [llvm] = library === undefined ? [] : (await dependencies(library)).filter((one) => one.startsWith("libllvm"));
  const major = llvm === undefined ? undefined : /\d+/.exec(llvm)?.[0];
  if (library === undefined || llvm === undefined || major === undefined)
    throw new BuildError(`Debian's packages do not say which libstd-${kind} and which libllvm ${name} needs`);
  const ofTheCompiler = [name, `libstd-${kind}-dev`, library, kind === "rust" ? "rust-src" : "rust-web-src"];
  const packages = ofTheCompiler.map((one) => ({ name: one, version }));
  for (const other of [llvm, `lld-${major}`]) {
    const found = await candidate(other);
    if (found === undefined) throw new BuildError(`Debian's packages have no ${other}, which ${name} ${version} needs`);
    packages.push({ name: other, version: found });
  }
  const folder = join(sharedCacheFolder(), "toolchains", `debian-${name}-${version.replace(/[^\w.+-]/g, "_")}`);
  if (!existsSync(folder)) {
    say(`Fetching ${name} ${version} of Debian, which is unpacked and not installed …`);
    const unfinished = `${folder}.${process.pid}.tmp`;
    mkdirSync(unfinished, { recursive: true });
    try {
      await unpack(packages, unfinished);
      rmSync(join(unfinished, "packages"), { recursive: true });
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  const libraries = readdirSync(join(folder, "usr", "lib"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes("-linux-"))
    .map((entry) => join(folder, "usr", "lib", entry.name));
  return {
    name: `${name} ${version}`,
    args: ["-Zbuild-std=std,panic_abort"],
    env: {
      RUSTC: join(folder, "usr", "bin", "rustc"),
      // Building the standard library is unstable: this lets a stable compiler do it.
      RUSTC_BOOTSTRAP: "1",
      LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: join(folder, "usr", "bin", `wasm-ld-${major}`),
    },
  };
}

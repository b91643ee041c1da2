// SpacetimeDB's server and module are built once, by one process, and put in place whole. What they are built by is played by scripts here: the
// real builds take a quarter of an hour, and are what the tests with real systems begin with.

import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "./places.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-build-"));
  for (const name of ["bin", "cache", "home"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program in the only folder of PATH beside the system's. */
function program(name: string, script: string): void {
  const path = join(folder, "bin", name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A cargo that writes down how it was called, and makes what it is asked for. */
function workingCargo(before = ""): void {
  program("c++", "exit 0");
  program(
    "rustc",
    `mkdir -p "${folder}/library" && touch "${folder}/library/libcore-1.rlib" && echo "${folder}/library"`,
  );
  program(
    "cargo",
    `if [ "$1" = --version ]; then echo "cargo 1.95.0"; exit 0; fi
echo "$* LTO=$CARGO_PROFILE_RELEASE_LTO HOME=$CARGO_HOME" >> "${folder}/calls"
${before}
while [ $# -gt 0 ]; do
  case "$1" in
    --root) mkdir -p "$2/bin" && echo server > "$2/bin/spacetimedb-standalone" ;;
    --target-dir) mkdir -p "$2/wasm32-unknown-unknown/release" && echo module > "$2/wasm32-unknown-unknown/release/dbmark_module.wasm" ;;
  esac
  shift
done`,
  );
}

/** How often cargo was called, and with what. */
function calls(): string[] {
  const file = join(folder, "calls");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

function print(what: string, environment: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const script = join(root, "build", "print-spacetimedb.mjs");
    const env = {
      PATH: `${join(folder, "bin")}:/bin:/usr/bin`,
      HOME: join(folder, "home"),
      XDG_CACHE_HOME: join(folder, "cache"),
      CARGO_HOME: join(folder, "home", "cargo"),
      ...environment,
    };
    execFile(process.execPath, [script, what], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe("the server", () => {
  it("is built by one of two processes that want it, and the other waits for it", async () => {
    workingCargo("sleep 0.5");
    const [first, second] = await Promise.all([print("server"), print("server")]);
    expect(first.stdout).toBe(second.stdout);
    const path = join(folder, "cache", "dbmark", "servers", "spacetimedb-1.2.0", "spacetimedb-standalone");
    expect(first.stdout.trim()).toBe(path);
    expect(readFileSync(path, "utf8")).toBe("server\n");
    expect(calls()).toHaveLength(1);
    expect(first.stderr + second.stderr).toContain("Another process is building SpacetimeDB 1.2.0: waiting for it …");
    // Nothing else is left there: no lock, nothing that was compiled.
    expect(readdirSync(dirname(path))).toEqual(["spacetimedb-standalone"]);
  });

  it("is built of its crate, of the versions that it was published with, and the user's cargo is respected", async () => {
    workingCargo();
    await print("server");
    const [call = ""] = calls();
    expect(call).toMatch(/^install spacetimedb-standalone --version 1\.2\.0 --locked --root /);
    expect(call).toContain("LTO=off");
    expect(call).toContain(`HOME=${join(folder, "home", "cargo")}`);
  });

  it("is not there after a build that failed, which tells the end of what cargo said; the next one goes on", async () => {
    workingCargo(`echo "   Compiling one v1.0.0" >&2; echo "error: linker cc not found" >&2; exit 101`);
    const { code, stdout, stderr } = await print("server");
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(
      "dbmark: building SpacetimeDB 1.2.0 failed: cargo ended with 101\nerror: linker cc not found",
    );
    expect(stderr).not.toMatch(/Compiling|^\s+at /m);
    workingCargo();
    expect((await print("server")).code).toBe(0);
    expect(calls()).toHaveLength(2);
  });

  it("of the user's own is taken as it is, or refused where it is not there", async () => {
    const own = join(folder, "own");
    expect((await print("server", { DBMARK_SPACETIMEDB_SERVER: own })).stderr).toBe(
      `dbmark: DBMARK_SPACETIMEDB_SERVER is ${own}, which is not there\n`,
    );
    writeFileSync(own, "");
    expect((await print("server", { DBMARK_SPACETIMEDB_SERVER: own })).stdout.trim()).toBe(own);
    expect(calls()).toEqual([]);
  });
});

describe("the module", () => {
  it("is built once for its sources, with the versions of its lock file", async () => {
    workingCargo();
    const first = await print("module");
    expect(first.stdout).toMatch(/\/dbmark\/modules\/spacetimedb-[0-9a-f]{16}\.wasm\n$/);
    expect(readFileSync(first.stdout.trim(), "utf8")).toBe("module\n");
    expect(await print("module")).toMatchObject({ code: 0, stdout: first.stdout, stderr: "" });
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toMatch(/^build --release --locked --target wasm32-unknown-unknown /);
    expect(readdirSync(dirname(first.stdout.trim()))).toHaveLength(1);
  });
});

describe("what is missing is said with how to get it", () => {
  /** Without the system's folders, where a cargo or a package manager may be. */
  const alone = () => ({ PATH: join(folder, "bin") });

  it("no Rust", async () => {
    const { code, stderr } = await print("module", alone());
    expect(code).toBe(1);
    expect(stderr).toContain(
      "dbmark: cargo is missing: it builds SpacetimeDB's server and module. Install Rust from https://rustup.rs",
    );
    expect(stderr).toContain("apt-get install cargo-web");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("an old Rust", async () => {
    program("cargo", 'echo "cargo 1.63.0 (fd9c4297c 2022-07-01)"');
    expect((await print("server", alone())).stderr).toContain("too old: SpacetimeDB needs Rust 1.85 or later");
  });

  it("no library for WebAssembly, from rustup or Debian", async () => {
    workingCargo();
    program("rustc", `echo "${folder}/nowhere"`);
    program("rustup", 'echo "error: could not download" >&2; exit 1');
    const { code, stderr } = await print("module", alone());
    expect(code).toBe(1);
    expect(stderr).toContain(
      "there is no Rust compiler for wasm32-unknown-unknown here. Install it with: rustup target add wasm32-unknown-unknown",
    );
    expect(stderr).toContain("rustup does not get it: error: could not download");
    expect(stderr).toContain("Debian's packages have no rustc of 1.85 or later here (apt-get update");
    expect(calls()).toEqual([]);
  });
});

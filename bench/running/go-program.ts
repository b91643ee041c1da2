// Go programs that only benchmarks need: each is a module of its own below bench/, built once into the cache folder.

import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { mustRun, run, say } from "../../build/command.mjs";
import { fingerprint } from "../../build/fingerprint.mjs";
import { cacheFolder, installationFolder } from "../../cli/installation.ts";

/**
 * The path of the program in the folder `bench/<name>`, building it if its sources or Go changed since.
 * @throws {BuildError} when it cannot be built.
 */
export async function goProgram(name: "measure" | "xk6-sql"): Promise<string> {
  const folder = join(installationFolder, "bench", name);
  const { stdout } = await run("go", ["env", "GOVERSION", "GOOS", "GOARCH"], { cwd: folder, quiet: true });
  const sources = ["go.mod", "go.sum", "main.go"].map((file) => join(folder, file));
  const version = fingerprint(sources, { base: folder, also: [stdout] });
  const path = join(cacheFolder(), "bench", version.slice(0, 16), name);
  if (existsSync(path)) return path;
  say(`Building ${name} for the benchmark …`);
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  await mustRun(`building ${name}`, "go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", unfinished, "."], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: "0" },
    quiet: true,
  });
  renameSync(unfinished, path);
  return path;
}

// Builds bin/k6: k6 with dbmark's extension compiled in.

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { mustRun, say } from "./command.mjs";
import { fingerprint, isRecorded, record } from "./fingerprint.mjs";
import { extension, k6Binary } from "./places.mjs";
import { goVersion } from "./toolchain.mjs";

/**
 * Builds bin/k6 if its sources, Go or its settings changed.
 * @returns {Promise<boolean>} whether it was built.
 */
export async function prepareK6() {
  const version = await goVersion();
  const environment = { ...process.env, CGO_ENABLED: "0" };
  const wanted = fingerprint([extension], {
    base: extension,
    // Tests, documents and recorded data are not in the binary.
    skip: (path) => /_test\.go$|\.md$|\.d\.ts$|(^|\/)(testdata|examples)\//.test(path),
    also: [version, process.platform, process.arch, process.env.GOFLAGS ?? "", process.env.GOARCH ?? ""],
  });
  const marker = `${k6Binary}.fingerprint`;
  if (existsSync(k6Binary) && isRecorded(marker, wanted)) return false;

  say("Building bin/k6 (the first time takes a few minutes) …");
  mkdirSync(dirname(k6Binary), { recursive: true });
  const unfinished = `${k6Binary}.${process.pid}.tmp`;
  try {
    await mustRun(
      "building bin/k6",
      "go",
      ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", unfinished, "./cmd/k6"],
      { cwd: extension, env: environment, quiet: true },
    );
    renameSync(unfinished, k6Binary);
  } finally {
    rmSync(unfinished, { force: true });
  }
  record(marker, wanted);
  return true;
}

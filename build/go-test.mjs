// Runs Go's tests and counts them.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { run } from "./command.mjs";
import { extension } from "./places.mjs";

/**
 * @typedef {{ passed: number, failed: number, skipped: string[] }} Counts `skipped` has names.
 * @typedef {{ Action: string, Package?: string, ImportPath?: string, Test?: string, Output?: string, Elapsed?: number }} TestEvent
 */

/**
 * Runs the extension's tests, printing a line for each package and the output of what failed.
 * @param {{ tag?: string, race?: boolean }} options `tag`: only the tests in files with this build tag.
 * @returns {Promise<Counts>}
 */
export async function goTest(options) {
  const args = ["test", "-json", ...(options.race ? ["-race"] : [])];
  if (options.tag === undefined) args.push("./...");
  else {
    const { names, packages } = testsWithTag(options.tag);
    if (names.length === 0) return { passed: 0, failed: 0, skipped: [] };
    args.push("-tags", options.tag, "-run", `^(${names.join("|")})$`, ...packages);
  }
  const tally = new Tally();
  const result = await run("go", args, {
    cwd: extension,
    onLine: (line) => {
      if (line.startsWith("{")) tally.add(JSON.parse(line));
      else process.stdout.write(`${line}\n`);
    },
  });
  const counts = tally.counts();
  if (result.code !== 0 && counts.failed === 0) {
    process.stdout.write(result.output);
    counts.failed = 1;
  }
  return counts;
}

/**
 * Names and packages of the tests that only a build tag brings in.
 * @param {string} tag
 */
function testsWithTag(tag) {
  const files = readdirSync(extension, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("_test.go"))
    .map((path) => join(extension, path))
    .filter(
      (path) =>
        readFileSync(path, "utf8").includes(`\n//go:build ${tag}\n`) ||
        readFileSync(path, "utf8").startsWith(`//go:build ${tag}\n`),
    );
  const names = files.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/^func (Test\w+)\(/gm)].map((match) => match[1] ?? ""),
  );
  const packages = files.map((path) => `./${relative(extension, dirname(path))}`);
  return { names: [...new Set(names)], packages: [...new Set(packages)] };
}

/** Adds up the events of `go test -json`. */
export class Tally {
  /** @type {Map<string, string>} package and test to pass, fail, or skip. */
  #results = new Map();
  /** @type {Map<string, string>} package and test to what it printed. */
  #output = new Map();

  /** @param {TestEvent} event */
  add(event) {
    const key = `${event.Package ?? ""} ${event.Test ?? ""}`.trim();
    switch (event.Action) {
      case "build-output":
        process.stdout.write(event.Output ?? "");
        break;
      case "output":
        this.#output.set(key, (this.#output.get(key) ?? "") + (event.Output ?? ""));
        break;
      case "pass":
      case "fail":
      case "skip":
        this.#results.set(key, event.Action);
        if (event.Action === "fail") process.stdout.write(this.#output.get(key) ?? "");
        if (event.Test === undefined && event.Action !== "skip") {
          process.stdout.write(
            `${event.Action === "pass" ? "ok    " : "FAILED"}  ${event.Package} (${event.Elapsed ?? 0} s)\n`,
          );
        }
        // A passed test's output is not needed any more.
        if (event.Test !== undefined) this.#output.delete(key);
    }
  }

  /**
   * Tests without subtests count, and those whose own part failed. A package that failed outside of its tests (it does not compile, it exited) is one failure.
   * @returns {Counts}
   */
  counts() {
    /** @type {Counts} */
    const counts = { passed: 0, failed: 0, skipped: [] };
    const keys = [...this.#results.keys()];
    for (const [key, result] of this.#results) {
      const isPackage = !key.includes(" ");
      const below = keys.filter((other) => other.startsWith(isPackage ? `${key} ` : `${key}/`));
      if (result === "fail") {
        if (!below.some((other) => this.#results.get(other) === "fail")) counts.failed += 1;
      } else if (!isPackage && below.length === 0) {
        if (result === "pass") counts.passed += 1;
        else counts.skipped.push(key);
      }
    }
    return counts;
  }
}

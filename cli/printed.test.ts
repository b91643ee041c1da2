// What the command prints is made to be read: in a terminal of 100 columns, and through `head`.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { variables } from "../lib/environment/index.ts";
import { dbmark } from "./command-under-test.ts";
import { table } from "./commands/table.ts";
import { describeVariables } from "./commands/variable-list.ts";
import { describeWorkload } from "./inspect/describe-workload.ts";
import { installationFolder } from "./installation.ts";
import { pathFromHere } from "./progress/path.ts";

const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe("what is printed fits into 100 columns", () => {
  it.each([
    [["--help"]],
    [["run", "--help"]],
    [["ab", "--help"]],
    [["compare", "--help"]],
    [["report", "--help"]],
    [["history", "--help"]],
    [["rerun", "--help"]],
    [["list", "--help"]],
    [["inspect", "--help"]],
    [["baseline", "--help"]],
    [["list"]],
    [["list", "profiles"]],
    [["list", "variables"]],
  ])("dbmark %j", async (args) => {
    expect(widest((await dbmark(args)).stdout)).toBeLessThanOrEqual(100);
  });

  it("a long last column goes on below itself, and one without room beyond the edge", () => {
    const text = table([{ name: "a", description: "word ".repeat(40).trim() }]);
    expect(widest(text)).toBeLessThanOrEqual(100);
    expect(text.split("\n")[2]).toMatch(/^ {6}word/);
    expect(table([{ name: "n".repeat(90), description: "one two three" }])).toContain(" one two three");
  });
});

describe("a reader who has seen enough", () => {
  it("ends the pipe without an error", () => {
    const command = `for i in 1 2 3; do "${process.execPath}" cli/dbmark.mjs list variables | head -1; done`;
    const { stdout, stderr, status } = spawnSync("bash", ["-o", "pipefail", "-c", command], {
      cwd: installationFolder,
      encoding: "utf8",
      env: { ...process.env, DBMARK_PREPARED: "1" },
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(3);
  });
});

describe("words instead of structures", () => {
  it("every variable is listed with what it accepts and its default", () => {
    const text = describeVariables();
    for (const { name } of variables) expect(text).toMatch(new RegExp(`^ {2}${name}$`, "m"));
    expect(text).toContain("accepts read-heavy, balanced, write-heavy, mixed, read-only");
  });

  it("the generators of a workload have ranges, not JSON", () => {
    const text = describeWorkload({
      name: "w",
      system: "s",
      description: "",
      operations: [
        {
          name: "o",
          kind: "write",
          weight: 1,
          parameters: [
            { name: "id", generator: { type: "uniform", minimum: 1, maximum: 100_000 } },
            { name: "note", generator: { type: "text", length: { minimum: 20, maximum: 60 } } },
            { name: "clamped", generator: { type: "normal", mean: 0.5, deviation: 2, minimum: 0 } },
          ],
          steps: [{ statement: "S" }],
        },
      ],
    });
    expect(text).toContain("id: uniform, 1 to 100,000\n");
    expect(text).toContain("note: text, length 20 to 60\n");
    expect(text).toContain("clamped: normal, mean 0.5, deviation 2, minimum 0");
  });

  it("a path below the working directory is shown from there, any other in full", () => {
    expect(pathFromHere("/home/me/dbmark/results/r/run.json", "/home/me/dbmark")).toBe(
      join("results", "r", "run.json"),
    );
    expect(pathFromHere("/tmp/r/run.json", "/home/me/dbmark")).toBe("/tmp/r/run.json");
  });
});

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { width } from "../../lib/summary/layout.ts";
import { dbmark, endWhatIsLeft, startDbmark } from "../command-under-test.ts";
import { cellsFor } from "./cells.ts";
import { spreadOf, textReport } from "./report.ts";
import type { Sample } from "./sample.ts";

const folder = mkdtempSync(join(tmpdir(), "dbmark-baseline-test-"));
afterEach(endWhatIsLeft);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const many = 4 * availableParallelism();
const names = [
  "1 worker, slices",
  "1 worker, 1 per iteration",
  `${many} workers, slices`,
  `${many} workers, 1 per iteration`,
];

describe("dbmark baseline", () => {
  it("measures every cell, and prints a table; variables for other runs and their targets are nothing to it", async () => {
    const { code, stdout, stderr } = await dbmark(["baseline", "--rounds", "1", "--seconds", "1"], {
      DBMARK_TARGET: "postgres://nobody:secret@127.0.0.1:1/nothing",
      OPERATION_COUNT: "5",
      LOAD_PROFILE: "tps100",
    });
    expect(code, stderr).toBe(0);
    for (const name of names) {
      expect(stderr).toContain(`Round 1 of 1: ${name} …`);
      expect(stdout).toMatch(new RegExp(`^${name} +[\\d,.]+ +`, "m"));
    }
    expect(stdout).toContain("1 round of 1 s for each, interleaved; METRICS=windows");
  });

  it("writes JSON to a file, with each sample and the spread", async () => {
    const file = join(folder, "baseline.json");
    const args = ["--rounds", "2", "--seconds", "1", "--metrics", "operations", "--format", "json", "--output", file];
    const { code, stdout, stderr } = await dbmark(["baseline", "oltp", ...args]);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe("");
    const report = JSON.parse(readFileSync(file, "utf8"));
    expect(report).toMatchObject({ suite: "oltp", seconds: 1, rounds: 2, metrics: "operations" });
    expect(report.cells.map(({ name }: { name: string }) => name)).toEqual(names);
    for (const { samples, operationsPerSecond } of report.cells) {
      const rates: number[] = samples.map((sample: Sample) => sample.operationsPerSecond);
      expect(rates).toHaveLength(2);
      expect(Math.min(...rates)).toBeGreaterThan(0);
      expect(operationsPerSecond).toMatchObject({ minimum: Math.min(...rates), maximum: Math.max(...rates) });
    }
  });

  it.each([
    [["--rounds", "0"], "--rounds 0 is not accepted; expected is a whole number from 1 to 1000"],
    [["--seconds", "1.5"], "--seconds 1.5 is not accepted"],
    [["--output", folder], "is a folder; expected is the path of a file"],
    [["--output", join(folder, "missing", "file")], "does not exist. Make it first"],
    [["oltq"], "There is no suite oltq. Did you mean oltp?"],
    [["--format", "xml"], "Allowed choices are text, json"],
  ])("refuses %j before anything starts", async (args, message) => {
    const { code, stdout, stderr } = await dbmark(["baseline", ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/Round 1|at .*\.ts:/);
    expect(stdout).toBe("");
  });

  it("ends in order at Ctrl-C, with nothing left behind", async () => {
    const output = join(folder, "never.json");
    const temporary = mkdtempSync(join(folder, "tmp-"));
    const running = startDbmark(["baseline", "--seconds", "60", "--output", output], { TMPDIR: temporary });
    await running.prints("Round 1 of 5");
    running.child.kill("SIGINT");
    const { code, stderr, stdout } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("Interrupted: there is no result");
    expect(stdout).toBe("");
    expect(existsSync(output)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

it("the spread is the median with the lowest and the highest, of those that are known", () => {
  const samples = [5, 1, 3, null, 9].map((cores) => ({ cores }) as Sample);
  expect(spreadOf(samples, "cores")).toEqual({ median: 4, minimum: 1, maximum: 9 });
  expect(spreadOf(samples.slice(0, 3), "cores")).toEqual({ median: 3, minimum: 1, maximum: 5 });
  expect(spreadOf([{ cores: null } as Sample], "cores")).toBeNull();
});

it("the table is no wider than all that is printed, on a machine of many cores too", () => {
  const sample = (operationsPerSecond: number): Sample => ({
    operationsPerSecond,
    operationsPerCoreSecond: operationsPerSecond / 58,
    nanosecondsPerOperation: 58e9 / operationsPerSecond,
    cores: 58,
    memoryMaximumBytes: 1.23e9,
  });
  const samples = [281_234_567, 291_234_567, 299_999_999].map(sample);
  const measured = cellsFor(64).map((cell) => ({ cell, samples }));
  const lines = textReport("oltp", { script: "", seconds: 3600, metrics: "operations" }, measured).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  expect(lines).toContain(
    "256 workers, 1 per iteration  291,235 (281,235–300,000)  5,021 (4,849–5,172)  58.00  1.15 GiB",
  );
});

import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { installationFolder } from "../cli/installation.ts";
import { tableOf } from "./instances.ts";

const bench = (args: string[]) =>
  promisify(execFile)(process.execPath, [join(installationFolder, "build", "bench.mjs"), "instances", ...args], {
    encoding: "utf8",
  });

it("sets 1, 2 and 4 instances beside each other, with as many rounds of each, and writes what it measured", async () => {
  const { stdout } = await bench(["--seconds", "1", "--rounds", "1"]);
  for (const instances of [1, 2, 4]) expect(stdout).toMatch(new RegExp(`^\\| ${instances} \\| \\d+\\.\\d\\d `, "m"));
  const [, file = ""] = /Written to (.*)/.exec(stdout) ?? [];
  const measured = JSON.parse(readFileSync(join(installationFolder, file), "utf8"));
  rmSync(join(installationFolder, file));
  expect(measured).toMatchObject({ benchmark: "instances", seconds: 1, workers: 8 });
  for (const { rounds } of measured.cells) {
    expect(rounds).toEqual([{ throughput: expect.any(Number), processorTime: expect.any(Number) }]);
    expect(rounds[0].throughput).toBeGreaterThan(0);
    expect(rounds[0].processorTime).toBeGreaterThan(0);
  }
});

it("refuses options that it does not know, and what is no number", async () => {
  await expect(bench(["--instances", "3"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Options: "),
  });
  await expect(bench(["--workers", "3"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("from 4 to 1000"),
  });
});

it("prints the middle with the lowest and the highest, and ratios with their intervals", () => {
  const rounds = [1e6, 3e6, 2e6].map((throughput) => ({ throughput, processorTime: 200 }));
  const ratio = { value: 1.25, lower: 1, upper: 1.5, rounds: 3 };
  const lines = tableOf([
    { instances: 2, rounds, throughputRatio: ratio, processorTimeRatio: { ...ratio, lower: null } },
  ]);
  expect(lines.at(-1)).toBe("| 2 | 2.00 (1.00–3.00) | 200 (200–200) | 1.25 (1.00–1.50) | 1.25 |");
});

// How much memory a run holds, and the benchmark that measures it, in its short form.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { goalPeak } from "../bench/memory/goals.ts";
import { bundled, constantLoad, unbundled } from "../bench/memory/load.ts";
import { runK6 } from "../bench/running/k6.ts";
import { installationFolder } from "../cli/installation.ts";
import { suites } from "../modules/index.ts";
import { runBenchmark } from "./benchmark.ts";

describe("500 workers", () => {
  it.each([bundled, unbundled])("of $name hold no more than the goal", async (script) => {
    const load = { workers: 500, rate: 1000, warmup: 1, seconds: 1 };
    const { memory, run } = await runK6(constantLoad(script, { metrics: "windows", ...load }));
    expect(run?.totals.measure.all).toMatchObject({ operations: 1000, failed: 0, undone: 0 });
    const peak = Math.max(...memory.map((reading) => reading.peak)) / 1e6;
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThanOrEqual(goalPeak(500));
  });
});

it("the benchmark of memory prints and writes both modes, with every operation that was due", {
  timeout: 180_000,
}, async () => {
  const args = ["--minutes", "0.1", "--rate", "200", "--workers", "1,20", "--seconds", "1", "--rounds", "1"];
  const { code, stdout, stderr, measured } = await runBenchmark("memory", args);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/dist\/oltp\.js, METRICS=windows +\d+ +\d+ +\d+ \+ -?[\d.]+ × workers/);
  expect(stdout).toContain("its Trend metrics keep each value");
  const { peaks, growth } = measured as {
    peaks: { script: string; metrics: string | null; cells: { workers: number; operations: number | null }[] }[];
    growth: { metrics: string; operations: number; curve: { megabytes: number }[] }[];
  };
  expect(peaks.map(({ script, metrics }) => `${script} ${metrics}`)).toEqual([
    "dist/oltp.js windows",
    "dist/oltp.js operations",
    "scripts/oltp.ts windows",
    "k6 alone null",
  ]);
  for (const { metrics, cells } of peaks)
    expect(cells.map(({ workers, operations }) => [workers, operations])).toEqual(
      metrics === null
        ? [
            [1, null],
            [20, null],
          ]
        : [
            [1, 1000],
            [20, 1000],
          ],
    );
  expect(growth.map(({ metrics, operations }) => [metrics, operations])).toEqual([
    ["operations", 1200],
    ["windows", 1200],
  ]);
  for (const { curve } of growth) expect(curve.length).toBeGreaterThan(4);
});

it("the bundle keeps the suite in a function that a worker's VU never calls", () => {
  const bundles = readdirSync(join(installationFolder, "dist")).filter((name) => name.endsWith(".js"));
  expect(bundles.sort()).toEqual([...suites.map(({ script }) => script), "rerun"].map((name) => `${name}.js`).sort());
  for (const name of bundles) {
    const text = readFileSync(join(installationFolder, "dist", name), "utf8");
    const functions = text.match(/^(async )?function [\w$]+/gm);
    expect(functions, `${name}: a script gets its suite by require, as scripts/oltp.ts does`).toEqual([
      "function scriptOf",
    ]);
    expect(text, name).not.toContain(installationFolder);
  }
});

it.each([
  [["--minutes", "soon"], '--minutes is "soon"; it takes a number from 0.05'],
  [["--workers", "5,5"], '--workers is "5,5"; a line needs two different numbers'],
  [["--worker", "5"], "Unknown option '--worker'"],
])("the benchmark of memory refuses %j", async (args, message) => {
  const { code, stderr } = await runBenchmark("memory", args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at /m);
});

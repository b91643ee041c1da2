// The benchmark against pgbench in its short form: what it says was measured is what the programs did. No time is asserted.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start } from "../cli/command-under-test.ts";
import { installationFolder } from "../cli/installation.ts";
import { readRun } from "../lib/result/read-run.ts";
import type { Comparison, MeasuredCell } from "./pgbench/comparison.ts";

interface Result {
  server: Record<string, string>;
  cells: (MeasuredCell & { comparisons: Comparison[] })[];
}

let out: string;
let result: Result;
let printed: string;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "dbmark-bench-test-"));
  const ended = await start([
    process.execPath,
    join(installationFolder, "build", "bench.mjs"),
    ...["pgbench", "--short", "--contenders", "dbmark,pgbench,dbmark-1"],
    ...["--cells", "select,pipeline,tpcb", "--clients", "2", "--scale", "2", "--seconds", "1", "--out", out],
  ]).ended;
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  printed = ended.stdout;
  const [file = ""] = readdirSync(out).filter((name) => name.endsWith(".json"));
  result = JSON.parse(readFileSync(join(out, file), "utf8"));
}, 300_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe("the short benchmark", () => {
  it("has every contender in every cell, with operations, processor time and memory", () => {
    expect(result.cells.map(({ load, clients }) => [load, clients])).toEqual([
      ["select", 2],
      ["pipeline", 2],
      ["tpcb", 2],
    ]);
    for (const { load, samples, startUpCpuSeconds } of result.cells) {
      const expected = load === "select" ? ["dbmark", "pgbench", "dbmark-1"] : ["dbmark", "pgbench"];
      expect(samples.map(({ contender }) => contender)).toEqual(expected);
      for (const sample of samples) {
        for (const value of [sample.operations, sample.throughput, sample.cpuSeconds, sample.maximumMemoryBytes])
          expect(value, JSON.stringify(sample)).toBeGreaterThan(0);
        expect(startUpCpuSeconds[sample.contender]).toBeGreaterThan(0);
        // Statements of whole pipelines.
        if (load === "pipeline" && sample.contender === "pgbench") expect(sample.operations % 8).toBe(0);
      }
    }
  });

  it("says of dbmark what dbmark's own run files say", () => {
    const samples = result.cells.flatMap((cell) => cell.samples.map((sample) => ({ ...cell, ...sample })));
    const ours = samples.filter(({ contender }) => contender.startsWith("dbmark"));
    expect(ours).toHaveLength(4);
    for (const { load, contender, operations, throughput, details } of ours) {
      const { run } = readRun(String(details?.run));
      expect(run.totals.measure.all.operations).toBe(operations);
      const seconds = run.phases.find(({ name }) => name === "measure")?.seconds ?? 0;
      expect(throughput).toBeCloseTo(operations / seconds, 6);
      expect(run.workload.operations.map(({ name }) => name)).toEqual([load === "tpcb" ? "tpcb" : "select"]);
      expect(run.topology).toMatchObject({ workers: 2, depth: load === "pipeline" ? 8 : 1 });
      expect(run.variables.OPERATIONS_PER_ITERATION).toBe(contender === "dbmark-1" ? "1" : undefined);
    }
  });

  it("compares each with pgbench, and prints it", () => {
    for (const { samples, comparisons } of result.cells) {
      const of = (name: string) => samples.find(({ contender }) => contender === name)?.throughput ?? Number.NaN;
      const throughput = comparisons.filter(({ metric }) => metric === "throughput");
      expect(throughput.map(({ yardstick }) => yardstick)).toContain("pgbench");
      for (const { contender, yardstick, ratio } of throughput) {
        expect(ratio.value).toBeCloseTo(of(contender) / of(yardstick), 9);
        expect(printed).toContain(ratio.value.toFixed(3));
      }
    }
  });

  it("ran on a server that keeps what it acknowledged", () => {
    expect(result.server).toMatchObject({ fsync: "on", synchronous_commit: "on", full_page_writes: "on" });
  });
});

describe("wrong options are refused with what is accepted", () => {
  it.each([
    [["--scale", "4", "--clients", "8"], "--scale 4 is less than the 8 connections"],
    [["--cells", "selects"], "expected are select, pipeline, tpcb"],
    [["--rounds", "0"], "a whole number from 1 to 1000"],
    [["--bogus"], "--rounds N"],
  ])("%j", async (args, message) => {
    const ended = await start([process.execPath, join(installationFolder, "build", "bench.mjs"), "pgbench", ...args])
      .ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });
});

// What the documents' examples of reading results with jq, DuckDB and a spreadsheet print is what the run's file says.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDbmark } from "../cli/command-under-test.ts";
import { type RunFile, readRun } from "../lib/result/index.ts";
import { readDocuments, root } from "./markdown.ts";

const hasJq = spawnSync("jq", ["--version"]).status === 0;
const fixture = join(root, "lib", "result", "testdata", "2026-11-21T09-40-12Z-oltp-postgres");
let folder: string;
let kept: RunFile;
/** The run whose samples are in samples.json. */
let sampled: RunFile;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-reading-"));
  mkdirSync(join(folder, "results"));
  for (const time of ["2026-11-21T12-05-21Z", "2026-11-21T10-46-42Z"])
    symlinkSync(fixture, join(folder, "results", `${time}-oltp-postgres`));
  kept = readRun(fixture).run;
  const out = join(folder, "sampled");
  const { code, stderr } = await startDbmark([
    ...["run", "oltp", "--target", "noop://local?latency=1ms&errors=0.05", "--profile", "tps200", "--out", out],
    ...["--set", "METRICS=windows", "--set", "STEADY_STATE_DURATION=2s", "--set", "WARMUP_DURATION=1s"],
    ...["--set", "SLO_P95=none", "--set", "SLO_P99=none", "--set", "SLO_ERROR_RATE=none"],
    ...["--k6-out", `json=${join(folder, "samples.json")}`],
  ]).ended;
  expect([0, 4], stderr).toContain(code);
  const [name = "none"] = readdirSync(out);
  sampled = readRun(join(out, name)).run;
}, 120_000);
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** Runs the example of a document that has these words, without a run of dbmark that it begins with, and gives what it printed. */
function printed(path: string, words: string): string {
  const block = readDocuments()
    .find((document) => document.path === path)
    ?.blocks.find(({ text }) => text.includes(words));
  if (block === undefined) throw new Error(`${path} has no example with ${words}`);
  const script = join(folder, "example.sh");
  const duckdb = `duckdb() { node ${join(root, "docs", "duckdb-under-test.mjs")} "$@"; }`;
  writeFileSync(script, `${duckdb}\nnpx() { :; }\n${block.text}`);
  return execFileSync("bash", ["-eu", script], { cwd: folder, encoding: "utf8" });
}

const rowsOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string | number | boolean>);
const sumOf = (rows: Record<string, unknown>[], column: string) =>
  rows.reduce((sum, row) => sum + Number(row[column]), 0);

describe("docs/results.md", () => {
  it("DuckDB: operations of each second add up to those of run.json", () => {
    const rows = rowsOf(printed("docs/results.md", "GROUP BY second ORDER BY second"));
    const { all } = kept.totals.measure;
    expect(rows.length).toBeGreaterThan(1);
    expect(sumOf(rows, "operations")).toBe(all.operations);
    expect(sumOf(rows, "failed")).toBe(all.failed);
    expect(Math.max(...rows.map((row) => Number(row.slowest_ms)))).toBe(all.response.max);
  });

  it("DuckDB: a row for each run", () => {
    const rows = rowsOf(printed("docs/results.md", "union_by_name"));
    const { validity, totals } = kept;
    expect(rows.map(({ valid, throughput, p95_ms }) => ({ valid, throughput: Number(throughput), p95_ms }))).toEqual(
      [1, 2].map(() => ({
        valid: validity.valid,
        throughput: totals.measure.all.throughput,
        p95_ms: totals.measure.all.response.p95,
      })),
    );
  });

  it.skipIf(!hasJq)("spreadsheet: a row for each second and operation, whose operations add up", () => {
    printed("docs/results.md", "> windows.csv");
    const [header = "", ...rows] = readFileSync(join(folder, "windows.csv"), "utf8").trim().split("\n");
    expect(header).toBe('"second","phase","operation","operations","failed","mean response ms","longest response ms"');
    const measured = rows.map((row) => row.split(",")).filter(([, phase]) => phase === '"measure"');
    const { all } = kept.totals.measure;
    expect(measured.reduce((sum, row) => sum + Number(row[3]), 0)).toBe(all.operations);
    expect(Math.max(...measured.map((row) => Number(row[6])))).toBe(all.response.max);
  });
});

describe("docs/outputs.md, the samples of --k6-out json=", () => {
  it.skipIf(!hasJq)("jq: operations and errors by phase and operation are those of run.json", () => {
    const expected: Record<string, Record<string, Record<string, number>>> = {};
    for (const phase of ["warmup", "measure", "cooldown"] as const) {
      for (const { name, operations, failed } of sampled.totals[phase]?.operations ?? []) {
        for (const [metric, value] of [
          ["transactions_total", operations],
          ["transaction_errors_total", failed],
        ] as const) {
          if (value === 0) continue;
          expected[metric] ??= {};
          expected[metric][phase] = { ...expected[metric][phase], [name]: value };
        }
      }
    }
    expect(Object.keys(expected)).toEqual(["transactions_total", "transaction_errors_total"]);
    expect(JSON.parse(printed("docs/outputs.md", "reduce (inputs"))).toEqual(expected);
  });

  it("DuckDB: the slowest p99 of each operation", () => {
    const rows = rowsOf(printed("docs/outputs.md", "slowest_p99_ms"));
    const measured = rows.filter(({ phase }) => phase === "measure");
    expect(measured.map(({ operation }) => operation)).toEqual(["insert", "range", "select", "update"]);
    for (const { operation, slowest_p99_ms: slowest } of measured) {
      const longest = sampled.totals.measure.operations.find(({ name }) => name === operation)?.response.max ?? 0;
      // Histograms have three digits.
      expect(Number(slowest)).toBeLessThanOrEqual(longest * 1.001);
      expect(Number(slowest)).toBeGreaterThan(1);
    }
  });
});

// What a run measured, and what it says about it, on a real PostgreSQL.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, decodeFromCompressedBase64, type Histogram } from "hdr-histogram-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark, start } from "../cli/command-under-test.ts";
import { installationFolder, k6Binary } from "../cli/installation.ts";
import { problemsOfRunFile, problemsOfWindowsLine } from "../lib/result/index.ts";
import type { RunFile } from "../lib/schema/run.generated.ts";
import type { WindowsLine } from "../lib/schema/windows.generated.ts";
import { onTable, operationOf, short, TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const names = ["select", "range", "insert", "update"];

function expectAccepted(result: RunFile, lines: WindowsLine[]): void {
  expect(problemsOfRunFile(result)).toEqual([]);
  for (const line of lines) expect(problemsOfWindowsLine(line), JSON.stringify(line).slice(0, 200)).toEqual([]);
}

/** The buckets of a histogram. */
function bucketsOf(histogram: Histogram): string {
  const percentiles = Array.from({ length: 1001 }, (_, i) => histogram.getValueAtPercentile(i / 10));
  return JSON.stringify([histogram.totalCount, histogram.minNonZeroValue, histogram.maxValue, percentiles]);
}

function merged(texts: string[]): Histogram {
  const sum = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000_000,
    numberOfSignificantValueDigits: 3,
  });
  for (const text of texts) sum.add(decodeFromCompressedBase64(text, 64));
  return sum;
}

function expectSumsOfWindows(result: RunFile, lines: WindowsLine[]): void {
  const windows = lines.filter((line) => line.type === "window");
  for (const phase of ["warmup", "measure"] as const) {
    for (const operation of result.totals[phase]?.operations ?? []) {
      const mine = windows.filter((line) => line.phase === phase && line.operation === operation.name);
      const sum = (
        key:
          | "operations"
          | "attempts"
          | "undone"
          | "unknown"
          | "rowsRead"
          | "rowsWritten"
          | "bytesRead"
          | "bytesWritten",
      ) =>
        expect(
          mine.reduce((total, line) => total + line[key], 0),
          `${phase} ${operation.name} ${key}`,
        ).toBe(operation[key]);
      sum("operations");
      sum("attempts");
      sum("undone");
      sum("unknown");
      sum("rowsRead");
      sum("rowsWritten");
      sum("bytesRead");
      sum("bytesWritten");
      for (const time of ["service", "response"] as const) {
        const total = bucketsOf(decodeFromCompressedBase64(operation[time].histogram, 64));
        expect(bucketsOf(merged(mine.map((line) => line[time].histogram))), `${phase} ${operation.name} ${time}`).toBe(
          total,
        );
      }
    }
  }
}

describe("a run on a user's own server", () => {
  it.each([["scripts/oltp.ts"], ["dist/oltp.js"]])(
    "by %s has all four operations, and files that their schemas accept",
    async (script) => {
      const run = await server.k6(
        { ...short, LOAD_PROFILE: "smoke", WARMUP_DURATION: "1s", STEADY_STATE_DURATION: "2s" },
        { script },
      );
      expect(run.code, run.stderr).toBe(0);
      const [result, lines] = [run.result(), await run.lines()];
      expectAccepted(result, lines);
      expectSumsOfWindows(result, lines);
      for (const name of names) expect(operationOf(result, name).succeeded, name).toBeGreaterThan(0);
      expect(result.totals.measure.all).toMatchObject({ failed: 0, undone: 0, unknown: 0 });
      expect(operationOf(result, "range").rowsRead).toBe(100 * operationOf(result, "range").operations);
      expect(operationOf(result, "select").rowsRead).toBe(operationOf(result, "select").operations);
      expect(run.stdout).toContain(`${run.out}/${result.id}/run.json`);
    },
  );

  it("sends tps500's 500 operations a second within 1 %", async () => {
    const run = await server.k6({
      ...short,
      LOAD_PROFILE: "tps500",
      WARMUP_DURATION: "1s",
      STEADY_STATE_DURATION: "10s",
    });
    expect(run.code, run.stderr).toBe(0);
    const result = run.result();
    const { all, seconds } = result.totals.measure;
    expect(seconds).toBe(10);
    expect(all).toMatchObject({ operations: 5000, failed: 0, undone: 0 });
    expect(all.throughput).toBeGreaterThan(495);
    expect(all.throughput).toBeLessThan(505);
    for (const name of names) expect(operationOf(result, name).succeeded, name).toBeGreaterThan(0);
    // By the clock of completions too, not only in sum: each whole second but the last, in which the rest drains.
    const lines = await run.lines();
    for (let second = 3; second < 10; second++) {
      const done = lines.reduce(
        (sum, line) => sum + (line.type === "window" && line.second === second ? line.operations : 0),
        0,
      );
      expect(Math.abs(done - 500), `second ${second}`).toBeLessThanOrEqual(50);
    }
    expectAccepted(result, lines);
    expectSumsOfWindows(result, lines);
  });
});

/** Sums of the counters in k6's JSON output, and its latencies. */
function readJsonOutput(path: string) {
  const sums: Record<string, number> = {};
  const latencies: number[] = [];
  for (const text of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
    const { type, metric, data } = JSON.parse(text);
    if (type !== "Point") continue;
    add(sums, metric, data.tags ?? {}, data.value);
    if (/^(latency_ms|response_time_ms)(_p50|_max)?$/.test(metric)) latencies.push(data.value);
  }
  return { sums, latencies };
}

function readCsvOutput(path: string) {
  const [head = "", ...rows] = readFileSync(path, "utf8").trim().split("\n");
  const names = head.split(",");
  const sums: Record<string, number> = {};
  for (const row of rows) {
    const fields = row.split(",");
    const field = (name: string) => fields[names.indexOf(name)] ?? "";
    const tags = Object.fromEntries(`${field("extra_tags")}`.split("&").map((tag) => tag.split("=")));
    add(sums, field("metric_name"), tags, Number(field("metric_value")));
  }
  return { sums };
}

function add(sums: Record<string, number>, metric: string, tags: Record<string, string>, value: number): void {
  for (const key of [metric, ...Object.entries(tags).map(([tag, text]) => `${metric}{${tag}:${text}}`)])
    sums[key] = (sums[key] ?? 0) + value;
}

describe("k6's own outputs have the totals of run.json", () => {
  it.each(["operations", "windows"])("with METRICS=%s", async (METRICS) => {
    const folder = server.folder();
    const [json, csv] = [join(folder, "samples.json"), join(folder, "samples.csv")];
    const run = await server.k6(
      { ...short, LOAD_PROFILE: "smoke", WARMUP_DURATION: "1s", METRICS },
      { args: ["--out", `json=${json}`, "--out", `csv=${csv}`] },
    );
    expect(run.code, run.stderr).toBe(0);
    const result = run.result();
    const total = (
      key: "operations" | "bytesRead" | "bytesWritten" | "rowsRead" | "rowsWritten" | "failed",
      operation?: string,
    ) =>
      [result.totals.warmup, result.totals.measure]
        .flatMap((phase) => phase?.operations ?? [])
        .filter(({ name }) => operation === undefined || name === operation)
        .reduce((sum, counts) => sum + counts[key], 0);
    const { sums, latencies } = readJsonOutput(json);
    for (const found of [sums, readCsvOutput(csv).sums]) {
      expect(found.transactions_total).toBe(total("operations"));
      expect(found.bytes_read_total).toBe(total("bytesRead"));
      expect(found.bytes_written_total).toBe(total("bytesWritten"));
      expect(found.records_read_total).toBe(total("rowsRead"));
      expect(found.records_written_total).toBe(total("rowsWritten"));
      expect(found.transaction_errors_total ?? 0).toBe(total("failed"));
    }
    for (const name of names)
      expect(sums[`transactions_total{operation:${name}}`], name).toBe(total("operations", name));
    expect(sums["transactions_total{phase:measure}"]).toBe(result.totals.measure.all.operations);
    expect(latencies.length).toBeGreaterThan(0);
    expect(latencies.filter((value) => !Number.isInteger(value)).length).toBeGreaterThan(latencies.length / 2);
  });
});

describe("errors", () => {
  it("are counted by type, the same in run.json and in k6's outputs", async () => {
    await server.query(
      "CREATE TABLE few (id bigint PRIMARY KEY, n int); INSERT INTO few SELECT i, i FROM generate_series(1, 300) i",
    );
    // Somebody removes rows while the run reads them.
    const path = join(server.folder(), "samples.json");
    const running = server.startK6(
      { ...onTable, LOAD_PROFILE: "smoke", TABLE: "few", OPERATIONS: "select", STEADY_STATE_DURATION: "3s" },
      { args: ["--out", `json=${path}`] },
    );
    await running.began();
    await server.query("DELETE FROM few WHERE id % 2 = 0");
    const run = await running.ended;
    const { all } = run.result().totals.measure;
    expect(all.errors.validation).toBeGreaterThan(0);
    expect(all.failed).toBe(all.errors.validation);
    const { sums } = readJsonOutput(path);
    expect(sums.transaction_errors_total).toBe(all.failed);
    expect(sums.validation_errors_total).toBe(all.failed);
    expect(run.result().validity.valid).toBe(false);
  });
});

describe("SLOs", () => {
  const missed = { ...short, LOAD_PROFILE: "smoke", SLO_P95: "0.001ms" };

  it("that are missed give k6's exit code 99 and 1 of dbmark", async () => {
    const run = await server.k6(missed);
    expect(run.code, run.stderr).toBe(99);
    expect(
      run
        .result()
        .slo.filter(({ met }) => !met)
        .map(({ operation }) => operation),
    ).toEqual(names);
    const command = await server.dbmark({ ...missed, STEADY_STATE_DURATION: "2s" });
    const { validity } = command.result();
    expect(command.code, command.stdout + command.stderr).toBe(validity.valid ? 1 : 4);
  });

  it("that are met give 0", async () => {
    const run = await server.k6({
      ...short,
      LOAD_PROFILE: "smoke",
      SLO_P95: "10s",
      SLO_P99: "10s",
      SLO_ERROR_RATE: "0.5",
    });
    expect(run.code, run.stderr).toBe(0);
    expect(run.result().slo.every(({ met }) => met !== false)).toBe(true);
  });
});

describe("the choices of the suite", () => {
  const shares = (result: RunFile) =>
    Object.fromEntries(
      result.totals.measure.operations.map(({ name, operations }) => [
        name,
        operations / result.totals.measure.all.operations,
      ]),
    );

  it.each<[string, Record<string, string>, Record<string, number>]>([
    ["MIX=read-only", { MIX: "read-only" }, {}],
    ["MIX=read-heavy", { MIX: "read-heavy" }, {}],
    ["MIX=balanced", { MIX: "balanced" }, {}],
    ["MIX=write-heavy", { MIX: "write-heavy" }, {}],
    ["weights", { OPERATIONS: "select=50,insert=50" }, { select: 0.5, insert: 0.5 }],
    ["a narrowed mix", { OPERATIONS: "update" }, { update: 1 }],
  ])("%s runs the operations in their shares", async (_name, variables, expected) => {
    const run = await server.k6({
      ...short,
      LOAD_PROFILE: "smoke",
      ...variables,
      OPERATION_COUNT: "3000",
      STEADY_STATE_DURATION: "",
      WARMUP_DURATION: "",
    });
    expect(run.code, run.stderr).toBe(0);
    const result = run.result();
    const weights = result.workload.operations;
    const sum = weights.reduce((total, { weight }) => total + weight, 0);
    const declared = Object.fromEntries(weights.map(({ name, weight }) => [name, weight / sum]));
    if (Object.keys(expected).length > 0) expect(declared).toEqual(expected);
    for (const [name, share] of Object.entries(declared))
      expect(Math.abs((shares(result)[name] ?? 0) - share), name).toBeLessThan(0.04);
    const writes = result.totals.measure.all.rowsWritten;
    if (variables.MIX === "read-only") expect(writes).toBe(0);
    else expect(writes).toBeGreaterThan(0);
  });

  it.each(["uniform", "zipfian", "hotspot"])(
    "KEY_DISTRIBUTION=%s and RANGE_ROWS give full range scans",
    async (KEY_DISTRIBUTION) => {
      const run = await server.k6({
        ...short,
        LOAD_PROFILE: "smoke",
        KEY_DISTRIBUTION,
        RANGE_ROWS: "37",
        OPERATIONS: "range=1,select=1",
      });
      const range = operationOf(run.result(), "range");
      expect(range.failed).toBe(0);
      expect(range.rowsRead).toBe(37 * range.operations);
    },
  );
});

describe("inspect", () => {
  it("shows the workload with its final statements without a server", async () => {
    const text = await dbmark(["inspect", "oltp", "--set", "ROWS=500", "--set", "RANGE_ROWS=7"]);
    expect(text.code, text.stderr).toBe(0);
    for (const part of [...names, "WHERE id >= $1 ORDER BY id LIMIT 7", "INSERT INTO dbmark_oltp", "500 rows"])
      expect(text.stdout).toContain(part);
    const json = JSON.parse((await dbmark(["inspect", "oltp", "--set", "ROWS=500", "--format", "json"])).stdout);
    expect(json.operations.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it("shows that of a user's table, and the same by plain k6", async () => {
    await server.query(
      'CREATE TABLE "My Orders" ("Order No" uuid PRIMARY KEY DEFAULT gen_random_uuid(), note text); INSERT INTO "My Orders" SELECT FROM generate_series(1, 200)',
    );
    const args = ["inspect", "oltp", "--set", 'TABLE="My Orders"', "--format", "json"];
    const shown = await dbmark(args, { DBMARK_TARGET: server.url });
    expect(shown.code, shown.stderr).toBe(0);
    const workload = JSON.parse(shown.stdout);
    expect(workload.operations[0].steps[0].statement).toContain('FROM "public"."My Orders" WHERE "Order No" = $1');
    const plain = await start(
      [
        k6Binary,
        "run",
        "--quiet",
        "--no-usage-report",
        "-e",
        "DBMARK_INSPECT=1",
        "-e",
        'TABLE="My Orders"',
        join(installationFolder, "dist", "oltp.js"),
      ],
      { DBMARK_TARGET: server.url },
    ).ended;
    expect(plain.code, plain.stderr).toBe(0);
    expect(JSON.parse(plain.stdout)).toEqual(workload);
  });
});

// What k6's remote write takes to a real Prometheus, as docs/outputs.md says it is started.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steady } from "../bench/influxdb/scenarios.ts";
import { endWhatIsLeft, startDbmark } from "../cli/command-under-test.ts";
import { type RunFile, readRun } from "../lib/result/index.ts";
import { TestPrometheus } from "./prometheus.ts";

let server: TestPrometheus;
let out: string;
beforeAll(async () => {
  server = await TestPrometheus.start();
  out = mkdtempSync(join(tmpdir(), "dbmark-prometheus-test-"));
});
afterAll(async () => {
  endWhatIsLeft();
  await server?.stop();
  if (out !== undefined) rmSync(out, { recursive: true, force: true });
});

function result(folder: string): RunFile {
  const [name = "none"] = readdirSync(folder);
  return readRun(join(folder, name)).run;
}

describe("a run with --k6-out experimental-prometheus-rw", () => {
  let run: RunFile;
  beforeAll(async () => {
    const { variables } = steady(500, 3, { METRICS: "windows" });
    const set = Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
    const target = "noop://local?latency=1ms&errors=0.02";
    const { code, stderr } = await startDbmark(
      ["run", "oltp", "--target", target, "--out", out, ...set, "--k6-out", "experimental-prometheus-rw"],
      { K6_PROMETHEUS_RW_SERVER_URL: `${server.url}/api/v1/write`, K6_PROMETHEUS_RW_PUSH_INTERVAL: "1s" },
    ).ended;
    expect([0, 4], stderr).toContain(code);
    run = result(out);
  }, 120_000);

  it("is there with the operations and errors of run.json", async () => {
    for (const [metric, by] of [
      ["k6_transactions_total_total", ""],
      ["k6_transaction_errors_total_total", "error"],
    ] as const) {
      const found = await server.query(`sum by (phase, operation, error) (${metric}{testid="${run.testid}"})`);
      const expected = (["warmup", "measure"] as const).flatMap((phase) =>
        (run.totals[phase]?.operations ?? []).flatMap(({ name, operations, errors }) =>
          by === ""
            ? [{ metric: { phase, operation: name }, value: operations }]
            : Object.entries(errors).map(([error, value]) => ({ metric: { phase, operation: name, error }, value })),
        ),
      );
      const sorted = (list: { metric: object; value?: number }[]) =>
        list.map(({ metric, value }) => `${JSON.stringify(Object.entries(metric).sort())} ${value}`).sort();
      expect(expected.length).toBeGreaterThan(0);
      expect(sorted(found)).toEqual(sorted(expected));
    }
  });

  it("has percentiles of each second as Gauges", async () => {
    const found = await server.query(
      `max by (operation) (max_over_time(k6_response_time_ms_p99{phase="measure",testid="${run.testid}"}[5m]))`,
    );
    expect(found.map(({ metric }) => metric.operation).sort()).toEqual(["insert", "range", "select", "update"]);
    for (const { value } of found) expect(value).toBeGreaterThan(1);
  });
});

it("a Prometheus that is away disturbs no run", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(out, "away-"));
  const { variables } = steady(200, 2, { METRICS: "windows" });
  const set = Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const ended = await startDbmark(
    [
      ...["run", "oltp", "--target", "noop://local?latency=1ms", "--out", folder, ...set],
      ...["--k6-out", "experimental-prometheus-rw"],
    ],
    { K6_PROMETHEUS_RW_SERVER_URL: "http://127.0.0.1:1/api/v1/write" },
  ).ended;
  expect([0, 4], ended.stderr).toContain(ended.code);
  expect(result(folder).totals.measure.all).toMatchObject({ operations: 400, undone: 0, failed: 0 });
});

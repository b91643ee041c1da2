// Each query of the dashboard SpacetimeDB, as Grafana fills it in, on a real InfluxDB 1.8 and a real Prometheus that a real run of the suite on a
// real SpacetimeDB wrote to: what comes back is what the run's folder says.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InfluxdbServer } from "../bench/influxdb/server.ts";
import { endWhatIsLeft, startDbmark } from "../cli/command-under-test.ts";
import { TestPrometheus } from "../e2e/prometheus.ts";
import { TestSpacetimedb } from "../e2e/spacetimedb-server.ts";
import { MergedLatency } from "../lib/result/merged-latency.ts";
import { checkResults } from "../lib/summary/instruments.ts";
import { type Answered, type Answering, answeringInfluxdb, answeringPrometheus } from "./answers.ts";
import { type Chosen, panelsOf } from "./interpolation.ts";
import { type Recorded, readRecorded } from "./recorded-under-test.ts";

let influxdb: InfluxdbServer;
let prometheus: TestPrometheus;
let server: TestSpacetimedb;
let out: string;
let recorded: Recorded;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "dbmark-dashboards-test-"));
  influxdb = await InfluxdbServer.start();
  prometheus = await TestPrometheus.start();
  server = await TestSpacetimedb.start();
  const variables = {
    ...{ SCENARIO: "websocketStress", METRICS: "windows", LOAD_RATE: "150", LOAD_WORKERS: "6", WARMUP_DURATION: "2s" },
    ...{ STEADY_STATE_DURATION: "4s", SLO_P95: "none", SLO_P99: "none", SLO_ERROR_RATE: "none", ROWS: "100" },
  };
  const ended = await startDbmark(
    [
      ...["run", "spacetimedb", "--target", server.url, "--out", out],
      ...Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
      ...["--k6-out", `influxdb=${influxdb.url}/dashboards`, "--k6-out", "experimental-prometheus-rw"],
    ],
    // Often: where a busy machine hands over two seconds at once, only the later one's Gauges are sent.
    { K6_PROMETHEUS_RW_SERVER_URL: `${prometheus.url}/api/v1/write`, K6_PROMETHEUS_RW_PUSH_INTERVAL: "200ms" },
  ).ended;
  expect([0, 4], ended.stderr).toContain(ended.code);
  const [name = "none"] = readdirSync(out);
  recorded = await readRecorded(join(out, name));
}, 900_000);
afterAll(async () => {
  endWhatIsLeft();
  await server?.stop();
  await influxdb?.remove();
  await prometheus?.stop();
  if (out !== undefined) rmSync(out, { recursive: true, force: true });
});

const sumOf = (values: { value: number }[]) => values.reduce((sum, { value }) => sum + value, 0);
const phases = ["warmup", "measure"] as const;

/** Panels of Counters, with the metric of each line in the order of the queries. */
const counters: Record<string, string[]> = {
  Calls: ["spacetime_reducer_calls_total", "spacetime_reducer_errors_total"],
  Messages: ["spacetime_ws_messages_sent_total", "spacetime_ws_messages_received_total"],
  Connections: [
    "spacetime_ws_connections_total",
    "spacetime_ws_connection_errors_total",
    "spacetime_connection_drops_total",
    "spacetime_reconnect_attempts_total",
  ],
  "Changes seen by subscriptions": [
    "spacetime_table_inserts_total",
    "spacetime_table_updates_total",
    "spacetime_table_deletes_total",
  ],
  "Failed subscriptions": ["spacetime_subscription_errors_total"],
};

const timed: Record<string, string> = {
  "Time of a call": "spacetime_reducer_latency_ms",
  "Round trips": "spacetime_ws_latency_ms",
  "Time of a subscription": "spacetime_subscription_latency_ms",
};

const shares: Record<string, number> = { p50: 50, p95: 95, p99: 99, max: 100 };

describe.each([
  ["influxdb", () => answeringInfluxdb(influxdb, "dashboards")],
  ["prometheus", () => answeringPrometheus(prometheus)],
] as const)("SpacetimeDB in %s", (type, answeringOf) => {
  const dashboard: Dashboard = JSON.parse(readFileSync(join(import.meta.dirname, type, "spacetimedb.json"), "utf8"));
  let answering: Answering;
  let values: Chosen;
  beforeAll(() => {
    answering = answeringOf();
    values = {
      from: Date.parse(recorded.run.startedAt) - 5_000,
      to: Date.parse(recorded.run.finishedAt) + 10_000,
      intervalSeconds: 1,
      variables: { run: recorded.run.testid, phase: [...phases] },
    };
  });

  async function drawn(title: string, of: Chosen = values): Promise<Answered[][]> {
    const panel = panelsOf(dashboard).find((one) => one.title === title);
    if (panel === undefined) throw new Error(`there is no panel ${title}`);
    return Promise.all(panel.targets.map((target) => answering.answer(dashboard, target, of)));
  }

  const countOf = (metric: string, of: readonly ("warmup" | "measure")[]) =>
    of.reduce((sum, phase) => sum + (recorded.run.totals[phase]?.instruments?.counts[metric] ?? Number.NaN), 0);

  it("offers the run", async () => {
    expect(await answering.options(dashboard, "run", values)).toEqual([recorded.run.testid]);
  });

  it("numbers are those of the measured phase in run.json", async () => {
    const failed = checkResults(recorded.run).reduce((sum, check) => sum + check.failed, 0);
    for (const [title, value] of [
      ["Calls of reducers", countOf("spacetime_reducer_calls_total", ["measure"])],
      ["Failed calls", countOf("spacetime_reducer_errors_total", ["measure"])],
      ["Lost or dropped connections", countOf("spacetime_connection_drops_total", ["measure"])],
      ["Failed checks", failed],
    ] as const) {
      const [answers = []] = await drawn(title);
      expect(
        answers.flatMap((one) => one.values.map((point) => point.value)),
        title,
      ).toEqual(value === 0 ? [] : [value]);
    }
    expect(countOf("spacetime_connection_drops_total", ["measure"])).toBeGreaterThan(0);
  });

  it.each([
    ["all phases", phases],
    ["the measured one", ["measure"] as const],
  ])("lines of %s add up to the driver's counts in run.json", async (_, of) => {
    const narrowed = { ...values, variables: { ...values.variables, phase: [...of] } };
    for (const [title, metrics] of Object.entries(counters)) {
      const answers = await drawn(title, narrowed);
      expect(answers.length, title).toBe(metrics.length);
      for (const [place, metric] of metrics.entries()) {
        const sum = sumOf(answers[place]?.flatMap((one) => one.values) ?? []);
        expect(sum, metric).toBeCloseTo(countOf(metric, of), 6);
      }
    }
    expect(countOf("spacetime_ws_messages_received_total", of)).toBeGreaterThan(100);
    expect(countOf("spacetime_table_updates_total", of)).toBeGreaterThan(0);
  });

  it("checks add up to the operations that passed them", async () => {
    const measured = { ...values, variables: { ...values.variables, phase: ["measure"] } };
    const [passed = []] = await drawn("Passed checks", measured);
    expect(Object.fromEntries(passed.map((one) => [one.name, Math.round(sumOf(one.values))]))).toEqual(
      Object.fromEntries(checkResults(recorded.run).map((check) => [check.name, check.passed])),
    );
    const [failed = []] = await drawn("Failed checks by name", measured);
    expect(failed.reduce((sum, one) => sum + Math.round(sumOf(one.values)), 0)).toBe(
      checkResults(recorded.run).reduce((sum, check) => sum + check.failed, 0),
    );
  });

  it("percentiles are those of the seconds in windows.ndjson", async () => {
    for (const [title, metric] of Object.entries(timed)) {
      const answers = (await drawn(title)).flat();
      expect(
        answers.map((one) => one.name),
        title,
      ).toEqual(Object.keys(shares));
      for (const { name: suffix, values: seconds } of answers) {
        const file = recorded.harness.flatMap(({ instruments }) => {
          const latency = instruments?.times[metric];
          if (latency === undefined) return [];
          const merged = new MergedLatency();
          merged.add(latency);
          return [merged.percentile(shares[suffix] ?? 0) ?? 0];
        });
        // A busy machine hands over several seconds at once, of which k6 sends Prometheus the last one's Gauges alone.
        const least = type === "influxdb" ? file.length / 2 : 1;
        expect(seconds.length, `${metric} ${suffix}`).toBeGreaterThanOrEqual(least);
        for (const { value } of seconds)
          expect(
            file.some((one) => Math.abs(one - value) <= 1e-6 * Math.max(1, one)),
            `${metric} ${suffix}: ${value} is none of ${file}`,
          ).toBe(true);
      }
    }
  });

  it("nothing to show is no error", async () => {
    const nothing = { ...values, variables: { run: "2020-01-01T00-00-00Z-none", phase: [...phases] } };
    for (const { title } of panelsOf(dashboard)) expect((await drawn(title ?? "", nothing)).flat(), title).toEqual([]);
  });
});

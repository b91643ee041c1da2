// Each query of each dashboard, as Grafana fills it in, on a real InfluxDB 1.8 and a real Prometheus that real runs wrote to: it is understood,
// gives what its panel draws, and agrees with the runs' folders.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steady } from "../bench/influxdb/scenarios.ts";
import { InfluxdbServer } from "../bench/influxdb/server.ts";
import { endWhatIsLeft, startDbmark } from "../cli/command-under-test.ts";
import { TestPrometheus } from "../e2e/prometheus.ts";
import { type Answered, type Answering, answeringInfluxdb, answeringPrometheus } from "./answers.ts";
import { framesOf } from "./frames.ts";
import { type Grafana, loadGrafana } from "./grafana.ts";
import { type Chosen, type DrawnPanel, panelsOf } from "./interpolation.ts";
import { lagsOf, type OfSecond, percentilesOf, type Recorded, readRecorded, usedOf } from "./recorded-under-test.ts";

let influxdb: InfluxdbServer;
let prometheus: TestPrometheus;
let emptyPrometheus: TestPrometheus;
let grafana: Grafana;
let out: string;
/** On PostgreSQL, which is a server on this host; and after it on a target that errs, with half the load. */
let first: Recorded;
let second: Recorded;
const phases = ["warmup", "measure", "cooldown"] as const;

/** One run into both databases. */
async function record(rate: number, target: string[]): Promise<Recorded> {
  const folder = mkdtempSync(join(out, "run-"));
  const { variables } = steady(rate, 4, { METRICS: "windows", ROWS: "2000" });
  const ended = await startDbmark(
    [
      ...["run", "oltp", ...target, "--out", folder],
      ...Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
      ...["--k6-out", `influxdb=${influxdb.url}/dashboards`, "--k6-out", "experimental-prometheus-rw"],
    ],
    // Often: where a busy machine hands over two seconds at once, only the later one's Gauges are sent.
    { K6_PROMETHEUS_RW_SERVER_URL: `${prometheus.url}/api/v1/write`, K6_PROMETHEUS_RW_PUSH_INTERVAL: "200ms" },
  ).ended;
  expect([0, 4], ended.stderr).toContain(ended.code);
  const [name = "none"] = readdirSync(folder);
  return readRecorded(join(folder, name));
}

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "dbmark-dashboards-test-"));
  grafana = await loadGrafana();
  influxdb = await InfluxdbServer.start();
  prometheus = await TestPrometheus.start();
  emptyPrometheus = await TestPrometheus.start();
  await influxdb.query("", "CREATE DATABASE nothing");
  first = await record(200, []);
  second = await record(100, ["--target", "noop://local?latency=1ms&errors=0.05&row_bytes=50"]);
}, 900_000);
afterAll(async () => {
  endWhatIsLeft();
  await influxdb?.remove();
  await prometheus?.stop();
  await emptyPrometheus?.stop();
  if (out !== undefined) rmSync(out, { recursive: true, force: true });
});

function dashboardOf(type: string, name: string): Dashboard {
  return JSON.parse(readFileSync(join(import.meta.dirname, type, `${name}.json`), "utf8"));
}

function panelOf(dashboard: Dashboard, title: string): DrawnPanel {
  const panel = panelsOf(dashboard).find((one) => one.title === title);
  if (panel === undefined) throw new Error(`there is no panel ${title}`);
  return panel;
}

/** Both runs in the time range, one second an interval, everything chosen. */
function chosen(variables: Chosen["variables"]): Chosen {
  return {
    from: Date.parse(first.run.startedAt) - 5_000,
    to: Date.parse(second.run.finishedAt) + 10_000,
    intervalSeconds: 1,
    variables: {
      operation: ["select", "range", "insert", "update"],
      phase: [...phases],
      resolution: "1",
      ...variables,
    },
  };
}

const sumOf = (values: { value: number }[]) => values.reduce((sum, { value }) => sum + value, 0);
const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));

/** Each value that was drawn is one of a second of the file, and most of these were: of two seconds that end together one is. */
function expectSeconds(drawn: { value: number }[], recorded: OfSecond[], what: string): void {
  expect(recorded.length, what).toBeGreaterThan(0);
  for (const { value } of drawn)
    expect(
      recorded.some((one) => near(value, one.value)),
      `${what}: ${value} is none of ${recorded.map((one) => one.value)}`,
    ).toBe(true);
  expect(drawn.length, what).toBeGreaterThanOrEqual(recorded.length / 2);
}

describe.each([
  ["InfluxDB", () => answeringInfluxdb(influxdb, "dashboards"), () => answeringInfluxdb(influxdb, "nothing")],
  ["Prometheus", () => answeringPrometheus(prometheus), () => answeringPrometheus(emptyPrometheus)],
] as const)("%s", (name, answeringOf, emptyOf) => {
  const type = name === "InfluxDB" ? "influxdb" : "prometheus";
  let answering: Answering;
  beforeAll(() => {
    answering = answeringOf();
  });

  /** What the queries of a panel give, in their order. */
  async function drawn(dashboard: Dashboard, title: string, values: Chosen): Promise<Answered[][]> {
    const { targets } = panelOf(dashboard, title);
    return Promise.all(targets.map((target) => answering.answer(dashboard, target, values)));
  }

  describe("Run", () => {
    const dashboard = dashboardOf(type, "run");
    const both = [
      ["a run on PostgreSQL", () => first],
      ["a run with errors", () => second],
    ] as const;

    it("offers the runs, the newest first, and the operations of the chosen one", async () => {
      const values = chosen({ run: first.run.testid });
      expect(await answering.options(dashboard, "run", values)).toEqual([second.run.testid, first.run.testid]);
      expect(await answering.options(dashboard, "operation", values)).toEqual(["insert", "range", "select", "update"]);
    });

    describe.each(both)("%s", (_, recordedOf) => {
      let recorded: Recorded;
      let values: Chosen;
      beforeAll(() => {
        recorded = recordedOf();
        values = chosen({ run: recorded.run.testid });
      });
      const operationsOf = (phase: (typeof phases)[number]) => recorded.run.totals[phase]?.operations ?? [];

      it("numbers are those of run.json", async () => {
        const { measure } = recorded.run.totals;
        const expected: [string, number][] = [
          ["Operations", measure.all.operations],
          ["Failed operations", measure.all.failed],
          ["Longest response time", await longest("Response time: $operation", measure.all.response.max ?? 0)],
          ["Longest harness lag", await longest("Harness lag", measure.lag.max ?? 0)],
        ];
        for (const [title, value] of expected) {
          const [answers = []] = await drawn(dashboard, title, values);
          if (value === 0) expect(answers, title).toEqual([]);
          else {
            expect(answers.flatMap((one) => one.values).length, title).toBe(1);
            // Histograms have three digits.
            expect((answers[0]?.values[0]?.value ?? 0) / value, title).toBeCloseTo(
              1,
              title.startsWith("Longest") ? 2 : 12,
            );
          }
        }
      });

      /**
       * The longest time of the measured phase that the database can have. Of two seconds that end together, k6's remote write sends one: there, that
       * is the longest of the seconds which arrived, of which other tests say that they are those of the file.
       */
      async function longest(title: string, inFile: number): Promise<number> {
        if (type === "influxdb") return inFile;
        const ofMeasure = { ...values, variables: { ...values.variables, phase: ["measure"] } };
        const lines = (await drawn(dashboard, title, ofMeasure)).flat().filter((one) => one.name === "max");
        const arrived = Math.max(...lines.flatMap((one) => one.values.map(({ value }) => value)));
        expect(arrived, title).toBeLessThanOrEqual(inFile * 1.01);
        return arrived;
      }

      it.each([
        ["all phases", phases],
        ["the measured one", ["measure"] as const],
      ])("throughput, errors, rows and payload of %s add up to those of run.json", async (_, ofPhases) => {
        const narrowed = { ...values, variables: { ...values.variables, phase: [...ofPhases] } };
        const operations = ofPhases.flatMap(operationsOf);
        const [throughput = []] = await drawn(dashboard, "Throughput", narrowed);
        expect(throughput.map((one) => one.name).sort()).toEqual(["insert", "range", "select", "update"]);
        for (const { name: operation, values: perSecond } of throughput)
          expect(sumOf(perSecond), operation).toBeCloseTo(
            operations.filter((one) => one.name === operation).reduce((sum, one) => sum + one.operations, 0),
            6,
          );
        const kinds: Record<string, number> = {};
        for (const [kind, count = 0] of operations.flatMap(({ errors }) => Object.entries(errors)))
          kinds[kind] = (kinds[kind] ?? 0) + count;
        const [errors = []] = await drawn(dashboard, "Errors by type", narrowed);
        expect(Object.fromEntries(errors.map((one) => [one.name, Math.round(sumOf(one.values) * 1e6) / 1e6]))).toEqual(
          kinds,
        );
        for (const [title, read, written] of [
          ["Rows", "rowsRead", "rowsWritten"],
          ["Payload", "bytesRead", "bytesWritten"],
        ] as const) {
          const answers = (await drawn(dashboard, title, narrowed)).flat();
          expect(Object.fromEntries(answers.map((one) => [one.name, Math.round(sumOf(one.values))])), title).toEqual({
            read: operations.reduce((sum, one) => sum + one[read], 0),
            written: operations.reduce((sum, one) => sum + one[written], 0),
          });
        }
      });

      it("percentiles of an operation are those of its seconds", async () => {
        const of = { ...values, variables: { ...values.variables, operation: ["select"], phase: ["measure"] } };
        const windows = recorded.windows.filter(({ phase }) => phase === "measure");
        for (const [title, times] of [
          ["Response time: $operation", "response"],
          ["Service time: $operation", "service"],
        ] as const) {
          const answers = (await drawn(dashboard, title, of)).flat();
          expect(answers.map((one) => one.name)).toEqual(["p50", "p95", "p99", "max"]);
          for (const { name: suffix, values: seconds } of answers)
            expectSeconds(seconds, percentilesOf(windows, "select", times, suffix), `${title} ${suffix}`);
        }
      });

      it("the heat map holds each operation once, in buckets with numbers for names", async () => {
        for (const operation of ["select", "update"]) {
          const of = { ...values, variables: { ...values.variables, operation: [operation] } };
          const [buckets = []] = await drawn(dashboard, "Response times: $operation", of);
          const limits = buckets.map((one) => (one.name === "+Inf" ? Number.POSITIVE_INFINITY : Number(one.name)));
          expect(limits.length).toBeGreaterThan(2);
          expect(new Set(limits).size).toBe(limits.length);
          for (const [index, { values: counts }] of buckets.entries()) {
            expect(limits[index]).toBeGreaterThan(0);
            for (const { value } of counts) expect(Number.isInteger(value) && value >= 0).toBe(true);
          }
          expect(buckets.reduce((sum, one) => sum + sumOf(one.values), 0)).toBe(
            phases
              .flatMap(operationsOf)
              .reduce((sum, one) => sum + (one.name === operation ? one.response.count : 0), 0),
          );
        }
      });

      it("the load generator and the server are as in windows.ndjson", async () => {
        const lags = (await drawn(dashboard, "Harness lag", values)).flat();
        expect(lags.map((one) => one.name)).toEqual(["p50", "p95", "p99", "max"]);
        for (const { name: suffix, values: seconds } of lags) {
          const all = lagsOf(recorded.harness, suffix);
          const distinct = new Set(all.map((one) => one.second)).size;
          expect(all.length - distinct).toBeLessThanOrEqual(2); // seconds in which a phase ended have two
          expectSeconds(seconds, all, `lag ${suffix}`);
        }
        for (const [title, metrics] of [
          ["Workers and backlog", { workers: "workers_active", backlog: "operations_backlog" }],
          ["Processor", { harness: "harness_cpu_cores", server: "server_cpu_cores" }],
          ["Memory", { harness: "harness_memory_bytes", server: "server_memory_bytes" }],
        ] as const) {
          const answers = (await drawn(dashboard, title, values)).flat();
          const expected = Object.entries(metrics).filter(([, metric]) => usedOf(recorded.harness, metric).length > 0);
          expect(answers.map((one) => one.name)).toEqual(expected.map(([legend]) => legend));
          for (const [index, [, metric]] of expected.entries())
            expectSeconds(answers[index]?.values ?? [], usedOf(recorded.harness, metric), metric);
        }
        const seesServer = usedOf(recorded.harness, "server_memory_bytes").length > 0;
        expect(seesServer).toBe(recorded.run.target.system === "postgres");
      });
    });
  });

  describe("Compare", () => {
    const dashboard = dashboardOf(type, "compare");
    /** Rows of second since a run's start and value, as Grafana's own transformations make them of a panel's two queries. */
    async function rows(title: string, variables: Chosen["variables"] = {}) {
      const values = chosen({ runs: [first.run.testid, second.run.testid], ...variables });
      const panel = panelOf(dashboard, title);
      const frames = await framesOf(grafana, type, panel, await drawn(dashboard, title, values));
      expect(frames.length, title).toBe(1);
      const [frame = { refId: "", fields: [], length: 0 }] = frames;
      const named = (name: string) =>
        frame.fields.find((field) => grafana.getFieldDisplayName(field, frame, frames) === name)?.values ?? [];
      const seconds = named(String(panel.options?.xField)) as number[];
      expect(seconds.length, title).toBeGreaterThanOrEqual(3);
      expect(seconds, title).toEqual([...seconds].sort((a, b) => a - b));
      return [first, second].map((recorded) => ({
        recorded,
        rows: named(recorded.run.testid).flatMap((value, index) =>
          value === null ? [] : [{ second: (seconds[index] ?? 0) - 1, value: Number(value) }],
        ),
      }));
    }

    it("offers the runs and their operations", async () => {
      const values = chosen({ runs: [first.run.testid, second.run.testid] });
      expect(await answering.options(dashboard, "runs", values)).toEqual([second.run.testid, first.run.testid]);
      expect(await answering.options(dashboard, "operation", values)).toEqual(["insert", "range", "select", "update"]);
    });

    it("throughput and errors of both runs are by the second since their start, and add up to run.json", async () => {
      for (const [title, key] of [
        ["Throughput", "operations"],
        ["Errors", "failed"],
      ] as const) {
        for (const { recorded, rows: drawnRows } of await rows(title)) {
          const total = phases.reduce((sum, phase) => sum + (recorded.run.totals[phase]?.all[key] ?? 0), 0);
          expect(sumOf(drawnRows), title).toBeCloseTo(total, 6);
          if (total > 0) expect(Math.min(...drawnRows.map((row) => row.second))).toBeLessThanOrEqual(1);
        }
      }
    });

    it.each(["p50", "p95", "p99"])("%s of an operation stands at the second that it is of", async (suffix) => {
      for (const { recorded, rows: drawnRows } of await rows(`Response time, ${suffix}: $operation`, {
        operation: ["select"],
      })) {
        const seconds = percentilesOf(recorded.windows, "select", "response", suffix);
        expectSeconds(drawnRows, seconds, suffix);
        const misplaced = drawnRows.filter(
          (row) => !seconds.some((one) => one.second === row.second && near(row.value, one.value)),
        );
        // The last collection comes before its second ends, and may be drawn with the second before.
        expect(misplaced.length, JSON.stringify(misplaced)).toBeLessThanOrEqual(1);
      }
    });

    it("the load generators of both are as in windows.ndjson", async () => {
      for (const [title, metric] of [
        ["Backlog", "operations_backlog"],
        ["Processor of the harness", "harness_cpu_cores"],
      ] as const) {
        for (const { recorded, rows: drawnRows } of await rows(title))
          expectSeconds(drawnRows, usedOf(recorded.harness, metric), title);
      }
      for (const { recorded, rows: drawnRows } of await rows("Harness lag, p99"))
        expectSeconds(drawnRows, lagsOf(recorded.harness, "p99"), "lag");
    });

    it("a coarser resolution adds up to the same", async () => {
      const values = {
        ...chosen({ runs: [first.run.testid, second.run.testid], resolution: "5" }),
        intervalSeconds: 5,
      };
      const [, figures = []] = await drawn(dashboard, "Throughput", values);
      for (const { run } of [first, second]) {
        const perSecond = figures.filter(({ tags }) => tags.testid === run.testid).flatMap((one) => one.values);
        expect(sumOf(perSecond) * 5).toBeCloseTo(
          phases.reduce((sum, phase) => sum + (run.totals[phase]?.all.operations ?? 0), 0),
          6,
        );
        expect(perSecond.length).toBeLessThanOrEqual(4);
      }
    });
  });

  describe("nothing to show is no error", () => {
    it.each([
      ["run", "no run is chosen", { run: "", operation: "" }],
      ["run", "the run is not there", { run: "2020-01-01T00-00-00Z-oltp-noop" }],
      ["compare", "no runs are chosen", { runs: [], operation: [] }],
      ["compare", "the variable of the runs is empty", { runs: "", operation: "" }],
    ] as const)("%s: %s", async (dashboardName, _, variables) => {
      const dashboard = dashboardOf(type, dashboardName);
      const values = chosen(variables as unknown as Chosen["variables"]);
      for (const { title } of panelsOf(dashboard))
        expect((await drawn(dashboard, title ?? "", values)).flat(), title).toEqual([]);
      expect(await answering.options(dashboard, "operation", values)).toEqual([]);
    });

    it("a database without runs", async () => {
      const empty = emptyOf();
      for (const dashboardName of ["run", "compare"]) {
        const dashboard = dashboardOf(type, dashboardName);
        const values = chosen({ run: "", runs: "", operation: "" });
        expect(await empty.options(dashboard, dashboardName === "run" ? "run" : "runs", values)).toEqual([]);
        for (const target of panelsOf(dashboard).flatMap(({ targets }) => targets))
          expect(await empty.answer(dashboard, target, values)).toEqual([]);
      }
    });
  });
});

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { OperationTotals, RunFile } from "../schema/run.generated.ts";
import { summarize, terminalPalette } from "./index.ts";
import { bytes, count, duration, latency, rate, share } from "./units.ts";

/** Run files that the Go recorder wrote. */
const fixture = (name: string): RunFile =>
  JSON.parse(
    readFileSync(
      fileURLToPath(new URL(`../result/testdata/2026-11-21T09-40-12Z-oltp-${name}/run.json`, import.meta.url)),
      "utf8",
    ),
  );
const good = () => fixture("postgres");
const bad = () => fixture("postgres-bad");

/** The fixture as a stress profile would have it: three steps, the last of which failed. */
function stepped(run: RunFile): RunFile {
  const load = (perSecond: number) => ({
    rate: { from: perSecond, to: perSecond },
    workers: { from: perSecond / 10, to: perSecond / 10 },
  });
  run.profile.segments = [1000, 2000, 3000].map((perSecond, i) => ({
    phase: "measure",
    part: `step ${i + 1}`,
    seconds: 5,
    ...load(perSecond),
  }));
  const reasons = ["2,400 of 3,000 operations/s were reached"];
  run.steps = [1000, 2000, 3000].map((offered, i) => ({
    name: `step ${i + 1}`,
    startSecond: 5 * i,
    seconds: 5,
    offered,
    reached: i < 2 ? offered : 2400,
    operations: 5 * offered,
    failed: 0,
    undone: i < 2 ? 0 : 31,
    errors: {},
    response: { count: 5 * offered, p50: 0.3, p95: i < 2 ? 0.9 : 1200, p99: null, max: 1500 },
    slo: [],
    met: i === 0 ? null : i === 1,
    reasons: i < 2 ? [] : reasons,
  }));
  run.report = { kind: "steps", firstFailure: { step: "step 3", offered: 3000, reasons } };
  return run;
}

/** The fixture's summary with another report, in one line. */
function reported(report: RunFile["report"]): string {
  return summarize({ ...good(), report }).replaceAll(/\s+/g, " ");
}

/** The fixture as a closed loop would have measured it. */
function closedLoop(run: RunFile): RunFile {
  run.profile.loop = "closed";
  for (const totals of [...run.totals.measure.operations, run.totals.measure.all]) totals.response = totals.service;
  return run;
}

describe("the summary of a run", () => {
  it("that can be trusted", () => {
    expect(summarize(good(), { path: "results/2026-11-21T09-40-12Z-oltp-postgres/run.json" })).toMatchSnapshot();
  });

  it("that cannot", () => {
    expect(summarize(bad(), { path: "results/2026-11-21T09-40-12Z-oltp-postgres-bad/run.json" })).toMatchSnapshot();
  });

  it("says whether to believe it, and why not, before any figure but the headline", () => {
    const lines = summarize(bad()).split("\n");
    const verdict = lines.findIndex((line) => line.startsWith("INVALID"));
    expect(verdict).toBeLessThan(5);
    expect(lines.findIndex((line) => line.startsWith("Throughput"))).toBeGreaterThan(verdict);
    for (const { message } of bad().validity.reasons) {
      expect(lines.join(" ").replaceAll(/\s+/g, " ")).toContain(message);
    }
  });

  it("names every operation, both its times, and p50, p95, p99 and max", () => {
    const text = summarize(good());
    for (const word of ["select", "insert", "all", "response", "service", "p50", "p95", "p99", "max"]) {
      expect(text).toContain(word);
    }
    const total = good().totals.measure.operations[0] as OperationTotals;
    expect(text).toContain(latency(total.response.p99));
    expect(text).toContain(latency(total.service.p50));
  });

  it("of a profile that changes its load shows its steps, and warns of totals that mix them", () => {
    const lines = summarize(stepped(good())).split("\n");
    expect(lines[0]).toContain("operations/s on average");
    expect(lines.join("\n")).toContain("these figures and SLOs mix all of it");
    expect(lines.filter((line) => /^ {2}step \d/.test(line)).map((line) => line.split(/ {2,}/).slice(1))).toEqual([
      ["step 1", "1,000", "1,000", "0", "0", "300 µs", "900 µs", "–", "1.50 s", "not known"],
      ["step 2", "2,000", "2,000", "0", "0", "300 µs", "900 µs", "–", "1.50 s", "met"],
      ["step 3", "3,000", "2,400", "0", "31", "300 µs", "1.20 s", "–", "1.50 s", "FAILED"],
    ]);
    expect(lines).toContain("Breaks       at step 3 (3,000/s): 2,400 of 3,000 operations/s were reached");
    expect(summarize(good()).split("\n")[0]).not.toContain("on average");
  });

  it("says how long the target took to recover, that it did not, and that it is not known", () => {
    const peak = { part: "spike", endSecond: 70, p99: 12.3, backlog: 0, seconds: null };
    const recovery = { kind: "recovery", percentile: 95, level: 2, limit: 3 } as const;
    const text = reported({
      ...recovery,
      peaks: [
        { ...peak, outcome: "recovered", seconds: 4 },
        { ...peak, outcome: "recovered", seconds: 0, p99: null },
        { ...peak, outcome: "not recovered" },
        { ...peak, outcome: "not known", reason: "nothing follows it" },
      ],
    });
    expect(text).toContain(
      "Recovery from spike after 4 s (p95 of a second at most 3.00 ms), with a p99 of 12.3 ms in it",
    );
    expect(text).toContain("Recovery from spike at once (p95 of a second at most 3.00 ms) Recovery");
    expect(text).toContain("Recovery from spike: NOT before the next peak, or the end");
    expect(text).toContain("Recovery from spike: not known, nothing follows it");
  });

  it("says how latency and memory drifted", () => {
    const text = reported({
      kind: "drift",
      windowSeconds: 10,
      windows: 180,
      responseP50: { perHour: -0.02, low: -0.05, high: 0.01, median: 0.4, sharePerHour: -0.05 },
      responseP99: null,
      harnessMemory: { perHour: 2 ** 21, low: 2 ** 20, high: 2 ** 22, median: 2 ** 27, sharePerHour: 1 / 64 },
      serverMemory: null,
    });
    expect(text).toContain("Drift over 180 windows of 10 s, with 95 % intervals");
    expect(text).toContain("p50 −20.0 µs an hour (−50.0 µs to +10.0 µs), −5 % of the median");
    expect(text).toContain(
      "p99 not known harness memory +2.00 MiB an hour (+1.00 MiB to +4.00 MiB), +1.56 % of the median",
    );
    expect(text).toContain("server memory not known");
  });

  it("says at which rate a rising load missed a limit", () => {
    const missed = { second: 42, offered: 2900, operation: "select", metric: "p95", limit: 50, actual: 61 } as const;
    expect(reported({ kind: "limit", missed })).toContain(
      "Limit at 2,900/s, in second 42: select: p95 of the response time 61.0 ms (limit 50.0 ms)",
    );
    expect(reported({ kind: "limit", missed: null })).toContain("Limit not found");
  });

  it("shows the times of a closed loop once", () => {
    const text = summarize(closedLoop(good()));
    expect(text).not.toContain("  service ");
    expect(text).toContain("Response time and service time are the same");
  });

  it("shows no p99 where there were too few operations", () => {
    const insert = summarize(good())
      .split("\n")
      .find((line) => /^ {2}insert {2}response/.test(line));
    expect(insert).toMatch(/µs +\d\S* ms +– /);
  });

  it("is no wider than 100 columns, whatever the names and numbers", () => {
    const run = bad();
    run.target.url = `postgres://bench:xxxxx@${"host.".repeat(40)}example/bench`;
    run.host.cpuModel = "An Extraordinarily Long Processor Name ".repeat(4);
    for (const totals of run.totals.measure.operations) {
      totals.name = `${totals.name}-with-a-name-that-goes-on-and-on`;
      totals.operations *= 1e9;
      totals.rowsRead = totals.rowsWritten = 1e14;
    }
    for (const each of [good(), bad(), run, stepped(bad())]) {
      expect(
        Math.max(
          ...summarize(each)
            .split("\n")
            .map((line) => line.length),
        ),
      ).toBeLessThanOrEqual(100);
    }
  });

  it("of a reused data set, a pool and an unknown server says so", () => {
    const run = good();
    run.load = {
      rows: 100_000,
      seconds: null,
      rowsPerSecond: null,
      reused: true,
      connections: 0,
      reason: "as it was loaded",
    };
    run.topology = { workers: 200, connections: "pool", connectionCount: 1, depth: 16, instances: 2 };
    run.resources.server = null;
    const text = summarize(run);
    expect(text).toContain("100,000 rows, reused: as it was loaded");
    expect(text).toContain("200 workers, 1 connection (a shared pool), up to 16 requests in flight, 2 instances");
    expect(text).not.toContain("\nServer");
  });

  it("of a run that measured nothing has no tables", () => {
    const run = good();
    for (const totals of [...run.totals.measure.operations, run.totals.measure.all])
      totals.operations = totals.undone = 0;
    const text = summarize(run);
    expect(text).toContain("Nothing was measured.");
    expect(text).not.toContain("Latency");
  });

  it("has colours only where they are asked for", () => {
    const colored = summarize(good(), { color: true });
    expect(colored).toContain(terminalPalette.good("VALID"));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(summarize(good()));
  });
});

describe("units", () => {
  it.each([
    [null, "–"],
    [0, "0.00 µs"],
    [0.0421, "42.1 µs"],
    [0.9994, "999 µs"],
    [0.9996, "1.00 ms"],
    [12.34, "12.3 ms"],
    [999.4, "999 ms"],
    [999.6, "1.00 s"],
    [3_600_000, "3,600 s"],
  ])("a latency of %s ms is %s", (value, text) => expect(latency(value)).toBe(text));

  it.each([
    [0.25, "250 ms"],
    [10, "10 s"],
    [60, "1 min"],
    [3725, "1 h 2 min 5 s"],
  ])("%s seconds are %s", (value, text) => expect(duration(value)).toBe(text));

  it("counts, rates, bytes and shares", () => {
    expect([count(1_234_567), rate(99.5), rate(12_345.6), rate(null)]).toEqual(["1,234,567", "99.5", "12,346", "–"]);
    expect([rate(99.96), latency(0.09997), bytes(9.999)]).toEqual(["100", "100 µs", "10.0 B"]);
    expect([bytes(0), bytes(1023), bytes(1536), bytes(16 * 2 ** 30)]).toEqual([
      "0 B",
      "1,023 B",
      "1.50 KiB",
      "16.0 GiB",
    ]);
    expect([share(0), share(0.01), share(0.02664), share(1)]).toEqual(["0 %", "1 %", "2.66 %", "100 %"]);
  });
});

describe("checks, and what the driver counts besides operations", () => {
  it("are left out where there are none", () => {
    expect(summarize(good())).not.toMatch(/^Checks|^Driver/m);
  });

  it("are told of the measured phase; operations with the same check are put together", () => {
    const run = good();
    const { operations, all } = run.totals.measure;
    for (const operation of run.workload.operations) operation.check = "row found or stored";
    run.totals.measure.instruments = {
      counts: { spacetime_ws_connection_errors_total: 0, spacetime_reducer_calls_total: 4500 },
      times: {
        spacetime_reducer_latency_ms: all.service,
        spacetime_subscription_latency_ms: { ...all.service, count: 0 },
      },
    };
    const lines = summarize(run).split("\n");
    const passed = operations.reduce((sum, { succeeded }) => sum + succeeded, 0);
    expect(lines.find((line) => line.includes("row found or stored"))).toMatch(
      new RegExp(`^  row found or stored +${count(passed)} +0 +100 %$`),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}spacetime_reducer_calls_total +4,500 +300$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}spacetime_ws_connection_errors_total +0 +0$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}spacetime_reducer_latency_ms +30,000 /));
    expect(lines.join("\n")).not.toContain("spacetime_subscription_latency_ms");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });
});

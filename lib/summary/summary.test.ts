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
    for (const each of [good(), bad(), run]) {
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
    expect([bytes(0), bytes(1023), bytes(1536), bytes(16 * 2 ** 30)]).toEqual([
      "0.00 B",
      "1,023 B",
      "1.50 KiB",
      "16.0 GiB",
    ]);
    expect([share(0), share(0.01), share(0.02664), share(1)]).toEqual(["0 %", "1 %", "2.66 %", "100 %"]);
  });
});

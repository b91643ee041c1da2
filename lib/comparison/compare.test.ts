import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Comparison, MetricComparison } from "../schema/comparison.generated.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { checkComparable, checkNumber, usable } from "./comparable.ts";
import { compareRuns } from "./compare.ts";
import { comparisonCsv } from "./csv.ts";
import { metricOf, metrics } from "./metrics.ts";
import { longRun, problemsOfComparison, runToCompare } from "./runs-under-test.ts";

const folder = () => mkdtempSync(join(tmpdir(), "dbmark-comparison-"));
const good = await longRun("postgres", folder());
const bad = await longRun("postgres-bad", folder());

function metric(comparison: Comparison, name: string, operation = "all"): MetricComparison {
  const found = comparison.operations
    .find((one) => one.operation === operation)
    ?.metrics.find((one) => one.metric === name);
  if (found === undefined) throw new Error(`there is no ${name} of ${operation}`);
  return found;
}

/** The good run without windows, and with a change. */
async function changed(change: (run: RunFile) => void) {
  return { ...(await runToCompare("postgres", change)), series: null };
}

const all = (comparison: Comparison) => comparison.operations.flatMap((operation) => operation.metrics);

describe("a comparison", () => {
  it("is as its schema says, of two runs and of five, with windows and without", async () => {
    const alone = await changed(() => {});
    for (const runs of [
      [good, bad],
      [bad, good],
      [good, bad, alone, good, bad],
    ]) {
      expect(problemsOfComparison(compareRuns(runs))).toEqual([]);
      expect(problemsOfComparison(JSON.parse(JSON.stringify(compareRuns(runs))))).toEqual([]);
    }
    expect(problemsOfComparison({ ...compareRuns([good, bad]), surprise: 1, schemaVersion: 2 })).toHaveLength(2);
  });

  it("has of each operation every metric, with the change against the first run", () => {
    const comparison = compareRuns([good, bad, good]);
    expect(comparison.runs.map(({ label }) => label)).toEqual(["A", "B", "C"]);
    expect(comparison.operations.map(({ operation }) => operation)).toEqual(["all", "select", "insert"]);
    for (const { operation, metrics: found, counts } of comparison.operations) {
      expect(counts).toEqual(
        [good, bad, good].map(({ run }) =>
          operation === "all"
            ? run.totals.measure.all.operations
            : run.totals.measure.operations.find(({ name }) => name === operation)?.operations,
        ),
      );
      for (const one of metrics) {
        const values = [good, bad, good].map(({ run }) => metricOf(one, run, operation));
        const shown = found.find(({ metric: name }) => name === one.name);
        if (values.every((value) => value === null)) {
          expect(shown).toBeUndefined();
          continue;
        }
        expect(shown?.values).toEqual(values);
        const [base, other] = values;
        expect(shown?.changes).toEqual([
          null,
          typeof base === "number" && typeof other === "number" && base !== 0 ? other / base - 1 : null,
          base === 0 || base === null ? null : 0,
        ]);
      }
    }
    expect(metric(comparison, "response-mean").changes[1]).toBeGreaterThan(100);
    expect(() => metric(comparison, "response-p99", "insert")).toThrow("there is no response-p99 of insert");
  });

  it("of a run with itself shows no change anywhere", () => {
    const comparison = compareRuns([good, good, good]);
    expect(comparison.differences).toEqual([]);
    expect(comparison.sameOperations).toBe(true);
    for (const { metric: name, changes, values, intervals } of all(comparison)) {
      expect(new Set(values).size, name).toBe(1);
      expect(
        changes.slice(1).every((change) => change === 0 || (change === null && values[0] === 0)),
        name,
      ).toBe(true);
      for (const interval of intervals.slice(1)) {
        expect(interval?.lower ?? 0, name).toBeLessThanOrEqual(0);
        expect(interval?.upper ?? 0, name).toBeGreaterThanOrEqual(0);
      }
    }
    expect(metric(comparison, "response-p95").intervals[1]).not.toBeNull();
  });

  it("never says better or worse", () => {
    const { differences: _, ...comparison } = compareRuns([good, bad]);
    expect(JSON.stringify(comparison).replaceAll('"better":', "")).not.toMatch(
      /better|worse|regress|improv|significan/,
    );
  });

  it("has no intervals where there are no windows, too few of them, and for a maximum", async () => {
    for (const [base, other] of [
      [good, await changed(() => {})],
      [await changed(() => {}), good],
      [good, await runToCompare("postgres")],
    ] as const) {
      const comparison = compareRuns([base, other]);
      expect(all(comparison).every(({ intervals }) => intervals.every((interval) => interval === null))).toBe(true);
    }
    const comparison = compareRuns([good, bad]);
    expect(metric(comparison, "response-max").intervals).toEqual([null, null]);
    expect(metric(comparison, "response-p95").intervals[0]).toBeNull();
    expect(metric(comparison, "response-p95").intervals[1]?.upper).toBeGreaterThan(
      metric(comparison, "response-p95").intervals[1]?.lower ?? Number.POSITIVE_INFINITY,
    );
    expect(comparison.runs.map(({ overTime }) => overTime)).toEqual([1, 1]);
  });

  it("has the intervals of service times where response times are others, and one for both where they are the same", () => {
    const different = compareRuns([good, bad]);
    expect(metric(different, "service-p95").intervals).not.toEqual(metric(different, "response-p95").intervals);
    const once = (run: typeof good): typeof good => ({
      ...run,
      series:
        run.series === null
          ? null
          : {
              ...run.series,
              phases: run.series.phases.map((phase) => ({
                ...phase,
                intervals: phase.intervals.map((interval) => ({
                  ...interval,
                  operations: interval.operations.map((one) => one && { ...one, response: one.service }),
                })),
              })),
            },
    });
    const same = compareRuns([once(good), once(bad)]);
    expect(metric(same, "response-p95").intervals).toEqual(metric(different, "service-p95").intervals);
    expect(metric(same, "service-p95").intervals).toEqual(metric(different, "service-p95").intervals);
  });

  it("says which figures an open loop was given", async () => {
    const closed = await changed((run) => Object.assign(run.profile, { loop: "closed" }));
    const comparison = compareRuns([good, closed]);
    const given = all(comparison).filter((one) => one.given.some((each) => each));
    expect(new Set(given.map(({ metric: name }) => name))).toEqual(
      new Set(["throughput", "rows-read", "rows-written", "bytes-read", "bytes-written"]),
    );
    expect(given.every((one) => one.given[0] === true && one.given[1] === false)).toBe(true);
  });

  it("shows an operation that only one run has, without a change", async () => {
    const renamed = await changed((run) => {
      for (const totals of run.totals.measure.operations) if (totals.name === "insert") totals.name = "upsert";
    });
    const comparison = compareRuns([good, renamed]);
    expect(comparison.operations.map(({ operation }) => operation)).toEqual(["all", "select", "insert", "upsert"]);
    expect(metric(comparison, "throughput", "insert").values[1]).toBeNull();
    expect(metric(comparison, "throughput", "upsert").changes).toEqual([null, null]);
    expect(comparison.operations.at(-1)?.counts).toEqual([null, 8979]);
  });

  it("has what runs say of themselves: validity, SLOs, errors", () => {
    const comparison = compareRuns([good, bad]);
    expect(comparison.runs.map(({ valid, status }) => [valid, status])).toEqual([
      [true, "complete"],
      [false, "interrupted"],
    ]);
    expect(comparison.runs[1]?.reasons).toHaveLength(4);
    expect(
      comparison.slos.map(({ operation, metric: name, verdicts }) => [
        operation,
        name,
        verdicts.map((verdict) => verdict?.met),
      ]),
    ).toEqual([
      ["select", "p95", [true, true]],
      ["select", "errorRate", [true, false]],
      ["insert", "p99", [null, null]],
    ]);
    expect(comparison.errors).toContainEqual({
      operation: "select",
      type: "connection",
      counts: [0, 159],
      shares: [0, 159 / 20886],
    });
  });
});

describe("runs that cannot be compared", () => {
  it("are fewer than two, and more than five", () => {
    expect(() => checkNumber(0)).toThrow("No run is named. Name two to five");
    expect(() => checkNumber(1)).toThrow("One run alone cannot be compared. Name two to five");
    expect(() => checkNumber(6)).toThrow("6 runs are too many for one comparison. Name two to five");
    for (const number of [2, 3, 4, 5]) expect(() => checkNumber(number)).not.toThrow();
  });

  it("are of different suites", async () => {
    const other = await changed((run) => Object.assign(run.suite, { name: "ycsb" }));
    expect(() => checkComparable([good, { ...other, path: "b" }])).toThrow(
      /is a run of the suite oltp, and b one of ycsb: .*Compare runs of the same suite/,
    );
    const otherSystem = await changed((run) => Object.assign(run.target, { system: "redis" }));
    expect(() => checkComparable([good, otherSystem])).not.toThrow();
  });

  it.each([
    ["interrupted", "warmup", "it was interrupted in its warm-up"],
    ["crashed", "warmup", "it broke off in its warm-up"],
    ["interrupted", "measure", "it was interrupted."],
    ["complete", "measure", "no operation was due"],
  ] as const)("measured nothing (%s in %s)", async (status, phase, words) => {
    const nothing = await changed((run) => {
      run.status = status;
      run.phases = [
        { name: phase, startSecond: 0, seconds: 1 },
        { name: "cooldown", startSecond: 60, seconds: 0 },
      ];
      run.totals.measure.all.operations = run.totals.measure.all.undone = 0;
    });
    expect(() => checkComparable([good, { ...nothing, path: "b" }])).toThrow(`b measured nothing: ${words}`);
  });
});

describe("windows", () => {
  it("are used where they are the run's, and whole", () => {
    expect(usable(good.run, good.series)).toEqual({ series: good.series, missing: [] });
  });

  it("are missed, refused where they are another run's, and used up to where they break off, with a word of each", () => {
    expect(usable(good.run, null).missing[0]).toContain("is not beside its run.json");
    const another = usable(good.run, bad.series);
    expect(another.series).toBeNull();
    expect(another.missing[0]).toContain("is that of 2026-11-21T09-40-12Z-oltp-postgres-bad, and was not used");
    if (good.series === null) throw new Error("there is no series");
    const cut = { ...good.series, cutOff: true };
    expect(usable(good.run, cut)).toMatchObject({
      series: cut,
      missing: [expect.stringContaining("breaks off after second 62")],
    });
    // The figures of a run that broke off are made of the same seconds.
    for (const status of ["crashed", "interrupted"] as const)
      expect(usable({ ...good.run, status }, cut).missing).toEqual([]);
  });
});

describe("a comparison as CSV", () => {
  it("has a line for each operation, metric and run", () => {
    const comparison = compareRuns([good, bad]);
    const [heading, ...lines] = comparisonCsv(comparison).trim().split("\n");
    expect(heading).toBe("operation,metric,unit,better,run,id,valid,given,value,change,lower,upper");
    expect(lines).toHaveLength(2 * all(comparison).length);
    const { values, changes, intervals } = metric(comparison, "response-p95", "select");
    const line = lines.find((one) => one.startsWith("select,response-p95,milliseconds,lower,B,"));
    expect(line?.split(",").slice(5)).toEqual([
      bad.run.id,
      "false",
      "false",
      ...[values[1], changes[1], intervals[1]?.lower, intervals[1]?.upper].map(String),
    ]);
    expect(
      lines
        .find((one) => one.startsWith("all,response-max,milliseconds,lower,A,"))
        ?.split(",")
        .slice(-3),
    ).toEqual(["", "", ""]);
  });
});

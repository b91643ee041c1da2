import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { metrics } from "../comparison/metrics.ts";
import { readRun } from "../result/index.ts";
import { metricsOfRun } from "./run-metrics.ts";

const folder = new URL("../result/testdata/2026-11-21T09-40-12Z-oltp-postgres", import.meta.url);
const { run } = readRun(fileURLToPath(folder));

describe("the metrics that an experiment keeps of a run", () => {
  const kept = metricsOfRun(run);
  const ran = run.totals.measure.operations.map(({ name }) => name);

  it("are all of all operations, and those of each that has its own", () => {
    expect(Object.keys(kept)).toEqual(["all", ...ran]);
    expect(Object.keys(kept.all ?? {})).toEqual(metrics.map(({ name }) => name));
    for (const name of ran) {
      expect(Object.keys(kept[name] ?? {})).toEqual(
        metrics.filter(({ of }) => of === "operation").map((each) => each.name),
      );
    }
  });

  it("are those of the run's file", () => {
    const { all } = run.totals.measure;
    expect(kept.all).toMatchObject({ throughput: all.throughput, "response-p50": all.response.p50 });
  });

  it("are null where the operations are too few for the percentile, and only there", () => {
    const few = structuredClone(run);
    few.totals.measure.all.response.count = 1999;
    expect(metricsOfRun(few).all).toMatchObject({
      "response-p95": null,
      "response-p50": run.totals.measure.all.response.p50,
    });
    few.totals.measure.all.response.count = 2000;
    expect(metricsOfRun(few).all?.["response-p95"]).toBe(run.totals.measure.all.response.p95);
  });

  it("have nothing of operations that never ran", () => {
    const [first] = ran;
    const without = structuredClone(run);
    for (const totals of without.totals.measure.operations) {
      if (totals.name === first) totals.operations = totals.undone = 0;
    }
    expect(Object.keys(metricsOfRun(without))).not.toContain(first);
  });
});

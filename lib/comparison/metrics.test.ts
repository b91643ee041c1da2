import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { UsageError } from "../environment/index.ts";
import { readRun } from "../result/index.ts";
import { findMetric, metricOf, metrics } from "./metrics.ts";

const good = fileURLToPath(new URL("../result/testdata/2026-11-21T09-40-12Z-oltp-postgres", import.meta.url));
const { run } = readRun(good);
const value = (name: string, operation?: string) => metricOf(findMetric(name), run, operation);

describe("a metric", () => {
  it("has a name of its own", () => {
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  });

  it("is what the run's file says", () => {
    const { all, seconds } = run.totals.measure;
    expect(value("throughput")).toBe(all.throughput);
    expect(value("response-p95")).toBe(all.response.p95);
    expect(value("service-max")).toBe(all.service.max);
    expect(value("bytes-read")).toBeCloseTo(all.bytesRead / seconds, 9);
    expect(value("client-cpu")).toBeCloseTo(((run.resources.harness.cpuSecondsTotal ?? 0) / all.operations) * 1e6, 9);
  });

  it("of one operation is that operation's, and that of an operation that the run does not have is not known", () => {
    const [operation] = run.totals.measure.operations;
    expect(value("response-p50", operation?.name)).toBe(operation?.response.p50);
    expect(value("response-p50", "no-such-operation")).toBeNull();
    expect(value("client-memory", operation?.name)).toBeNull();
  });

  it("counts undone work as errors of the operations that were due", () => {
    const totals = { ...run.totals.measure.all, operations: 90, failed: 5, undone: 10 };
    expect(findMetric("error-rate").value(run, totals)).toBeCloseTo(0.15, 12);
  });

  it("that does not exist is refused with those that do", () => {
    expect(() => findMetric("response-p98")).toThrow(UsageError);
    expect(() => findMetric("respons-p99")).toThrow(/Did you mean response-p99\? There are: throughput, response-p50/);
  });
});

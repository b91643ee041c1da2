import { describe, expect, it } from "vitest";
import type { Interval, IntervalTotals, RunSeries, SparseHistogram } from "../result/index.ts";
import { blocksOf } from "./blocks.ts";
import { variationOf } from "./variation.ts";

function histogram(bucket: number, count: number): SparseHistogram {
  return { buckets: Uint16Array.of(bucket), counts: Uint32Array.of(count), count };
}

/** What an operation did in a second: so many operations, all in one bucket. */
function totals(operations: number, bucket = 100, more: Partial<IntervalTotals> = {}): IntervalTotals {
  const times = (of: SparseHistogram) => ({
    count: operations,
    sum: operations * bucket,
    max: bucket,
    p50: bucket,
    p95: bucket,
    p99: bucket,
    histogram: of,
  });
  const own = histogram(bucket, operations);
  const counts = { operations, failed: 0, undone: 0, rowsRead: 0, rowsWritten: 0, bytesRead: 0, bytesWritten: 0 };
  return { ...counts, service: times(own), response: times(own), ...more };
}

/** A run with these seconds. */
function seriesOf(
  seconds: readonly IntervalTotals[],
  intervalSeconds = 1,
  intervals: Partial<Interval>[] = [],
): RunSeries {
  const harness = {
    cpuSeconds: 0.5,
    memoryBytes: 1,
    workersActive: 1,
    backlog: 0,
    serverCpuSeconds: null,
    serverMemoryBytes: null,
  };
  return {
    id: "run",
    intervalSeconds,
    operations: ["select"],
    phases: [
      {
        name: "measure",
        startSecond: 0,
        seconds: seconds.length * intervalSeconds,
        intervals: seconds.map((one, second) => ({
          startSecond: second * intervalSeconds,
          seconds: intervalSeconds,
          operations: [one],
          all: one,
          harness,
          ...intervals[second],
        })),
      },
    ],
    cutOff: false,
  };
}

const blocks = (series: RunSeries, operation = "all") => {
  const found = blocksOf(series, operation);
  if (found === null) throw new Error("there are no blocks");
  return found;
};
const steady = (operations: number, length = 60, bucket = 100) =>
  seriesOf(Array.from({ length }, () => totals(operations, bucket)));
/** Seconds that go up and down by so many operations, ten at a time. */
const uneven = (operations: number, by: number, length = 60) =>
  seriesOf(Array.from({ length }, (_, second) => totals(operations + (second % 20 < 10 ? by : -by))));
const between = (metric: string, base: RunSeries, other: RunSeries) => variationOf(metric, blocks(base), blocks(other));

describe("how a change varies within two runs", () => {
  it("is not at all where their seconds are all the same", () => {
    const found = between("throughput", steady(100), steady(110));
    expect(found?.lower).toBeCloseTo(0.1, 12);
    expect(found?.upper).toBeCloseTo(0.1, 12);
    const times = between("response-p99", steady(100, 60, 200), steady(100, 60, 100));
    expect(times?.lower).toBeCloseTo(-0.5, 12);
    expect(times?.upper).toBeCloseTo(-0.5, 12);
  });

  it("is more where seconds vary, around the change that there is", () => {
    const found = between("throughput", uneven(100, 20), uneven(110, 20));
    expect(found?.lower).toBeLessThan(0.05);
    expect(found?.upper).toBeGreaterThan(0.15);
    expect(found?.lower).toBeGreaterThan(-0.3);
    expect(found?.upper).toBeLessThan(0.5);
    const once = between("throughput", uneven(100, 20), steady(110));
    expect((once?.upper ?? 0) - (once?.lower ?? 0)).toBeLessThan((found?.upper ?? 0) - (found?.lower ?? 0));
  });

  it("of a run and itself contains no change, and is the same each time", () => {
    const found = between("throughput", uneven(100, 30), uneven(100, 30));
    expect(found?.lower).toBeLessThan(0);
    expect(found?.upper).toBeGreaterThan(0);
    expect(between("throughput", uneven(100, 30), uneven(100, 30))).toEqual(found);
  });

  it("is known from two blocks of ten seconds on, whatever the length of the intervals", () => {
    expect(between("throughput", steady(100, 20), steady(100, 20))).not.toBeNull();
    expect(between("throughput", steady(100, 20), steady(100, 19))).toBeNull();
    const joined = seriesOf([totals(100), totals(110)], 16);
    expect(between("throughput", steady(100, 20), joined)).not.toBeNull();
    expect(between("throughput", joined, seriesOf([totals(100)], 16))).toBeNull();
  });

  it("of each metric is that of its own sums", () => {
    const more = { failed: 10, undone: 0, rowsRead: 30, rowsWritten: 40, bytesRead: 50, bytesWritten: 60 };
    const of = (factor: number) =>
      seriesOf(
        Array.from({ length: 30 }, () =>
          totals(100, 100, Object.fromEntries(Object.entries(more).map(([name, value]) => [name, value * factor]))),
        ),
      );
    for (const metric of ["error-rate", "rows-read", "rows-written", "bytes-read", "bytes-written"]) {
      expect(between(metric, of(1), of(2))?.lower).toBeCloseTo(1, 12);
    }
    expect(between("throughput", of(1), of(2))?.upper).toBeCloseTo(80 / 90 - 1, 12);
    expect(between("client-cpu", steady(100), steady(200))?.lower).toBeCloseTo(-0.5, 12);
    expect(between("response-mean", steady(100, 60, 100), steady(100, 60, 300))?.lower).toBeCloseTo(2, 12);
  });

  it("is not said of a maximum, of what is not known, and where the base is 0", () => {
    for (const metric of ["response-max", "service-max", "client-memory", "server-cpu", "error-rate", "rows-read"]) {
      expect(between(metric, steady(100), steady(100)), metric).toBeNull();
    }
  });
});

describe("the measured phase in blocks", () => {
  it("puts what finished after its end, and parts of seconds, to their neighbours", () => {
    const times = [0.25, 1, 1, 0.4, 1, 0, 0];
    const series = seriesOf(
      times.map((_, second) => totals(10 * (second + 1))),
      1,
      times.map((seconds) => ({ seconds })),
    );
    const { items, service } = blocks(series);
    expect(items.map(({ seconds, operations }) => [seconds, operations])).toEqual([
      [1.25, 30],
      [1.4, 70],
      [1, 180],
    ]);
    expect(service.map(({ count }) => count)).toEqual([30, 70, 180]);
  });

  it("merges the histograms of all operations", () => {
    const series = steady(100, 20);
    series.operations = ["select", "insert"];
    for (const interval of series.phases[0]?.intervals ?? []) interval.operations = [totals(100, 100), totals(20, 300)];
    expect(blocks(series).service[0]).toEqual({
      buckets: Uint16Array.of(100, 300),
      counts: Uint32Array.of(100, 20),
      count: 120,
    });
    expect(blocks(series, "insert").items[0]?.operations).toBe(20);
    expect(blocksOf(series, "delete")).toBeNull();
    expect(blocksOf({ ...series, phases: [] }, "all")).toBeNull();
  });

  it("has one row of histograms where service and response times are the same", () => {
    const same = blocks(steady(100, 20));
    expect(same.response).toBe(same.service);
    const series = steady(100, 20);
    const [interval] = series.phases[0]?.intervals ?? [];
    const [one] = interval?.operations ?? [];
    if (one) one.response = { ...one.response, histogram: histogram(200, 100) };
    expect(blocks(series).response).not.toBe(blocks(series).service);
  });
});

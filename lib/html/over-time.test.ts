import { describe, expect, it } from "vitest";
import type { Interval, IntervalTimes, IntervalTotals, RunSeries } from "../result/series.ts";
import type { SparseHistogram } from "../result/sparse-histogram.ts";
import { chartIntervals, percentileLine, throughputPoints } from "./over-time.ts";

/** A histogram of so many equal times in one bucket, below which milliseconds are counted in thousandths of a microsecond. */
const histogramOf = (count: number, bucket: number): SparseHistogram => ({
  buckets: Uint16Array.of(bucket),
  counts: Uint32Array.of(count),
  count,
});

function timesOf(count: number, value: number): IntervalTimes {
  return {
    count,
    sum: count * value,
    max: value,
    p50: value,
    p95: value,
    p99: value,
    histogram: histogramOf(count, 100),
  };
}

function totalsOf(count: number, failed = 0): IntervalTotals {
  const times = timesOf(count, 1);
  const none = { undone: 0, rowsRead: 0, rowsWritten: 0, bytesRead: 0, bytesWritten: 0 };
  return { operations: count, failed, ...none, service: times, response: times };
}

/** A run of one operation, with so many operations in each second of the measured phase. */
function seriesOf(counts: readonly number[]): RunSeries {
  const intervals = counts.map((count, second): Interval => {
    const totals = totalsOf(count);
    return { startSecond: 10 + second, seconds: 1, operations: [totals], all: totals, harness: null };
  });
  const measure = { name: "measure" as const, startSecond: 10, seconds: counts.length, intervals };
  return { id: "run", intervalSeconds: 1, operations: ["select"], phases: [measure], cutOff: false };
}

const line = (series: RunSeries, percentile: "p50" | "p95" | "p99") =>
  percentileLine(series, series.phases, "all", percentile);

describe("percentiles over time", () => {
  it("are those of the seconds where ten operations lie beyond: 20 for p50, 200 for p95, 1,000 for p99", () => {
    for (const [percentile, least] of [
      ["p50", 20],
      ["p95", 200],
      ["p99", 1000],
    ] as const) {
      const found = line(seriesOf(Array(60).fill(least)), percentile);
      expect(found?.seconds).toBe(1);
      expect(found?.points).toHaveLength(60);
      expect(found?.points.every(([, value]) => value === 1)).toBe(true);
      expect(line(seriesOf(Array(60).fill(least - 1)), percentile)?.seconds).toBe(2);
    }
  });

  it("of joined seconds come from their merged histograms, and stand in their middle", () => {
    const series = seriesOf(Array(60).fill(250));
    const found = line(series, "p99");
    expect(found?.seconds).toBe(4);
    expect(found?.points).toHaveLength(15);
    expect(found?.points[0]?.[0]).toBe(12);
    // The bucket's own value, not the 1 ms that the seconds say.
    expect(found?.points[0]?.[1]).toBeCloseTo(0.0001, 6);
  });

  it("have a gap in a second of too few, and none where all have too few", () => {
    const counts = Array(60).fill(1000);
    counts[30] = 10;
    expect(line(seriesOf(counts), "p99")?.points[30]?.[1]).toBeNull();
    expect(line(seriesOf(Array(60).fill(1)), "p99")).toBeNull();
  });

  it("are those of the few busy seconds where joining would leave too few points", () => {
    const counts = [...Array(20).fill(10), ...Array(4).fill(2000)];
    const found = line(seriesOf(counts), "p99");
    expect(found?.seconds).toBe(1);
    expect(found?.points.filter(([, value]) => value !== null)).toHaveLength(4);
  });
});

describe("throughput over time", () => {
  it("counts what succeeded by the seconds that were recorded", () => {
    const series = seriesOf([100, 100]);
    const [first, second] = (series.phases[0]?.intervals ?? []) as [Interval, Interval];
    first.all = totalsOf(100, 40);
    second.seconds = 0.5;
    expect(throughputPoints(series.phases, "all")).toEqual([
      [10.5, 60],
      [11.25, 200],
    ]);
  });

  it("leaves out what drained after the phase, which is no rate", () => {
    const series = seriesOf([100, 100, 3]);
    const last = series.phases[0]?.intervals[2] as Interval;
    last.seconds = 0;
    expect(throughputPoints(series.phases, "all")).toHaveLength(2);
  });

  it("of a long run has no more points than a chart shows, and loses no operation", () => {
    const seconds = 3600;
    const points = throughputPoints(seriesOf(Array.from({ length: seconds }, (_, second) => second % 7)).phases, 0);
    expect(points.length).toBeLessThanOrEqual(chartIntervals);
    const each = seconds / points.length;
    const sum = points.reduce((total, [, value]) => total + (value ?? 0) * each, 0);
    expect(sum).toBeCloseTo(
      Array.from({ length: seconds }, (_, second) => second % 7).reduce((a, b) => a + b, 0),
      3,
    );
  });
});

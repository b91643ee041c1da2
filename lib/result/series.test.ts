import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WindowsLine } from "../schema/windows.generated.ts";
import { readRun } from "./read-run.ts";
import { type PhaseSeries, type RunSeries, readSeries } from "./series.ts";
import { decodeSparseHistogram, percentileOf, type SparseHistogram } from "./sparse-histogram.ts";
import { linesOf, repeatedMeasure, writeWindows } from "./windows-under-test.ts";

const testdata = fileURLToPath(new URL("testdata/", import.meta.url));
const names = ["2026-11-21T09-40-12Z-oltp-postgres", "2026-11-21T09-40-12Z-oltp-postgres-bad"];
const good = join(testdata, names[0] ?? "");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-series-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with these lines as its windows. */
const withLines = (lines: readonly WindowsLine[]) => writeWindows(folder, lines);
const longer = (times: number) => writeWindows(folder, repeatedMeasure(good, times));

async function seriesOf(path: string, limits = {}): Promise<RunSeries> {
  const series = await readSeries(path, limits);
  if (series === null) throw new Error(`there are no windows in ${path}`);
  return series;
}

function phaseOf(series: RunSeries, name: string): PhaseSeries {
  const phase = series.phases.find((one) => one.name === name);
  if (phase === undefined) throw new Error(`there is no ${name}`);
  return phase;
}

function histogramsOf(phase: PhaseSeries, time: "service" | "response", place: number): SparseHistogram[] {
  return phase.intervals.flatMap(({ operations }) => operations[place]?.[time].histogram ?? []);
}

const counts = ["operations", "failed", "undone", "rowsRead", "rowsWritten", "bytesRead", "bytesWritten"] as const;

/** What the series says of all of the measured phase is what the run's own file says. */
function expectTotals(series: RunSeries, path: string): void {
  const { totals } = readRun(path).run;
  const phase = phaseOf(series, "measure");
  expect(series.operations).toEqual(totals.measure.operations.map(({ name }) => name));
  for (const [place, operation] of totals.measure.operations.entries()) {
    const intervals = phase.intervals.flatMap(({ operations }) => operations[place] ?? []);
    for (const name of counts) expect(intervals.reduce((sum, one) => sum + one[name], 0)).toBe(operation[name]);
    for (const time of ["service", "response"] as const) {
      const { count, mean, max, p50, p95, p99 } = operation[time];
      const times = intervals.map((one) => one[time]);
      const histograms = histogramsOf(phase, time, place);
      expect(times.reduce((sum, one) => sum + one.count, 0)).toBe(count);
      expect(times.reduce((sum, one) => sum + one.sum, 0) / count).toBeCloseTo(mean ?? Number.NaN, 6);
      expect(Math.max(...times.map((one) => one.max ?? 0))).toBe(max);
      expect([percentileOf(histograms, 50), percentileOf(histograms, 95)]).toEqual([p50, p95]);
      if (p99 !== null) expect(percentileOf(histograms, 99)).toBe(p99);
    }
  }
}

describe("the series of a run", () => {
  it.each(names)("adds up to what its file says (%s)", async (name) => {
    const series = await seriesOf(join(testdata, name));
    expect(series.id).toBe(name);
    expect(series.cutOff).toBe(false);
    expect(series.intervalSeconds).toBe(1);
    expectTotals(series, join(testdata, name));
  });

  it("has the phases with their seconds, and keeps histograms of the measured one only", async () => {
    const series = await seriesOf(good);
    expect(series.phases.map((phase) => [phase.name, phase.startSecond, phase.seconds])).toEqual([
      ["warmup", 0, 2],
      ["measure", 2, 15],
    ]);
    const [warmup, measure] = [phaseOf(series, "warmup"), phaseOf(series, "measure")];
    expect(measure.intervals.map(({ startSecond }) => startSecond)).toEqual(
      Array.from({ length: 15 }, (_, i) => 2 + i),
    );
    expect(histogramsOf(measure, "service", 0)).toHaveLength(15);
    expect(histogramsOf(warmup, "service", 0)).toHaveLength(0);
    expect(warmup.intervals).toHaveLength(2);
    for (const { all, seconds, harness } of [...warmup.intervals, ...measure.intervals]) {
      expect(seconds).toBeCloseTo(1, 2);
      expect(all.operations).toBe(2000);
      expect(all.response.p99).toBeGreaterThan(all.response.p50 ?? Number.POSITIVE_INFINITY);
      expect(harness).toMatchObject({ cpuSeconds: 0.25, workersActive: 200, serverCpuSeconds: 0.75 });
    }
  });

  it("has of all operations of a second the percentiles of their merged histograms, never an average", async () => {
    const [interval] = phaseOf(await seriesOf(good), "measure").intervals;
    for (const time of ["service", "response"] as const) {
      const merged = interval?.operations.flatMap((one) => one?.[time].histogram ?? []) ?? [];
      expect(merged).toHaveLength(2);
      expect(interval?.all[time].p95).toBe(percentileOf(merged, 95));
      expect(interval?.all[time].count).toBe(merged.reduce((sum, { count }) => sum + count, 0));
    }
  });

  it("keeps one histogram where both times are the same, as in a closed loop", async () => {
    const lines = linesOf(good).map((line) => (line.type === "window" ? { ...line, response: line.service } : line));
    for (const limits of [{}, { intervals: 6 }]) {
      const { intervals } = phaseOf(await seriesOf(withLines(lines), limits), "measure");
      const [one] = intervals[0]?.operations ?? [];
      expect(one?.response.histogram).toBe(one?.service.histogram);
      expect(one?.response).toEqual(one?.service);
    }
  });

  it("counts a second that was looked at late as long as it was", async () => {
    const lines = linesOf(good)
      .filter((line) => !("second" in line && line.second === 6))
      .map((line) => (line.type === "harness" && line.second === 5 ? { ...line, seconds: 2 } : line));
    const { intervals } = phaseOf(await seriesOf(withLines(lines)), "measure");
    expect(intervals.map(({ startSecond, seconds }) => [startSecond, Math.round(seconds)]).slice(2, 5)).toEqual([
      [4, 1],
      [5, 2],
      [7, 1],
    ]);
  });

  it("counts only the part of a second that belongs to the phase, and nothing after its end", async () => {
    const lines = linesOf(good).map((line) =>
      line.type === "end"
        ? { ...line, phases: [{ name: "measure" as const, startSecond: 2.25, seconds: 13.25 }] }
        : line,
    );
    const seconds = phaseOf(await seriesOf(withLines(lines)), "measure").intervals.map((interval) => interval.seconds);
    expect(seconds[0]).toBeCloseTo(0.75, 9);
    expect(seconds.slice(-2)).toEqual([0.5, 0]);
  });
});

describe("intervals of a long run", () => {
  it("are joined until there are few enough, with nothing lost", async () => {
    const series = await seriesOf(longer(20), { intervals: 100 });
    expect(series.intervalSeconds).toBe(4);
    const { intervals } = phaseOf(series, "measure");
    expect(intervals).toHaveLength(75);
    expect(intervals.every(({ seconds }) => Math.abs(seconds - 4) < 0.01)).toBe(true);
    expect(intervals.every(({ all }) => all.operations === 8000)).toBe(true);
    const [operation] = readRun(good).run.totals.measure.operations;
    expect(percentileOf(histogramsOf(phaseOf(series, "measure"), "response", 0), 95)).toBe(operation?.response.p95);
  });

  it("are joined as well where their histograms would take too much memory", async () => {
    const path = longer(20);
    const buckets = (series: RunSeries) =>
      [0, 1]
        .flatMap((place) =>
          (["service", "response"] as const).flatMap((time) => histogramsOf(phaseOf(series, "measure"), time, place)),
        )
        .reduce((sum, histogram) => sum + histogram.buckets.length, 0);
    expect(buckets(await seriesOf(path))).toBeGreaterThan(500_000);
    const series = await seriesOf(path, { buckets: 400_000 });
    expect(buckets(series)).toBeLessThan(400_000);
    // … and not more than it takes: joining two does not halve their buckets.
    expect(buckets(series)).toBeGreaterThan(200_000);
    expect(series.intervalSeconds).toBeGreaterThan(1);
    expectTotalsOfFirst(series, 20);
  });
});

function expectTotalsOfFirst(series: RunSeries, times: number): void {
  const [operation] = readRun(good).run.totals.measure.operations;
  const done = phaseOf(series, "measure").intervals.reduce((sum, one) => sum + (one.operations[0]?.operations ?? 0), 0);
  expect(done).toBe((operation?.operations ?? 0) * times);
}

describe("a windows file that is not whole", () => {
  it("and is not there, gives nothing", async () => {
    expect(await readSeries(folder)).toBeNull();
  });

  it("gives the seconds up to its end, and says that it was cut off", async () => {
    cpSync(good, folder, { recursive: true });
    const path = join(folder, "windows.ndjson");
    const lines = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, `${lines.slice(0, 1 + 9 * 3).join("\n")}\n${lines[28]?.slice(0, 300)}`);
    const series = await seriesOf(folder);
    expect(series.cutOff).toBe(true);
    expect(phaseOf(series, "measure").seconds).toBe(7);
    expect(phaseOf(series, "measure").intervals).toHaveLength(7);
  });

  it("is refused when it is damaged before its end, with the place", async () => {
    const lines = linesOf(good);
    const [, window] = lines;
    if (window?.type !== "window") throw new Error("the second line is no window");
    const damaged = (histogram: string) =>
      seriesOf(
        withLines(
          lines.map((line) => (line === window ? { ...window, service: { ...window.service, histogram } } : line)),
        ),
      );
    const { histogram } = window.service;
    for (const [text, reason] of [
      ["", "not in the V2 compressed form"],
      [histogram.slice(0, histogram.length / 2), "cannot be decompressed"],
      [`${histogram.slice(0, 100)}AAAAAAAAAAAA${histogram.slice(112)}`, "cannot be decompressed"],
    ] as const) {
      await expect(damaged(text)).rejects.toThrow(
        `the histogram of select in second 0 cannot be read: it ${reason}`.replace("it not", "it is not"),
      );
    }
    cpSync(good, folder, { recursive: true });
    const path = join(folder, "windows.ndjson");
    writeFileSync(path, readFileSync(path, "utf8").replace('"type":"window"', '"type":"win\ndow"'));
    await expect(readSeries(folder)).rejects.toThrow("Line 2 of");
  });
});

describe("a sparse histogram", () => {
  it.each(names)("holds what the library reads (%s)", (name) => {
    const encoded = linesOf(join(testdata, name)).flatMap((line) =>
      line.type === "window" ? [line.service.histogram, line.response.histogram] : [],
    );
    expect(encoded.length).toBeGreaterThan(60);
    for (const text of encoded) {
      const whole = decodeFromCompressedBase64(text, 64, false) as unknown as {
        countsArrayLength: number;
        getCountAtIndex(index: number): number;
      };
      const held = Array.from({ length: whole.countsArrayLength }, (_, bucket) => [
        bucket,
        whole.getCountAtIndex(bucket),
      ]);
      const { buckets, counts, count } = decodeSparseHistogram(text);
      expect(Array.from(buckets, (bucket, place) => [bucket, counts[place]])).toEqual(
        held.filter(([, number]) => number !== 0),
      );
      expect(count).toBe(held.reduce((sum, [, number]) => sum + (number ?? 0), 0));
    }
  });

  it("is read as well from what the library writes, as in the run.json of a run that crashed", () => {
    const [window] = linesOf(good).filter((line) => line.type === "window");
    const text = window?.response.histogram ?? "";
    const written = encodeIntoCompressedBase64(decodeFromCompressedBase64(text, 64, false));
    expect(written).not.toBe(text);
    expect(decodeSparseHistogram(written)).toEqual(decodeSparseHistogram(text));
  });

  it("drawn several times counts as often, whatever was asked before", () => {
    const of = (...buckets: number[]): SparseHistogram => ({
      buckets: Uint16Array.from(buckets),
      counts: Uint32Array.from(buckets, () => 1),
      count: buckets.length,
    });
    const histograms = [of(100, 200), of(300), of()];
    const nanoseconds = (milliseconds: number | null) =>
      milliseconds === null ? null : Math.round(milliseconds * 1e6);
    expect(nanoseconds(percentileOf(histograms, 50))).toBe(200);
    expect(nanoseconds(percentileOf(histograms, 50, [1, 1, 1, 0]))).toBe(300);
    expect(nanoseconds(percentileOf(histograms, 0, [1, 0]))).toBe(100);
    expect(nanoseconds(percentileOf(histograms, 100, Uint32Array.of(0, 0)))).toBe(200);
    expect(percentileOf(histograms, 50, [2, 2])).toBeNull();
    expect(percentileOf([], 50)).toBeNull();
    expect(nanoseconds(percentileOf(histograms, 50))).toBe(200);
  });
});

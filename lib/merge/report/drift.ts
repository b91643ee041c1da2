/** How latency and memory changed over a long run: the rules of the recorder (k6-ext/report/drift.go). */

import { mergeSparseHistograms, percentileOf, type SparseHistogram } from "../../result/sparse-histogram.ts";
import { medianOf } from "../../result/steadiness.ts";
import type { DriftReport, Trend } from "../../schema/run.generated.ts";
import { emptyHistogram, type ReportedSecond, responsesOf } from "./second.ts";
import { slopeOf } from "./slope.ts";
import type { Timeline } from "./timeline.ts";

/** Seconds of the shortest window, and how many there are at most in long runs. */
const windowSeconds = 10;
const mostWindows = 360;
/** Windows that are needed to tell a drift. */
const fewestWindows = 12;
/** Operations in a window that leave ten beyond its p99. */
const p99Operations = 1000;
/** Share of a window that must have been seen for it to count. */
const wholeShare = 0.9;
const secondsPerHour = 3600;

/** Points in time: seconds since the run's start, and values. */
class Series {
  readonly #x: number[] = [];
  readonly #y: number[] = [];

  add(x: number, y: number): void {
    this.#x.push(x);
    this.#y.push(y);
  }

  /** Null with too few points. */
  trend(): Trend | null {
    if (this.#x.length < fewestWindows) return null;
    const { estimate, low, high } = slopeOf(this.#x, this.#y);
    const median = medianOf(this.#y);
    const perHour = estimate * secondsPerHour;
    return {
      perHour,
      low: low * secondsPerHour,
      high: high * secondsPerHour,
      median,
      sharePerHour: median === 0 ? null : perHour / median,
    };
  }
}

/** Sums up windows of equal length of the measured phase, and keeps a point of each. */
export class Drift {
  readonly #timeline: Timeline;
  readonly #length: number;
  readonly #points = { p50: new Series(), p99: new Series(), harness: new Series(), server: new Series() };
  #windows = 0;
  #current = 0;
  #covered = 0;
  #response: SparseHistogram = emptyHistogram;
  #harness: number[] = [];
  #server: number[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.#length = Math.max(windowSeconds, Math.ceil((timeline.end - timeline.start) / mostWindows));
  }

  add({ second, seconds, windows, harnessMemory, serverMemory }: ReportedSecond): void {
    if (!this.#timeline.measured(second)) return;
    const number = Math.floor((second + 0.5 - this.#timeline.start) / this.#length);
    if (number !== this.#current) {
      this.#close();
      this.#current = number;
    }
    this.#covered += seconds;
    this.#response = mergeSparseHistograms(this.#response, responsesOf(windows));
    if (harnessMemory !== null) this.#harness.push(harnessMemory);
    if (serverMemory !== null) this.#server.push(serverMemory);
  }

  report(): DriftReport {
    this.#close();
    return {
      kind: "drift",
      windowSeconds: this.#length,
      windows: this.#windows,
      responseP50: this.#points.p50.trend(),
      responseP99: this.#points.p99.trend(),
      harnessMemory: this.#points.harness.trend(),
      serverMemory: this.#points.server.trend(),
    };
  }

  /** Makes a point of the current window. */
  #close(): void {
    if (this.#covered >= wholeShare * this.#length) {
      this.#windows += 1;
      const x = this.#timeline.start + (this.#current + 0.5) * this.#length;
      if (this.#response.count > 0) this.#points.p50.add(x, percentileOf([this.#response], 50) ?? 0);
      if (this.#response.count >= p99Operations) this.#points.p99.add(x, percentileOf([this.#response], 99) ?? 0);
      for (const [values, points] of [
        [this.#harness, this.#points.harness],
        [this.#server, this.#points.server],
      ] as const) {
        if (values.length > 0) points.add(x, values.reduce((sum, value) => sum + value, 0) / values.length);
      }
    }
    this.#covered = 0;
    this.#response = emptyHistogram;
    this.#harness = [];
    this.#server = [];
  }
}

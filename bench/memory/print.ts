// The tables of the memory benchmark.

import { median } from "../statistics/median.ts";
import { goalBase, goalGrowth, goalPeak, goalPerWorker } from "./goals.ts";
import type { Growth } from "./growth.ts";
import { type Peaks, rateOfPeaks } from "./peaks.ts";

const met = (reached: boolean) => (reached ? "met" : "MISSED");

const titleOf = ({ script, metrics }: Pick<Peaks, "script" | "metrics">) =>
  metrics === null ? script : `${script}, METRICS=${metrics}`;

/** Peaks by workers, one line for each kind of run, and the line through them. */
export function printPeaks(peaks: readonly Peaks[]): string[] {
  const workers = peaks[0]?.cells.map((cell) => cell.workers) ?? [];
  const row = (title: string, cells: string[], rest: string) =>
    `  ${title.padEnd(38)}${cells.map((cell) => cell.padStart(8)).join("")}  ${rest}`;
  return [
    `Peak of the resident memory in MB at ${rateOfPeaks} operations a second, median of ${peaks[0]?.cells[0]?.peakMegabytes.length} rounds, by workers`,
    row("", workers.map(String), "line through all"),
    ...peaks.map((kind) =>
      row(
        titleOf(kind),
        kind.cells.map(({ peakMegabytes }) => median(peakMegabytes).toFixed(0)),
        `${kind.fit.intercept.toFixed(0)} + ${kind.fit.slope.toFixed(3)} × workers`,
      ),
    ),
    row(
      "goal",
      workers.map((count) => goalPeak(count).toFixed(0)),
      `${goalBase} + ${goalPerWorker} × workers`,
    ),
    ...peaks
      .filter(({ metrics }) => metrics !== null)
      .map((kind) => {
        const worst = Math.max(...kind.cells.map((cell) => Math.max(...cell.peakMegabytes) / goalPeak(cell.workers)));
        return `  ${titleOf(kind)}: at most ${worst.toFixed(2)} × the goal, ${met(worst <= 1)}`;
      }),
  ];
}

/** What a long run's growth was. */
export function printGrowth(growth: Growth): string[] {
  const { metrics, minutes, operationsPerSecond, workers, settlingMinutes, megabytesPerMinute, peakMegabytes } = growth;
  const lines = [
    `Growth over ${minutes} minutes at ${operationsPerSecond} operations a second, ${workers} workers, METRICS=${metrics}: ` +
      `${megabytesPerMinute.toFixed(2)} MB a minute, peak ${peakMegabytes.toFixed(0)} MB`,
    `  least squares through the mean of each second, without the first ${settlingMinutes.toFixed(1)} minutes`,
  ];
  if (metrics === "windows") {
    const bounded = megabytesPerMinute < goalGrowth && peakMegabytes <= goalPeak(workers);
    return [...lines, `  goal below ${goalGrowth} MB a minute and ${goalPeak(workers).toFixed(0)} MB: ${met(bounded)}`];
  }
  return [
    ...lines,
    "  no goal: in this mode k6 gets samples of every operation, and its Trend metrics keep each value until the end",
  ];
}

/** A minute of the curve, as a bar of one character for each 10 MB. */
export function printMinute(minute: number, megabytes: number): string {
  return `  minute ${String(minute + 1).padStart(3)} ${megabytes.toFixed(1).padStart(7)} MB  ${"▇".repeat(Math.round(megabytes / 10))}`;
}

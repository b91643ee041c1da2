// Short runs with few and with many workers: the peak of each, and the line through the peaks.

import { runK6 } from "../running/k6.ts";
import { type Line, leastSquares } from "../statistics/least-squares.ts";
import { megabytes } from "./goals.ts";
import { bundled, constantLoad, idle, type MetricsMode, type Script, unbundled } from "./load.ts";

/** What is run with each number of workers. */
export interface Kind {
  script: string;
  /** null where dbmark records nothing. */
  metrics: MetricsMode | null;
}

/** The peaks of one kind of run. */
export interface Peaks extends Kind {
  cells: { workers: number; peakMegabytes: number[]; operations: number | null }[];
  /** Peak in MB = intercept + slope × workers, through all peaks. */
  fit: Line;
}

const kinds: readonly { script: Script; metrics: MetricsMode | null }[] = [
  { script: bundled, metrics: "windows" },
  { script: bundled, metrics: "operations" },
  { script: unbundled, metrics: "windows" },
  { script: idle, metrics: null },
];

/** Operations a second in all cells alike, so that they differ by their workers alone: the highest rate at which operations are sampled unasked. */
export const rateOfPeaks = 1000;

/** Runs every kind with every number of workers, in turn, so many rounds. */
export async function measurePeaks(
  load: { workers: readonly number[]; seconds: number; rounds: number },
  onCell: (text: string) => void,
): Promise<Peaks[]> {
  const found: Peaks[] = kinds.map(({ script, metrics }) => ({
    script: script.name,
    metrics,
    cells: load.workers.map((workers) => ({ workers, peakMegabytes: [], operations: null })),
    fit: { intercept: 0, slope: 0 },
  }));
  for (let round = 0; round < load.rounds; round++) {
    for (const [place, workers] of load.workers.entries()) {
      for (const [number, { script, metrics }] of kinds.entries()) {
        onCell(`round ${round + 1} of ${load.rounds}: ${script.name}, ${workers} workers`);
        const { memory, run } = await runK6(
          constantLoad(script, {
            metrics: metrics ?? "windows",
            workers,
            rate: rateOfPeaks,
            warmup: 1,
            seconds: load.seconds,
          }),
        );
        const cell = found[number]?.cells[place];
        cell?.peakMegabytes.push(megabytes(Math.max(...memory.map(({ peak }) => peak))));
        if (cell && run) cell.operations = run.totals.measure.all.operations;
      }
    }
  }
  for (const peaks of found)
    peaks.fit = leastSquares(
      peaks.cells.flatMap(({ workers, peakMegabytes }) => peakMegabytes.map((peak) => [workers, peak] as const)),
    );
  return found;
}

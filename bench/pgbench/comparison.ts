// What was measured in one cell, and the ratios that follow from it.

import { median } from "../statistics/median.ts";
import { type Ratio, ratioOf } from "../statistics/ratio.ts";
import type { Cell, Outcome } from "./contender.ts";

/** What is compared; of CPU and memory less is better. */
export const metrics = ["throughput", "cpuPerOperation", "peakMemory"] as const;
export type Metric = (typeof metrics)[number];

/** One run of one contender. */
export interface Sample extends Outcome {
  round: number;
  contender: string;
}

/** A cell that was measured. */
export interface MeasuredCell extends Cell {
  /** Processor seconds that a contender needs to start and connect, with one operation for each connection: the median of several. */
  startUpCpuSeconds: Record<string, number>;
  samples: Sample[];
}

/** What is to be reached, as the project set it for itself. */
export interface Goal {
  /** The value itself, or the lower end of its interval. */
  of: "value" | "lower";
  atLeast?: number;
  atMost?: number;
}

/** One contender against another. */
export interface Comparison {
  contender: string;
  yardstick: string;
  metric: Metric;
  ratio: Ratio;
  goal?: Goal;
  /** Absent where there is no goal; null where it cannot be told, after one round. */
  reached?: boolean | null;
}

/** Who is compared with whom. */
export const pairs: readonly [contender: string, yardstick: string][] = [
  ["dbmark", "pgbench"],
  ["dbmark-1", "pgbench"],
  ["dbmark", "xk6-sql-pgx"],
  ["dbmark", "xk6-sql-pq"],
];

/** A sample's value of a metric. CPU in microseconds for each operation, without what starting took; memory in bytes. */
export function measuredValue(metric: Metric, cell: MeasuredCell, sample: Sample): number {
  switch (metric) {
    case "throughput":
      return sample.throughput;
    case "cpuPerOperation":
      return ((sample.cpuSeconds - (cell.startUpCpuSeconds[sample.contender] ?? 0)) * 1e6) / sample.operations;
    case "peakMemory":
      return sample.maximumMemoryBytes;
  }
}

/** The values of a contender in the order of the rounds. */
export function valuesOf(metric: Metric, cell: MeasuredCell, contender: string): number[] {
  return cell.samples
    .filter((sample) => sample.contender === contender)
    .sort((a, b) => a.round - b.round)
    .map((sample) => measuredValue(metric, cell, sample));
}

/** The middle value over the rounds. */
export function typical(metric: Metric, cell: MeasuredCell, contender: string): number {
  return median(valuesOf(metric, cell, contender));
}

/** All ratios of a cell between contenders that ran in it. */
export function compare(cell: MeasuredCell): Comparison[] {
  const ran = new Set(cell.samples.map(({ contender }) => contender));
  return pairs
    .filter((pair) => pair.every((name) => ran.has(name)))
    .flatMap(([contender, yardstick]) =>
      metrics.flatMap((metric) => {
        const values = [valuesOf(metric, cell, contender), valuesOf(metric, cell, yardstick)] as const;
        // A run shorter than the noise of its start-up has no CPU to compare.
        if (values.flat().some((value) => !(value > 0))) return [];
        const ratio = ratioOf(...values);
        const goal = goalOf(cell, contender, yardstick, metric);
        return [{ contender, yardstick, metric, ratio, ...(goal && { goal, reached: isReached(ratio, goal) }) }];
      }),
    );
}

/** The goal for a ratio, if there is one. */
export function goalOf(
  { load, clients }: Cell,
  contender: string,
  yardstick: string,
  metric: Metric,
): Goal | undefined {
  const pair = `${contender} / ${yardstick}`;
  if (metric === "cpuPerOperation" && pair === "dbmark / pgbench") return { of: "value", atMost: 1 };
  if (metric !== "throughput") return undefined;
  switch (pair) {
    case "dbmark / pgbench":
      return load === "select" && clients >= 8 ? { of: "value", atLeast: 1.05 } : { of: "lower", atLeast: 0.97 };
    case "dbmark-1 / pgbench":
      return { of: "value", atLeast: 0.9 };
    case "dbmark / xk6-sql-pgx":
      return { of: "value", atLeast: 1.4 };
    case "dbmark / xk6-sql-pq":
      return { of: "value", atLeast: 2.5 };
    default:
      return undefined;
  }
}

function isReached(ratio: Ratio, { of, atLeast, atMost }: Goal): boolean | null {
  const value = ratio[of];
  if (value === null) return null;
  return value >= (atLeast ?? 0) && value <= (atMost ?? Number.POSITIVE_INFINITY);
}

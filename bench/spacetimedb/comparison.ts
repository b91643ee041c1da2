// What was measured in one cell, and the ratios of dbmark to the client in Node.

import { median } from "../statistics/median.ts";
import { type Ratio, ratioOf } from "../statistics/ratio.ts";
import type { Cell, Outcome } from "./cells.ts";

/** What is compared; of CPU less is better. */
export type Metric = "throughput" | "cpuPerCall";

/** One run of one client. */
export interface Sample extends Outcome {
  round: number;
  contender: string;
  /** That the server kept busy in the middle of the run; absent where there is no /proc. */
  serverCores?: number;
}

/** A cell that was measured. */
export interface MeasuredCell extends Cell {
  /** Processor seconds that a client needs to start and connect, with one call on each connection: the median of several. */
  startUpCpuSeconds: Record<string, number>;
  samples: Sample[];
}

/** dbmark to Node. */
export interface Comparison {
  metric: Metric;
  ratio: Ratio;
  reached: boolean;
}

/** At least so much of the throughput of the client in Node, where the server has room for it … */
export const throughputGoal = 1.3;

/** … and at most so much of its processor time per call. */
export const cpuGoal = 0.5;

/** A sample's value of a metric. CPU in microseconds for each call, without what starting took. */
export function measuredValue(metric: Metric, cell: MeasuredCell, sample: Sample): number {
  if (metric === "throughput") return sample.throughput;
  return ((sample.cpuSeconds - (cell.startUpCpuSeconds[sample.contender] ?? 0)) * 1e6) / sample.calls;
}

/** The middle value over the rounds. */
export function typical(metric: Metric, cell: MeasuredCell, contender: string): number {
  return median(valuesOf(metric, cell, contender));
}

/** Cores that the server and the client kept busy, the middle over the rounds; undefined where it is not known. */
export function busyCores(cell: MeasuredCell, contender: string): { server: number; client: number } | undefined {
  const samples = samplesOf(cell, contender);
  const server = samples.flatMap(({ serverCores }) => (serverCores === undefined ? [] : [serverCores]));
  if (server.length === 0) return undefined;
  const client = samples.map((sample) => (measuredValue("cpuPerCall", cell, sample) * sample.throughput) / 1e6);
  return { server: median(server), client: median(client) };
}

/** The ratios of a cell; none of CPU where the runs were shorter than the noise of starting. */
export function compare(cell: MeasuredCell): Comparison[] {
  return (["throughput", "cpuPerCall"] as const).flatMap((metric) => {
    const values = [valuesOf(metric, cell, "dbmark"), valuesOf(metric, cell, "Node")] as const;
    if (values.flat().some((value) => !(value > 0))) return [];
    const ratio = ratioOf(...values);
    const reached = metric === "throughput" ? ratio.value >= throughputGoal : ratio.value <= cpuGoal;
    return [{ metric, ratio, reached }];
  });
}

function valuesOf(metric: Metric, cell: MeasuredCell, contender: string): number[] {
  return samplesOf(cell, contender).map((sample) => measuredValue(metric, cell, sample));
}

/** In the order of the rounds. */
function samplesOf(cell: MeasuredCell, contender: string): Sample[] {
  return cell.samples.filter((sample) => sample.contender === contender).sort((a, b) => a.round - b.round);
}

/** How much a change between two runs varies within them. It is no test: see lib/statistics/block-bootstrap.ts. */

import { blockBootstrap, type Interval } from "../statistics/block-bootstrap.ts";
import type { Blocks, Item } from "./blocks.ts";
import { ResampledPercentile } from "./resampled-percentile.ts";

/** Resamples of each run. */
export const resamples = 1000;
/** Share of them within the interval. */
export const confidence = 0.95;
/** Of the resampling: the same files give the same intervals. */
export const seed = 1;

type Statistic = (indices: Uint32Array) => number;

/** Metrics that are a sum over another one, which is 1 for what counts by the second. */
const ratios: Record<string, [over: (item: Item) => number, under: (item: Item) => number]> = {
  throughput: [({ operations, failed }) => operations - failed, ({ seconds }) => seconds],
  "response-mean": [({ response }) => response.sum, ({ response }) => response.count],
  "service-mean": [({ service }) => service.sum, ({ service }) => service.count],
  "error-rate": [({ failed, undone }) => failed + undone, ({ operations, undone }) => operations + undone],
  "rows-read": [({ rowsRead }) => rowsRead, ({ seconds }) => seconds],
  "rows-written": [({ rowsWritten }) => rowsWritten, ({ seconds }) => seconds],
  "bytes-read": [({ bytesRead }) => bytesRead, ({ seconds }) => seconds],
  "bytes-written": [({ bytesWritten }) => bytesWritten, ({ seconds }) => seconds],
  "client-cpu": [({ clientCpu }) => clientCpu, ({ operations }) => operations],
  "server-cpu": [({ serverCpu }) => serverCpu, ({ operations }) => operations],
};

/**
 * The interval of other / base − 1 of a metric, both runs drawn again in blocks, each for itself. Null where a run has fewer than two
 * blocks, where the base may be 0, and for metrics of which resampling says nothing: a maximum cannot come out larger than it was.
 */
export function variationOf(metric: string, base: Blocks, other: Blocks): Interval | null {
  const ofBase = statisticOf(metric, base);
  const ofOther = statisticOf(metric, other);
  if (ofBase === null || ofOther === null) return null;
  return blockBootstrap({
    lengths: [base.items.length, other.items.length],
    blockLength: [base.length, other.length],
    statistic: (...[inBase, inOther]) => ofOther(inOther as Uint32Array) / ofBase(inBase as Uint32Array) - 1,
    seed,
    resamples,
    confidence,
  });
}

function statisticOf(metric: string, blocks: Blocks): Statistic | null {
  const [, time, percent] = /^(response|service)-p(\d+)$/.exec(metric) ?? [];
  if (percent !== undefined) {
    const resampled = new ResampledPercentile(blocks[time as "response" | "service"], Number(percent), blocks.length);
    return (indices) => resampled.of(indices);
  }
  const ratio = ratios[metric];
  if (ratio === undefined) return null;
  const [over, under] = ratio.map((of) => Float64Array.from(blocks.items, of)) as [Float64Array, Float64Array];
  return (indices) => {
    let [sumOver, sumUnder] = [0, 0];
    for (const item of indices) {
      sumOver += over[item] as number;
      sumUnder += under[item] as number;
    }
    return sumOver / sumUnder;
  };
}

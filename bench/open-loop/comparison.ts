// Sets what two runs through the same stop measured beside what arithmetic predicts of it.

import { type Predicted, percentileOf, predictClosedLoop, predictOpenLoop } from "../../lib/open-loop/index.ts";
import type { RunFile } from "../../lib/result/index.ts";
import { measured } from "../../lib/result/measured.ts";
import type { MergedLatency } from "../../lib/result/merged-latency.ts";
import type { EndedThroughStop } from "./through-stop.ts";

/** Times of the measured phase, measured and predicted. */
export interface Comparison {
  open: { run: RunFile; service: MergedLatency; response: MergedLatency; predicted: Predicted };
  closed: { run: RunFile; service: MergedLatency; predicted: Predicted };
  /** What the prediction takes from the runs: the median service time of the open one, and the throughput of the closed one while the server ran. */
  taken: { serviceSeconds: number; capacity: number };
}

/** Compares an open loop and a closed one. */
export function compare(open: EndedThroughStop, closed: EndedThroughStop): Comparison {
  const service = measured(open.run, "service");
  const { all, seconds } = closed.run.totals.measure;
  const taken = {
    serviceSeconds: (service.percentile(50) ?? Number.NaN) / 1000,
    capacity: all.operations / (seconds - closed.stall.seconds),
  };
  const load = { ...loopOf(open.run), rate: open.run.profile.segments[0]?.rate?.from ?? 0, gracefulStopSeconds: 30 };
  return {
    open: {
      run: open.run,
      service,
      response: measured(open.run, "response"),
      predicted: predictOpenLoop(load, { ...taken, stall: open.stall }),
    },
    closed: {
      run: closed.run,
      service: measured(closed.run, "service"),
      predicted: predictClosedLoop(loopOf(closed.run), { ...taken, stall: closed.stall }),
    },
    taken,
  };
}

/** The loop of a run whose load stays the same in warm-up and measured phase. */
function loopOf({ profile }: RunFile): { seconds: number; warmupSeconds: number; workers: number } {
  const secondsOf = (warmup: boolean) =>
    profile.segments
      .filter(({ phase }) => !warmup || phase === "warmup")
      .reduce((sum, segment) => sum + segment.seconds, 0);
  return {
    seconds: secondsOf(false),
    warmupSeconds: secondsOf(true),
    workers: profile.segments[0]?.workers.from ?? 0,
  };
}

/** In milliseconds: times below are the server's own, about which a stop says nothing. */
export const predictedFrom = 10;

const percentiles = [50, 90, 95, 99, 99.9, 100];

/** A row for each percentile, in milliseconds. */
export function rowsOf({ open, closed }: Comparison) {
  return percentiles.map((percent) => {
    const predicted = percentileOf(open.predicted.response, percent);
    const response = open.response.percentile(percent) ?? Number.NaN;
    return {
      percent,
      predicted,
      response,
      ratio: response / predicted,
      service: open.service.percentile(percent) ?? Number.NaN,
      closed: closed.service.percentile(percent) ?? Number.NaN,
    };
  });
}

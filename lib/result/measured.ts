/** The latencies of a run's measured phase, of all its operations together. For Node: it needs hdr-histogram-js. */

import type { RunFile } from "../schema/run.generated.ts";
import { MergedLatency } from "./merged-latency.ts";

/** Service or response times of the measured phase, merged from the histograms of its operations. */
export function measured(run: RunFile, time: "service" | "response"): MergedLatency {
  const all = new MergedLatency();
  for (const operation of run.totals.measure.operations) all.add(operation[time]);
  return all;
}

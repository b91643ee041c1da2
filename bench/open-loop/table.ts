// Prints a comparison.

import { columns } from "../../lib/summary/layout.ts";
import { count, latency, unknown } from "../../lib/summary/units.ts";
import { type Comparison, predictedFrom, rowsOf } from "./comparison.ts";

/** Half of the stop: whatever took longer has met it. */
const slowMilliseconds = 1000;

/** Lines of a table of percentiles, and of how many operations each run says were slow. */
export function tableOf(comparison: Comparison): string[] {
  const { open, closed, taken } = comparison;
  const head = ["", "response", "predicted", "ratio", "service", "closed loop"];
  const rows = rowsOf(comparison).map(({ percent, response, predicted, ratio, service, closed: inClosedLoop }) => [
    percent === 100 ? "max" : `p${percent}`,
    latency(response),
    ...(predicted < predictedFrom ? [unknown, unknown] : [latency(predicted), ratio.toFixed(3)]),
    latency(service),
    latency(inClosedLoop),
  ]);
  const counts = [open.response, open.service, closed.service].map((times) =>
    count(times.countAbove(slowMilliseconds)),
  );
  const predictedSlow = open.predicted.response.filter((time) => time > slowMilliseconds).length;
  const [responses, services, inClosedLoop] = counts;
  return [
    ...columns([head, ...rows], ["left", "right", "right", "right", "right", "right"]),
    "",
    `Above 1 s: ${responses} of ${count(open.response.count)} response times (predicted: ${count(predictedSlow)}), ${services} service times; ` +
      `in the closed loop ${inClosedLoop} of ${count(closed.service.count)}`,
    `Taken from the runs for the prediction: service time ${latency(taken.serviceSeconds * 1000)} (median), ` +
      `${count(taken.capacity)} operations/s (closed loop while the server ran)`,
    `Runs: ${open.run.id}, ${closed.run.id}`,
  ];
}

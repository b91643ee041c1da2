// Draws what an open loop and a closed one made of the same stop.

import { colours, percentilesPlot, pointsOf } from "../../build/percentiles-plot.mjs";
import { percentileOf } from "../../lib/open-loop/index.ts";
import type { MergedLatency } from "../../lib/result/merged-latency.ts";
import { type Comparison, predictedFrom } from "./comparison.ts";

/** The UTC time with which the name of a run begins. */
const instantOf = (id: string) => id.slice(0, "2026-11-21T12-00-00Z".length);

/** The picture, as an SVG. */
export function picture({ open, closed }: Comparison, stopSeconds: number): string {
  const { server } = open.run.target;
  const [openLoop, closedLoop] = [open.run.profile, closed.run.profile];
  const rate = openLoop.segments[0]?.rate?.from ?? 0;
  const curve = (times: MergedLatency) => pointsOf(times.count, (percent: number) => times.percentile(percent) ?? 0);
  const { response } = open.predicted;
  const predicted = pointsOf(response.length, (percent: number) => percentileOf(response, percent));
  const [blue, green, red] = colours;
  return percentilesPlot({
    short: "Response time and service time by percentile, through a stop of the server",
    title: `A server stands still for ${stopSeconds} s: what each way of measuring shows of it`,
    subtitle: `${server.product} ${server.version}, ${open.run.totals.measure.seconds} s measured, runs of ${instantOf(open.run.id)} and ${instantOf(closed.run.id)}`,
    axis: "share of the operations that took no longer than this",
    curves: [
      { name: `response time, ${rate} operations/s in an open loop`, colour: `${red}`, points: curve(open.response) },
      {
        name: "the same, predicted",
        colour: "#000000",
        dashed: true,
        points: predicted.filter(({ time }) => time >= predictedFrom),
      },
      { name: "service time, in the same run", colour: `${blue}`, points: curve(open.service) },
      {
        name: `${closedLoop.segments[0]?.workers.from} workers in a closed loop`,
        colour: `${green}`,
        points: curve(closed.service),
      },
    ],
    legend: "list",
  });
}

// Draws the response times of a run by percentile, as an SVG: node build/percentiles-image.mjs results/<run> > picture.svg
// The values are those of the run file's histograms. A line ends where fewer than ten operations lie beyond it.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { BuildError, main } from "./command.mjs";
import { percentilesPlot, pointsOf } from "./percentiles-plot.mjs";

const nanosecondsPerMillisecond = 1e6;

await main(async () => {
  const [path] = process.argv.slice(2);
  if (path === undefined) throw new BuildError("which run? node build/percentiles-image.mjs results/<run>");
  const file = statSync(path).isDirectory() ? join(path, "run.json") : path;
  process.stdout.write(`${picture(JSON.parse(readFileSync(file, "utf8")))}\n`);
  return 0;
});

/** @param {import("../lib/schema/run.generated.ts").RunFile} run */
function picture(run) {
  const { server } = run.target;
  return percentilesPlot({
    short: "Response time by percentile",
    title: `Response time by percentile: ${run.suite.name} on ${server.product} ${server.version}`,
    subtitle: `${run.profile.name}, ${run.totals.measure.seconds} s measured, run ${run.id}`,
    axis: "share of the operations that were answered within this time",
    curves: run.totals.measure.operations.filter(({ response }) => response.count > 0).map(curve),
    legend: "line",
  });
}

/** @param {import("../lib/schema/run.generated.ts").OperationTotals} operation */
function curve({ name, response }) {
  const histogram = decodeFromCompressedBase64(response.histogram, 64, false);
  const timeAt = (/** @type {number} */ percent) => histogram.getValueAtPercentile(percent) / nanosecondsPerMillisecond;
  return { name, points: pointsOf(response.count, timeAt) };
}

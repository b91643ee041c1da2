// Draws the response times of a run by percentile, as an SVG: node build/percentiles-image.mjs results/<run> > picture.svg
// The values are those of the run file's histograms. A line ends where fewer than ten operations lie beyond it.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { BuildError, main } from "./command.mjs";

const [width, height] = [860, 420];
const plot = { left: 70, right: 830, top: 64, bottom: 350 };
/** Colours that people with any colour vision tell apart (Okabe and Ito). */
const colours = ["#0072b2", "#009e73", "#d55e00", "#cc79a7", "#e69f00", "#56b4e9"];
const percentiles = [0, 50, 90, 99, 99.9, 99.99, 99.999];
const nanosecondsPerMillisecond = 1e6;
const operationsBeyond = 10;

await main(async () => {
  const [path] = process.argv.slice(2);
  if (path === undefined) throw new BuildError("which run? node build/percentiles-image.mjs results/<run>");
  const file = statSync(path).isDirectory() ? join(path, "run.json") : path;
  process.stdout.write(`${picture(JSON.parse(readFileSync(file, "utf8")))}\n`);
  return 0;
});

/** @param {import("../lib/schema/run.generated.ts").RunFile} run */
function picture(run) {
  const curves = run.totals.measure.operations.filter(({ response }) => response.count > 0).map(curve);
  const times = curves.flatMap(({ points }) => points.map(({ time }) => time));
  const lowest = 10 ** Math.floor(Math.log10(Math.min(...times)));
  const highest = 10 ** Math.ceil(Math.log10(Math.max(...times)));
  const nines = Math.max(...curves.flatMap(({ points }) => points.map(({ nines }) => nines)));
  const x = (/** @type {number} */ value) => round(plot.left + (value / nines) * (plot.right - plot.left));
  const y = (/** @type {number} */ time) =>
    round(plot.bottom - (Math.log(time / lowest) / Math.log(highest / lowest)) * (plot.bottom - plot.top));
  const { server } = run.target;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    "<title>Response time by percentile</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(
      plot.left,
      26,
      `Response time by percentile: ${run.suite.name} on ${server.product} ${server.version}`,
      'font-size="16"',
    ),
    text(
      plot.left,
      46,
      `${run.profile.name}, ${run.totals.measure.seconds} s measured, run ${run.id}`,
      'fill="#555555"',
    ),
  ];
  for (const percentile of percentiles.filter((one) => ninesOf(one) <= nines)) {
    const at = x(ninesOf(percentile));
    parts.push(
      line(at, plot.top, at, plot.bottom),
      text(at, plot.bottom + 20, `${percentile} %`, 'text-anchor="middle"'),
    );
  }
  for (let time = lowest; time <= highest * 1.001; time *= 10) {
    parts.push(
      line(plot.left, y(time), plot.right, y(time)),
      text(plot.left - 8, y(time) + 4, label(time), 'text-anchor="end"'),
    );
  }
  const legend = [];
  for (const [index, { name, points }] of curves.entries()) {
    const colour = colours[index % colours.length] ?? "#000000";
    const corners = points.map((point) => `${x(point.nines)},${y(point.time)}`).join(" ");
    parts.push(`<polyline fill="none" stroke="${colour}" stroke-width="2" points="${corners}"/>`);
    legend.push(`<tspan fill="${colour}" dx="14">${markup(name)}</tspan>`);
  }
  parts.push(`<text x="${plot.right}" y="46" text-anchor="end" font-weight="bold">${legend.join("")}</text>`);
  parts.push(
    text(
      (plot.left + plot.right) / 2,
      height - 22,
      "share of the operations that were answered within this time",
      'text-anchor="middle" fill="#555555"',
    ),
    "</svg>",
  );
  return parts.join("\n");
}

/** @param {import("../lib/schema/run.generated.ts").OperationTotals} operation */
function curve({ name, response }) {
  const histogram = decodeFromCompressedBase64(response.histogram, 64, false);
  const end = Math.log10(Math.max(10, response.count / operationsBeyond));
  const points = [];
  for (let nines = 0; nines <= end; nines += 0.05) {
    const percentile = 100 * (1 - 10 ** -nines);
    points.push({ nines, time: histogram.getValueAtPercentile(percentile) / nanosecondsPerMillisecond });
  }
  return { name, points };
}

/** How many nines a percentile has: 90 % one, 99 % two. */
function ninesOf(/** @type {number} */ percentile) {
  return -Math.log10(1 - percentile / 100);
}

function label(/** @type {number} */ milliseconds) {
  return milliseconds < 1
    ? `${round(milliseconds * 1000)} µs`
    : milliseconds < 1000
      ? `${round(milliseconds)} ms`
      : `${round(milliseconds / 1000)} s`;
}

function line(/** @type {number} */ x1, /** @type {number} */ y1, /** @type {number} */ x2, /** @type {number} */ y2) {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#dddddd"/>`;
}

function text(/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ content, attributes = "") {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${markup(content)}</text>`;
}

function markup(/** @type {string} */ content) {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function round(/** @type {number} */ value) {
  return Math.round(value * 10) / 10;
}

// Draws times by percentile, as an SVG on a white ground: both axes are logarithmic, the horizontal one in nines.

const [width, height] = [860, 420];
const plot = { left: 70, right: 830, top: 64, bottom: 350 };
const percentiles = [0, 50, 90, 99, 99.9, 99.99, 99.999];
const legendList = { width: 376, height: 20, line: 26 };

/** Colours that people with any colour vision tell apart (Okabe and Ito). */
export const colours = ["#0072b2", "#009e73", "#d55e00", "#cc79a7", "#e69f00", "#56b4e9"];

/** A curve ends where fewer operations lie beyond it. */
export const operationsBeyond = 10;

/**
 * A curve: `time` in milliseconds at `nines`, the number of nines of a percentile (90 % has one, 99 % two).
 * @typedef {{ name: string, colour?: string, dashed?: boolean, points: { nines: number, time: number }[] }} Curve
 */

/**
 * The points of a curve.
 * @param {number} count Number of operations.
 * @param {(percent: number) => number} timeAt Milliseconds at a percentile from 0 to below 100.
 */
export function pointsOf(count, timeAt) {
  const end = Math.log10(Math.max(10, count / operationsBeyond));
  const points = [];
  for (let nines = 0; nines <= end; nines += 0.05) points.push({ nines, time: timeAt(100 * (1 - 10 ** -nines)) });
  return points;
}

/**
 * The picture.
 * @param {{ title: string, subtitle: string, short: string, axis: string, curves: Curve[], legend: "line" | "list" }} picture `short`
 *   is the title for those who cannot see it; a legend is a line beside the subtitle, or a list in the lower right corner of the plot.
 */
export function percentilesPlot({ title, subtitle, short, axis, curves, legend }) {
  const coloured = curves.map((curve, index) => ({ colour: colours[index % colours.length] ?? "#000000", ...curve }));
  const points = curves.flatMap((curve) => curve.points);
  const lowest = 10 ** Math.floor(Math.log10(Math.min(...points.map(({ time }) => time))));
  const highest = 10 ** Math.ceil(Math.log10(Math.max(...points.map(({ time }) => time))));
  const nines = Math.max(...points.map((point) => point.nines));
  const x = (/** @type {number} */ value) => round(plot.left + (value / nines) * (plot.right - plot.left));
  const y = (/** @type {number} */ time) =>
    round(plot.bottom - (Math.log(time / lowest) / Math.log(highest / lowest)) * (plot.bottom - plot.top));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${markup(short)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(plot.left, 26, title, 'font-size="16"'),
    text(plot.left, 46, subtitle, 'fill="#555555"'),
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
  for (const { colour, dashed, points: corners } of coloured) {
    const shape = corners.map((point) => `${x(point.nines)},${y(point.time)}`).join(" ");
    parts.push(`<polyline fill="none" ${strokeOf(colour, dashed)} points="${shape}"/>`);
  }
  parts.push(...(legend === "line" ? legendInLine(coloured) : legendAsList(coloured)));
  parts.push(text((plot.left + plot.right) / 2, height - 22, axis, 'text-anchor="middle" fill="#555555"'), "</svg>");
  return parts.join("\n");
}

/** @param {{ name: string, colour: string }[]} curves */
function legendInLine(curves) {
  const names = curves.map(({ name, colour }) => `<tspan fill="${colour}" dx="14">${markup(name)}</tspan>`);
  return [`<text x="${plot.right}" y="46" text-anchor="end" font-weight="bold">${names.join("")}</text>`];
}

/** @param {{ name: string, colour: string, dashed?: boolean }[]} curves */
function legendAsList(curves) {
  return curves.flatMap(({ name, colour, dashed }, index) => {
    const left = plot.right - legendList.width;
    const middle = plot.bottom - 14 - (curves.length - 1 - index) * legendList.height;
    const right = left + legendList.line;
    return [
      `<line x1="${left}" y1="${middle}" x2="${right}" y2="${middle}" ${strokeOf(colour, dashed)}/>`,
      text(right + 8, middle + 4, name),
    ];
  });
}

/**
 * @param {string} colour
 * @param {boolean} [dashed]
 */
function strokeOf(colour, dashed) {
  return `stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ""}`;
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

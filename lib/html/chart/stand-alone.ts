/** A chart as a file of its own, for a README say: with its title, its colours in light and dark, and a ground. */

import { dark, light, variablesOf } from "../palette.ts";
import { chartStyle } from "../style.ts";
import { svgElement } from "./document.ts";
import { type LineChart, lineChart } from "./line-chart.ts";

/** Room around the chart, and above it for the title. */
const room = { side: 22, top: 52, bottom: 14 };

/** The picture as SVG. */
export function standAlone(chart: LineChart): string {
  const drawn = lineChart(chart);
  const [width = 0, height = 0] = /viewBox="0 0 (\d+) (\d+)"/.exec(drawn)?.slice(1).map(Number) ?? [];
  const box = [-room.side, -room.top, width + 2 * room.side, height + room.top + room.bottom];
  const style = `<style>svg{${variablesOf(light)}}@media (prefers-color-scheme:dark){svg{${variablesOf(dark)}}}${chartStyle.trim()}</style>`;
  const [x, y, boxWidth, boxHeight] = box;
  const ground = `<rect x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" fill="var(--ground)"/>`;
  const heading = svgElement(
    "text",
    { x: 2, y: -18, "text-anchor": "start", "font-size": 17, "font-weight": 600, fill: "var(--text)" },
    chart.title,
  );
  // After title and description, which must come first to be found.
  return drawn
    .replace(/viewBox="[^"]*"/, `viewBox="${box.join(" ")}"`)
    .replace("</desc>", `</desc>${style}${ground}${heading.outerHTML}`);
}

/**
 * Charts of lines, as SVG that stands for itself: drawn by Observable Plot without a browser, with a title and a description for those who do
 * not see it, with colours that are CSS variables (palette.ts) and dashes that tell the lines apart without them.
 *
 * Any page can use it: `lineChart({ id, title, description, x, y, lines })` with axes of axis.ts, put on the page by figure.tsx.
 */

import { lineY, plot, rectY, ruleX, ruleY, axisX as xAxisMark, axisY as yAxisMark } from "@observablehq/plot";
import { shorten } from "../../summary/layout.ts";
import { lineStyle } from "../palette.ts";
import type { Axis } from "./axis.ts";
import { type DrawnElement, drawingDocument, shortenPath, svgElement } from "./document.ts";

/** A point; null: the value is not known there, and the line has a gap. */
export type Point = readonly [x: number, y: number | null];

/** One line of a chart. */
export interface Line {
  name: string;
  points: readonly Point[];
  /** What it looks like: the number of lineStyle; by default its place among the lines. */
  style?: number;
  /** Each point has a dot as well: for few points that are measurements of their own. */
  dots?: boolean;
  /** Drawn as steps: each value holds until the next point. */
  steps?: boolean;
}

/** A part of the horizontal axis that has a name, such as a phase of a run. */
export interface Band {
  from: number;
  to: number;
  name: string;
  /** Has a ground of its own. */
  shaded: boolean;
}

/** A place on the horizontal axis that has a name, such as a change point. */
export interface Mark {
  at: number;
  name: string;
}

/** All that a chart shows. */
export interface LineChart {
  /** Of letters, digits and dashes; each chart of a page has its own. */
  id: string;
  title: string;
  /** What can be seen in it, in a sentence or two. */
  description: string;
  x: Axis;
  y: Axis;
  lines: readonly Line[];
  bands?: readonly Band[];
  marks?: readonly Mark[];
  /** Height of the plot itself, without legend and axes; 220 by default. */
  height?: number;
}

/** Width of every chart, in the units of its viewBox. */
export const chartWidth = 960;

const fontSize = 13;
/** Roughly the width of a character: text cannot be measured without a browser. */
const characterWidth = fontSize * 0.56;
const margin = { left: 72, right: 34, bottom: 46, top: 36 };
const row = 20;

/** The chart as an `<svg>` element. Its names may hold anything: they are escaped. */
export function lineChart(chart: LineChart): string {
  const { x, y, lines, bands = [], marks = [], height = 220 } = chart;
  const legend = layOut(lines);
  const named = bands.length + marks.length > 0;
  const legendHeight = legend.rows * row;
  const top = legendHeight + (named ? row : 0) + margin.top;
  const total = top + height + margin.bottom;
  const drawn = plot({
    // Plot asks for a browser's document, and uses no more of it than linkedom has.
    document: drawingDocument as unknown as Document,
    width: chartWidth,
    height: total,
    marginTop: top,
    marginLeft: margin.left,
    marginRight: margin.right,
    marginBottom: margin.bottom,
    x: { type: x.type, domain: [...x.domain] },
    y: { type: y.type, domain: [...y.domain] },
    marks: [
      rectY(
        bands.filter(({ shaded }) => shaded),
        { x1: "from", x2: "to", y1: y.domain[0], y2: y.domain[1], fill: "var(--band)", ariaHidden: "true" },
      ),
      ruleY(y.ticks, { stroke: "var(--rule)", strokeWidth: 1, ariaHidden: "true" }),
      ruleX(edges(bands, x), { stroke: "var(--rule)", strokeWidth: 1, ariaHidden: "true" }),
      yAxisMark([...y.ticks], { text: y.format, tickSize: 0, label: null, color: "var(--quiet)" }),
      xAxisMark([...x.ticks], { text: x.format, tickSize: 5, label: null, color: "var(--quiet)" }),
      ruleY([y.domain[0]], { stroke: "var(--quiet)" }),
      ruleX(marks, { x: "at", stroke: "var(--text)", strokeWidth: 1.5, strokeDasharray: "1 3" }),
      ...lines.map((line, index) => drawLine(line, index)),
    ],
  }) as unknown as DrawnElement;
  return finish(drawn, chart, legend, { top, bottom: top + height, legendHeight, total });
}

function drawLine({ points, style, dots = false, steps = false }: Line, index: number) {
  const { stroke, dashes } = lineStyle(style ?? index);
  return lineY(points as Point[], {
    x: ([x]: Point) => x,
    y: ([, y]: Point) => y ?? Number.NaN,
    stroke,
    strokeWidth: 2,
    ...(dashes === "" ? {} : { strokeDasharray: dashes }),
    ...(dots ? { marker: "dot" } : {}),
    ...(steps ? { curve: "step-after" } : {}),
    // A value between two gaps is a dot of this size.
    strokeLinecap: "round",
    strokeLinejoin: "round",
  });
}

/** Where bands end, without the ends of the axis. */
function edges(bands: readonly Band[], { domain: [from, to] }: Axis): number[] {
  return [...new Set(bands.flatMap((band) => [band.from, band.to]))].filter((edge) => edge > from && edge < to);
}

interface LegendEntry {
  name: string;
  left: number;
  row: number;
  index: number;
}

/** Places the names of the lines in rows. */
function layOut(lines: readonly Line[]): { entries: LegendEntry[]; rows: number } {
  let left = 2;
  let current = 0;
  const entries = lines.map((line, index) => {
    const name = shorten(line.name, 100);
    const width = 40 + name.length * characterWidth + 18;
    if (left > 2 && left + width > chartWidth - margin.right) {
      left = 2;
      current++;
    }
    const entry = { name, left, row: current, index };
    left += width;
    return entry;
  });
  return { entries, rows: entries.length === 0 ? 0 : current + 1 };
}

interface Places {
  top: number;
  bottom: number;
  legendHeight: number;
  total: number;
}

/** Adds legend, labels and names to what Plot drew, and takes out what is said once for the whole page. */
function finish(
  drawn: DrawnElement,
  chart: LineChart,
  legend: ReturnType<typeof layOut>,
  { top, bottom, legendHeight, total }: Places,
): string {
  for (const style of [...drawn.querySelectorAll("style")]) style.remove();
  for (const name of ["font-family", "width", "height", "fill", "font-size", "class"]) drawn.removeAttribute(name);
  for (const group of [...drawn.querySelectorAll("g[aria-label]")]) group.removeAttribute("aria-label");
  for (const path of [...drawn.querySelectorAll("path")]) shortenPath(path);
  const { id, title, description, x, y } = chart;
  drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  drawn.setAttribute("class", "chart");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("id", id);
  drawn.setAttribute("aria-labelledby", `${id}-title ${id}-description`);
  drawn.prepend(
    svgElement("title", { id: `${id}-title` }, title),
    svgElement("desc", { id: `${id}-description` }, description),
  );
  for (const entry of legend.entries) {
    const middle = entry.row * row + 14;
    const { stroke, dashes } = lineStyle(chart.lines[entry.index]?.style ?? entry.index);
    drawn.append(
      svgElement("line", {
        x1: entry.left,
        x2: entry.left + 32,
        y1: middle,
        y2: middle,
        stroke,
        "stroke-width": 2.5,
        ...(dashes === "" ? {} : { "stroke-dasharray": dashes }),
      }),
      text(entry.left + 39, middle + 4.5, entry.name, "start", "name"),
    );
  }
  const scaleX = (value: number) =>
    margin.left + ((value - x.domain[0]) / (x.domain[1] - x.domain[0])) * (chartWidth - margin.left - margin.right);
  for (const band of chart.bands ?? []) {
    const width = scaleX(Math.min(band.to, x.domain[1])) - scaleX(Math.max(band.from, x.domain[0]));
    const room = Math.floor((width - 6) / characterWidth);
    // Of a short name half is no name; it is in the tables.
    if (room < Math.min(8, band.name.length)) continue;
    const middle = scaleX(Math.max(band.from, x.domain[0])) + width / 2;
    drawn.append(text(middle, top - 7, shorten(band.name, room), "middle", "quiet"));
  }
  let written = Number.NEGATIVE_INFINITY;
  for (const mark of chart.marks ?? []) {
    const name = shorten(mark.name, 40);
    const half = (name.length * characterWidth) / 2;
    const middle = scaleX(mark.at);
    // Two names over each other are none; they are in the tables.
    if (middle - half < written + characterWidth) continue;
    written = middle + half;
    drawn.append(text(middle, top - 7, name, "middle", "name"));
  }
  drawn.append(
    text(2, legendHeight + 20, y.label, "start", "quiet"),
    text((margin.left + chartWidth - margin.right) / 2, Math.min(bottom + 40, total - 4), x.label, "middle", "quiet"),
  );
  return drawn.outerHTML;
}

function text(x: number, y: number, content: string, anchor: string, kind: string): DrawnElement {
  return svgElement(
    "text",
    { x: round(x), y: round(y), "text-anchor": anchor, fill: `var(--${kind === "quiet" ? "quiet" : "text"})` },
    content,
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

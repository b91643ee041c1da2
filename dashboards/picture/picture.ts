// A dashboard as one SVG: a drawing of the answers to its queries, in its grid, and not Grafana's rendering.

import { scale } from "@observablehq/plot";
import { type DrawnElement, svgElement } from "../../lib/html/chart/document.ts";
import { dark, light, variablesOf } from "../../lib/html/palette.ts";
import type { Grafana } from "../grafana.ts";
import { type Box, fontSize, round, text, widthOf } from "./drawing.ts";
import type { FilledDashboard, FilledPanel } from "./gather.ts";
import { heatmapPanel, shades } from "./heatmap.ts";
import type { Cells } from "./layout.ts";
import { linesPanel } from "./lines.ts";
import { numberPanel } from "./number.ts";

const width = 1000;
const side = 12;
const header = 68;
const captionLine = 17;
/** A column and a row of the grid, with the gap after it. Grafana's rows are 38 pixels. */
const column = (width - 2 * side) / 24;
const row = 26;
const gap = 6;
const padding = 10;
const titleHeight = 24;

/**
 * The picture.
 * @param caption Lines below it.
 * @throws for a panel of a type that no picture had yet.
 */
export function picture(grafana: Grafana, dashboard: FilledDashboard, caption: readonly string[]): string {
  const rows = Math.max(...dashboard.parts.map(({ cells }) => cells.y + cells.h));
  const bottom = header + rows * row;
  const height = Math.round(bottom + caption.length * captionLine + 12);
  const svg = svgElement("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "font-family": 'system-ui,-apple-system,"Segoe UI",sans-serif',
    "font-size": fontSize,
  });
  svg.append(
    svgElement("title", {}, dashboard.title),
    svgElement("desc", {}, caption.join(" ")),
    svgElement("style", {}, style()),
    svgElement("rect", { width, height, fill: "var(--raised)" }),
    text(side, 28, dashboard.title, { size: 18, weight: 600 }),
    ...choices(dashboard),
  );
  for (const part of dashboard.parts) {
    const box = boxOf(part.cells);
    svg.append(...(part.kind === "row" ? heading(part.title, part.hidden, box) : framed(grafana, part, box)));
  }
  svg.append(
    ...caption.map((line, index) => text(side, bottom + (index + 1) * captionLine, line, { quiet: true, size: 12 })),
  );
  return `${svg.outerHTML}\n`;
}

function style(): string {
  return `svg{${variablesOf(light)}${shadesOf(false)}}@media (prefers-color-scheme:dark){svg{${variablesOf(dark)}${shadesOf(true)}}}text{font-variant-numeric:tabular-nums;white-space:pre}`;
}

/** Grafana's scheme Oranges, which on a dark ground begins with dark. */
function shadesOf(onDark: boolean): string {
  const colour = scale({ color: { type: "linear", scheme: "oranges", domain: [0, 1], reverse: onDark } }) as {
    apply(value: number): string;
  };
  return Array.from({ length: shades }, (_, shade) => `--shade-${shade}:${colour.apply((shade + 1) / shades)};`).join(
    "",
  );
}

function boxOf({ x, y, w, h }: Cells): Box {
  return { left: side + x * column, top: header + y * row, width: w * column - gap, height: h * row - gap };
}

/** What is chosen, as the bar above a dashboard shows it. */
function choices({ choices }: FilledDashboard): DrawnElement[] {
  let left = side;
  return choices.flatMap(({ label, text: value }) => {
    const [labelWidth, valueWidth] = [widthOf(label) + 12, widthOf(value) + 14];
    const at = left;
    left += labelWidth + valueWidth + 10;
    return [
      svgElement("rect", {
        x: round(at),
        y: 38,
        width: round(labelWidth + valueWidth),
        height: 20,
        rx: 3,
        fill: "var(--ground)",
        stroke: "var(--rule)",
      }),
      text(at + 7, 52, label, { quiet: true }),
      text(at + labelWidth + 4, 52, value),
    ];
  });
}

function heading(title: string, hidden: number, { left, top, height }: Box): DrawnElement[] {
  const line = text(left + 2, top + height - 7, `${hidden > 0 ? "›" : "⌄"} ${title}`, { size: 13, weight: 600 });
  if (hidden > 0)
    line.append(
      svgElement("tspan", { fill: "var(--quiet)", "font-weight": 400, "font-size": 12, dx: 10 }, `(${hidden} panels)`),
    );
  return [line];
}

function framed(grafana: Grafana, part: FilledPanel, box: Box): DrawnElement[] {
  const { left, top, width, height } = box;
  const inner = {
    left: left + padding,
    top: top + titleHeight,
    width: width - 2 * padding,
    height: height - titleHeight - 8,
  };
  return [
    svgElement("rect", {
      x: round(left),
      y: round(top),
      width: round(width),
      height: round(height),
      rx: 3,
      fill: "var(--ground)",
      stroke: "var(--rule)",
    }),
    text(left + padding, top + 17, part.title, { size: 12.5, weight: 600 }),
    ...content(grafana, part, inner),
  ];
}

function content(grafana: Grafana, part: FilledPanel, box: Box): DrawnElement[] {
  switch (part.panel.type) {
    case "stat":
      return numberPanel(grafana, part, box);
    case "timeseries":
    case "trend":
      return linesPanel(grafana, part, box);
    case "heatmap":
      return heatmapPanel(grafana, part, box);
    default:
      throw new Error(`a panel of the type ${part.panel.type} cannot be drawn yet: ${part.title}`);
  }
}

// A heat map: a row for each bucket, a column for each interval.

import { axisX, axisY, type Markish } from "@observablehq/plot";
import { type DrawnElement, svgElement } from "../../lib/html/chart/document.ts";
import type { Frame, Grafana } from "../grafana.ts";
import { roomFor, timeAxis, trimmed } from "./axes.ts";
import { type Box, fontSize, formatOf, lineHeight, plotIn, text, widthOf } from "./drawing.ts";
import type { FilledPanel } from "./gather.ts";
import { nothing } from "./lines.ts";

/** Shades in the picture: more cannot be told apart. Grafana has 64. */
export const shades = 12;

/** Draws a panel of the type `heatmap` whose series are buckets named by their upper bounds. */
export function heatmapPanel(grafana: Grafana, { panel, frames, chosen }: FilledPanel, box: Box): DrawnElement[] {
  // As Grafana sorts series whose names are numbers.
  const buckets = [...frames].sort((a, b) => boundOf(a) - boundOf(b));
  const highest = Math.max(0, ...buckets.flatMap((bucket) => countsOf(bucket).map(([, count]) => count)));
  if (highest === 0) return [nothing(box, panel.fieldConfig?.defaults.noValue)];
  const format = trimmed(formatOf(grafana, panel.options?.yAxis?.unit));
  const names = buckets.map(({ name = "" }) => (Number.isNaN(Number(name)) ? name : format(Number(name))));
  const under = lineHeight + 6;
  const margin = { left: roomFor(names), right: 16, top: 8, bottom: 22 };
  const plotBox = { ...box, height: box.height - under };
  const x = timeAxis(chosen.from, chosen.to, box.width - margin.left);
  const rows = buckets.map((_, index) => index);
  const step = Math.ceil((buckets.length * (fontSize + 2)) / (plotBox.height - margin.top - margin.bottom));
  const exponent: number = panel.options?.color?.exponent ?? 1;
  const shadeOf = (count: number) => Math.min(shades - 1, Math.floor((count / highest) ** exponent * shades));
  const marks: Markish[] = [
    axisY(
      rows.filter((row) => row % step === 0),
      { text: (row: number) => names[row], tickSize: 0, label: null, color: "var(--quiet)" },
    ),
    axisX([...x.ticks], { text: x.format, tickSize: 4, label: null, color: "var(--quiet)" }),
    cells(buckets, chosen.intervalSeconds * 1000, shadeOf),
  ];
  const drawn = plotIn(
    plotBox,
    margin,
    {
      x: { type: "linear", domain: [...x.domain] },
      y: { type: "band", domain: rows, reverse: true, padding: 0, round: false },
    },
    marks,
  );
  return [drawn, ...shadesKey({ ...box, top: box.top + plotBox.height, height: under }, highest)];
}

function boundOf({ name = "" }: Frame): number {
  return name === "+Inf" ? Number.POSITIVE_INFINITY : Number(name);
}

function countsOf({ fields: [times, counts] }: Frame): [time: number, count: number][] {
  return (counts?.values ?? []).map((count, index) => [Number(times?.values[index]), Number(count)]);
}

/** A path for each shade: a rectangle for each of a thousand cells would be most of the picture's bytes. */
function cells(buckets: Frame[], interval: number, shadeOf: (count: number) => number): Markish {
  return ((
    _index: unknown,
    scales: { x(time: number): number; y(row: number): number; scales: { y: { bandwidth: number } } },
  ) => {
    const shapes: string[] = Array(shades).fill("");
    const round = (value: number) => Math.round(value * 10) / 10;
    for (const [row, bucket] of buckets.entries()) {
      const top = round(scales.y(row));
      const height = round(scales.y(row) + scales.scales.y.bandwidth) - top;
      for (const [time, count] of countsOf(bucket)) {
        if (count <= 0) continue;
        const left = round(scales.x(time));
        const width = round(round(scales.x(time + interval)) - left);
        shapes[shadeOf(count)] += `M${left} ${top}h${width}v${round(height)}h${-width}z`;
      }
    }
    const group = svgElement("g", {});
    for (const [shade, shape] of shapes.entries())
      if (shape !== "") group.append(svgElement("path", { d: shape, fill: `var(--shade-${shade})` }));
    return group;
  }) as unknown as Markish;
}

/** What the shades stand for. */
function shadesKey({ left, top, width }: Box, highest: number): DrawnElement[] {
  const [low, high] = ["1", String(highest)];
  const size = 9;
  const first = left + width - widthOf(high) - 6 - shades * size;
  return [
    text(left, top + fontSize, "operations in a second", { quiet: true }),
    text(first - 6, top + fontSize, low, { anchor: "end" }),
    ...Array.from({ length: shades }, (_, shade) =>
      svgElement("rect", {
        x: first + shade * size,
        y: top + 2,
        width: size,
        height: 10,
        fill: `var(--shade-${shade})`,
      }),
    ),
    text(left + width, top + fontSize, high, { anchor: "end" }),
  ];
}

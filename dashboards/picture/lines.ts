// Panels of lines: over the time of day (time series), and over the seconds since the start of runs (trend).

import { lineY, type Markish } from "@observablehq/plot";
import type { Axis } from "../../lib/html/chart/axis.ts";
import type { DrawnElement } from "../../lib/html/chart/document.ts";
import { lineStyle } from "../../lib/html/palette.ts";
import type { Field, Frame, Grafana } from "../grafana.ts";
import { axisMarks, roomFor, sinceAxis, timeAxis, valueAxis } from "./axes.ts";
import { type Box, fontSize, formatOf, plotIn, text } from "./drawing.ts";
import type { FilledPanel } from "./gather.ts";
import { legend, legendHeight, type Series } from "./legend.ts";

type Point = [x: number, y: number];

interface Line extends Series {
  points: Point[];
}

/** Draws a panel of the types `timeseries` and `trend`. */
export function linesPanel(grafana: Grafana, { panel, frames, chosen }: FilledPanel, box: Box): DrawnElement[] {
  const { unit, decimals, noValue, custom } = panel.fieldConfig?.defaults ?? {};
  const format = formatOf(grafana, unit, decimals);
  const isTrend = panel.type === "trend";
  const spanNulls: boolean | number = custom?.spanNulls ?? false;
  const lines = frames.flatMap((frame) => linesOf(grafana, frame, frames, isTrend ? panel.options?.xField : undefined));
  const values = lines.flatMap(({ points }) => points.map(([, y]) => y));
  if (values.length === 0) return [nothing(box, noValue)];

  const under = legendHeight(lines);
  const plotBox = { ...box, height: box.height - under };
  const y = valueAxis(values, format, {
    logarithmic: custom?.scaleDistribution?.type === "log",
    binary: unit === "bytes",
  });
  const margin = { left: roomFor(y.ticks.map(y.format)), right: 16, top: 8, bottom: 22 };
  const x = isTrend
    ? sinceAxis(highest(lines), box.width - margin.left, formatOf(grafana, xUnit(panel)))
    : timeAxis(chosen.from, chosen.to, box.width - margin.left);
  const marks = [...axisMarks(x, y), ...lines.map((line, index) => mark(line, index, y, spanNulls))];
  return [
    plotIn(plotBox, margin, { x: scale(x), y: scale(y) }, marks),
    ...legend(
      grafana,
      { ...box, top: box.top + plotBox.height, height: under },
      lines,
      panel.options?.legend?.calcs ?? [],
      format,
    ),
  ];
}

/** What a panel says that has no data. */
export function nothing({ left, top, width, height }: Box, noValue?: string): DrawnElement {
  return text(left + width / 2, top + height / 2, noValue ?? "No data", {
    anchor: "middle",
    quiet: true,
    size: fontSize + 2,
  });
}

function linesOf(grafana: Grafana, frame: Frame, frames: Frame[], xField: string | undefined): Line[] {
  const nameOf = (field: Field) => grafana.getFieldDisplayName(field, frame, frames);
  const x = frame.fields.find((field) => (xField === undefined ? field.type === "time" : nameOf(field) === xField));
  if (x === undefined) return [];
  return frame.fields
    .filter((field) => field !== x && field.type === "number")
    .map((field) => ({
      name: nameOf(field),
      field,
      points: field.values.flatMap((value, index): Point[] =>
        typeof value === "number" ? [[Number(x.values[index]), value]] : [],
      ),
    }));
}

function mark({ points }: Line, index: number, y: Axis, spanNulls: boolean | number): Markish {
  const { stroke, dashes } = lineStyle(index);
  // A logarithmic axis has no 0.
  const shown = points.map(([at, value]): Point => [at, y.type === "log" ? Math.max(value, y.domain[0]) : value]);
  return lineY(withGaps(shown, spanNulls), {
    x: ([at]: Point) => at,
    y: ([, value]: Point) => value,
    stroke,
    strokeWidth: 1.5,
    ...(dashes === "" ? {} : { strokeDasharray: dashes }),
    strokeLinejoin: "round",
  });
}

/** With `spanNulls` as a number, a line is broken where its values are further apart than so many milliseconds. */
function withGaps(points: Point[], spanNulls: boolean | number): Point[] {
  if (typeof spanNulls === "boolean") return points;
  return points.flatMap((point, index): Point[] => {
    const before = points[index - 1];
    return before !== undefined && point[0] - before[0] > spanNulls ? [[point[0] - 1, Number.NaN], point] : [point];
  });
}

function scale({ type, domain }: Axis) {
  return { type, domain: [...domain] };
}

function highest(lines: Line[]): number {
  return lines.flatMap(({ points }) => points).reduce((most, [x]) => Math.max(most, x), 0);
}

function xUnit({ fieldConfig, options }: FilledPanel["panel"]): string {
  const override = fieldConfig?.overrides.find(({ matcher }) => matcher.options === options?.xField);
  return String(override?.properties.find(({ id }) => id === "unit")?.value ?? "short");
}

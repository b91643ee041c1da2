// A panel's legend as a table: a line's name, and the values that the panel says.

import { type DrawnElement, svgElement } from "../../lib/html/chart/document.ts";
import { lineStyle } from "../../lib/html/palette.ts";
import { shorten } from "../../lib/summary/layout.ts";
import type { Field, Grafana } from "../grafana.ts";
import { type Box, fontSize, lineHeight, text, widthOf } from "./drawing.ts";

/** A line of a panel. */
export interface Series {
  name: string;
  field: Field;
}

/** Height of a legend. */
export function legendHeight(series: readonly Series[]): number {
  return (series.length + 1) * lineHeight + 4;
}

/** @param calculations Grafana's names of what a line's values are reduced to. */
export function legend(
  grafana: Grafana,
  { left, top, width }: Box,
  series: readonly Series[],
  calculations: readonly string[],
  format: (value: number) => string,
): DrawnElement[] {
  const columns = calculations.map((calculation) => ({
    heading: grafana.fieldReducers.get(calculation).name,
    texts: series.map(({ field }) => {
      const value = grafana.reduceField({ field, reducers: [calculation] })[calculation];
      return typeof value === "number" ? format(value) : "";
    }),
  }));
  const drawn: DrawnElement[] = [];
  let right = left + width;
  for (const { heading, texts } of columns.toReversed()) {
    drawn.push(text(right, top + fontSize, heading, { anchor: "end", quiet: true }));
    for (const [index, value] of texts.entries())
      drawn.push(text(right, top + fontSize + (index + 1) * lineHeight, value, { anchor: "end" }));
    right -= Math.max(...[heading, ...texts].map((one) => widthOf(one))) + 14;
  }
  for (const [index, { name }] of series.entries()) {
    const bottom = top + fontSize + (index + 1) * lineHeight;
    const { stroke, dashes } = lineStyle(index);
    drawn.push(
      svgElement("line", {
        x1: left,
        x2: left + 18,
        y1: bottom - 4,
        y2: bottom - 4,
        stroke,
        "stroke-width": 2,
        ...(dashes === "" ? {} : { "stroke-dasharray": dashes }),
      }),
      text(left + 24, bottom, shorten(name, Math.floor((right - left - 24) / widthOf("m")))),
    );
  }
  return drawn;
}

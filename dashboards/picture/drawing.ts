// What all parts of a picture share: sizes in the units of its viewBox, texts, and Plot's drawings within it.

import { type Markish, type PlotOptions, plot } from "@observablehq/plot";
import { type DrawnElement, drawingDocument, shortenPath, svgElement } from "../../lib/html/chart/document.ts";
import type { Grafana } from "../grafana.ts";

/** A rectangle. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const fontSize = 11;
/** Height of a line of text in legends. */
export const lineHeight = 15;

/** Roughly the width of a text: it cannot be measured without a browser. */
export function widthOf(text: string, size = fontSize): number {
  return text.length * size * 0.6;
}

/** How a text is set. */
export interface TextStyle {
  anchor?: "start" | "middle" | "end";
  size?: number;
  weight?: number;
  quiet?: boolean;
}

export function text(
  x: number,
  y: number,
  content: string,
  { anchor = "start", size, weight, quiet = false }: TextStyle = {},
): DrawnElement {
  return svgElement(
    "text",
    {
      x: round(x),
      y: round(y),
      fill: quiet ? "var(--quiet)" : "var(--text)",
      ...(anchor === "start" ? {} : { "text-anchor": anchor }),
      ...(size === undefined ? {} : { "font-size": size }),
      ...(weight === undefined ? {} : { "font-weight": weight }),
    },
    content,
  );
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Values as Grafana writes them in a unit. */
export function formatOf(grafana: Grafana, unit = "short", decimals?: number): (value: number) => string {
  const format = grafana.getValueFormat(unit);
  return (value) => grafana.formattedValueToString(format(value, decimals));
}

const places = ["x1", "x2", "y1", "y2", "transform"];

function shortenPlaces(element: DrawnElement): void {
  for (const name of places) {
    const place = element.getAttribute(name);
    if (place) element.setAttribute(name, place.replace(/(\.\d)\d+/g, "$1"));
  }
}

/** Marks of Plot in a box. */
export function plotIn(
  { left, top, width, height }: Box,
  margin: { left: number; right: number; top: number; bottom: number },
  options: Omit<PlotOptions, "marks">,
  marks: Markish[],
): DrawnElement {
  const drawn = plot({
    ...options,
    // Plot asks for a browser's document, and uses no more of it than linkedom has.
    document: drawingDocument as unknown as Document,
    width,
    height,
    marginLeft: margin.left,
    marginRight: margin.right,
    marginTop: margin.top,
    marginBottom: margin.bottom,
    marks,
  }) as unknown as DrawnElement;
  for (const style of [...drawn.querySelectorAll("style")]) style.remove();
  for (const group of [...drawn.querySelectorAll("g[aria-label]")]) group.removeAttribute("aria-label");
  for (const path of [...drawn.querySelectorAll("path")]) shortenPath(path);
  for (const element of [...drawn.querySelectorAll("line, text, path")]) shortenPlaces(element);
  // A drawing within a drawing would be a picture of its own to those who read it aloud.
  const group = svgElement("g", { transform: `translate(${round(left)},${round(top)})`, "text-anchor": "middle" });
  for (let child = drawn.firstChild; child !== null; child = drawn.firstChild) group.append(child);
  return group;
}

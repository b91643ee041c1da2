/** The document in which Observable Plot draws: there is no browser where pages are made. */

import { parseHTML } from "linkedom";

/** What the charts use of a document's elements. linkedom's own types are those of a browser, which this code is not written against. */
export interface DrawnElement {
  readonly outerHTML: string;
  readonly firstChild: DrawnElement | null;
  textContent: string | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  append(...children: DrawnElement[]): void;
  prepend(...children: DrawnElement[]): void;
  remove(): void;
  querySelectorAll(selector: string): Iterable<DrawnElement>;
}

interface DrawingDocument {
  createElementNS(namespace: string, name: string): DrawnElement;
}

const namespace = "http://www.w3.org/2000/svg";

/** One for all charts: nothing is ever added to it. */
export const drawingDocument = parseHTML("<!doctype html><html><body></body></html>")
  .document as unknown as DrawingDocument;

/** An element of SVG. */
export function svgElement(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text?: string,
): DrawnElement {
  const element = drawingDocument.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A tenth of a unit is finer than any screen: the rest of the digits would be most of a page. */
export function shortenPath(path: DrawnElement): void {
  const shape = path.getAttribute("d");
  if (shape) path.setAttribute("d", shape.replace(/(\.\d)\d+/g, "$1"));
}

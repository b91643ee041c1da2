/** Lays out text in columns and lines for a terminal. */

import type { Palette } from "./palette.ts";

/** The summary's width in characters. */
export const width = 100;

/** How a column is aligned. */
export type Alignment = "left" | "right";

/**
 * Rows of cells in columns two spaces apart, each as wide as its widest cell.
 * @param alignments one for each column; what is missing is "right".
 */
export function columns(rows: readonly (readonly string[])[], alignments: readonly Alignment[]): string[] {
  const widths: number[] = [];
  const shown = rows.map((row) => row.map(oneLine));
  for (const row of shown) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return shown.map((row) =>
    row
      .map((cell, index) =>
        alignments[index] === "left" ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** A space at which a line may end: not one between a number and its unit, as in `95 %` and `3.90 MiB`, nor beside `=` and `<`. */
const breakable = / (?![=<>] )(?<![=<>] )(?!(?<=\d )(?:%|µs|ms|s|min|h|times|metrics|pairs|[KMGTP]?i?B)(?![\w-]))/;

/**
 * Breaks a text at spaces into lines; those after the first are indented by as much as the first one's prefix is long. A number
 * stays with its unit.
 */
export function wrap(text: string, prefix: string): string[] {
  const indentation = " ".repeat(prefix.length);
  const lines: string[] = [];
  let line = prefix;
  let empty = true;
  for (const word of oneLine(text).split(breakable)) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indentation;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}

/** Without what would break a line, or tell a terminal to do something: names and messages come from files and servers. */
function oneLine(text: string): string {
  return text.replace(/[\t\n\r]+/g, " ").replace(controls, "�");
}

/** All but these: the control characters of C0 and C1, and those that turn the direction of writing. */
const controls = /[^ -~\u00a0-\u2029\u202f-\u2065\u206a-\uffff]/g;

/** A table's heading, and its body. */
export function titled(rows: readonly string[], palette: Palette): string[] {
  const [heading = "", ...body] = rows;
  return [palette.strong(heading), ...body];
}

/** A label and a text beside it, such as `Harness      0.25 cores …`; `whole`: the text is not broken into lines. */
export function labelled(label: string, text: string, palette: Palette, whole = false): string[] {
  const prefix = label.padEnd(13);
  const [first = "", ...rest] = whole ? [prefix + text] : wrap(text, prefix);
  return [palette.strong(prefix) + first.slice(prefix.length), ...rest];
}

/** A text cut to a length, with an ellipsis for the rest. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

// Aligned columns of text.

import { width, wrap } from "../../lib/summary/layout.ts";

/** What a cell can hold. */
export type Cell = string | number | string[];

/** Columns that are this narrow are not wrapped: what does not fit goes on beyond the edge. */
const narrowest = 20;

/** Rows below their column names, each row indented. The last column may be long: it goes on in lines of its own. */
export function table(rows: Record<string, Cell>[], indent = ""): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => text(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .flatMap((row) => {
      const last = row.length - 1;
      const before =
        indent +
        row
          .slice(0, last)
          .map((cell, column) => `${cell.padEnd(widths[column] ?? 0)}  `)
          .join("");
      return width - before.length < narrowest ? [before + row[last]] : wrap(row[last] ?? "", before);
    })
    .map((line) => line.trimEnd())
    .join("\n");
}

function text(cell: Cell | undefined): string {
  return Array.isArray(cell) ? cell.join(", ") : String(cell ?? "");
}

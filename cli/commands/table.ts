// Aligned columns of text.

/** What a cell can hold. */
export type Cell = string | number | string[];

/** Rows below their column names, each row indented; the last column may be long. */
export function table(rows: Record<string, Cell>[], indent = ""): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => text(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map(
      (row) =>
        indent +
        row.map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0))).join("  "),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

function text(cell: Cell | undefined): string {
  return Array.isArray(cell) ? cell.join(", ") : String(cell ?? "");
}

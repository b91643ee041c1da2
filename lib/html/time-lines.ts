/** Lines over time in words and as tables. */

import { instantText } from "./chart/axis.ts";
import type { Line, Point } from "./chart/line-chart.ts";
import type { TableContent } from "./table.tsx";

/** Values that are known. */
export function known(points: readonly Point[]): number[] {
  return points.flatMap(([, value]) => (value === null ? [] : [value]));
}

/** What can be heard of a line: from what to what it goes. */
export function rangeOf(what: string, values: readonly number[], show: (value: number) => string): string {
  if (values.length === 0) return `${what}: not known.`;
  const [lowest, highest] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return `${what}: from ${show(lowest)} to ${show(highest)}.`;
}

/** Lines side by side, with a row for each place in which one of them has a point. */
export function linesTable(
  caption: string,
  lines: readonly Line[],
  show: (value: number | null) => string,
  place: (x: number) => string = instantText,
): TableContent {
  const places = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const values = lines.map(({ points }) => new Map(points));
  return {
    caption,
    hideCaption: true,
    columns: [{ heading: "middle" }, ...lines.map(({ name }) => ({ heading: name }))],
    rows: places.map((x) => [place(x), ...values.map((line) => show(line.get(x) ?? null))]),
  };
}

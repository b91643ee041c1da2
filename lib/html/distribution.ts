/** Latency by percentile: how long the slowest of a hundred, a thousand, ten thousand operations took. */

import { decodeSparseHistogram, percentileOf } from "../result/sparse-histogram.ts";
import type { Latency } from "../schema/run.generated.ts";
import { latency } from "../summary/units.ts";
import { latencyAxis, namedPercentiles, ninesAxis, ninesOf, percentOf, percentText } from "./chart/axis.ts";
import type { LineChart, Point } from "./chart/line-chart.ts";
import type { TableContent } from "./table.tsx";

/** A curve ends where fewer operations than this lie beyond it: what is beyond them is chance. */
export const operationsBeyond = 10;

/** The times of one curve. */
export interface Distribution {
  name: string;
  latency: Latency;
  /** The number of its lineStyle; by default its place. */
  style?: number;
}

/** A chart of distributions, and its values. Those without operations are left out; null: none has any. */
export function distributionChart(
  chart: Pick<LineChart, "id" | "title" | "description"> & { height?: number; axis?: string },
  distributions: readonly Distribution[],
): { chart: LineChart; values: TableContent } | null {
  const curves = distributions.flatMap(({ name, latency, style }, index) =>
    latency.count === 0 ? [] : [{ name, style: style ?? index, ...curveOf(latency) }],
  );
  if (curves.length === 0) return null;
  const nines = Math.max(...curves.map(({ end }) => end));
  const values = curves.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value])));
  const named = namedPercentiles.filter((percent) => ninesOf(percent) <= nines + 1e-9);
  const { axis, ...rest } = chart;
  return {
    chart: {
      ...rest,
      x: ninesAxis(nines, axis ?? "share of the operations that took no longer"),
      y: latencyAxis(values, "time", "log"),
      lines: curves.map(({ name, points, style }) => ({ name, points, style })),
    },
    values: {
      caption: chart.title,
      hideCaption: true,
      columns: [{ heading: "percentile" }, ...curves.map(({ name }) => ({ heading: name }))],
      rows: named.map((percent) => [
        `${percentText(percent)} %`,
        ...curves.map(({ at, end }) => latency(ninesOf(percent) <= end + 1e-9 ? at(percent) : null)),
      ]),
      note: `A curve ends where fewer than ${operationsBeyond} operations lie beyond it.`,
    },
  };
}

/** The curve of one histogram: its points, the number of nines at which it ends, and the value of any percentile. */
function curveOf({ count, histogram }: Latency) {
  const decoded = [decodeSparseHistogram(histogram)];
  const at = (percent: number) => percentileOf(decoded, percent);
  const end = Math.log10(Math.max(2, count / operationsBeyond));
  const points: Point[] = [];
  for (let step = 0; step < Math.ceil(end * 20); step++) points.push([step / 20, at(percentOf(step / 20))]);
  points.push([end, at(percentOf(end))]);
  return { at, end, points };
}

/** Charts of all runs overlaid: latency by percentile, throughput and a high percentile over the time since the measured phase began. */

import { allOperations, totalsOf } from "../../comparison/metrics.ts";
import type { PhaseSeries, RunSeries } from "../../result/series.ts";
import type { Comparison } from "../../schema/comparison.generated.ts";
import { duration, latency, rate } from "../../summary/units.ts";
import { latencyAxis, linearAxis, secondsAxis } from "../chart/axis.ts";
import type { Line, LineChart, Point } from "../chart/line-chart.ts";
import { distributionChart } from "../distribution.ts";
import { Figure } from "../figure.tsx";
import { percentileLine, type Selection, throughputPoints } from "../over-time.ts";
import type { TableContent } from "../table.tsx";
import { known, linesTable, rangeOf } from "../time-lines.ts";
import { type DrawnRun, namesOf } from "./runs.tsx";

/** What is drawn. */
export interface Drawn {
  comparison: Comparison;
  runs: readonly DrawnRun[];
  /** Name of an operation, or `all`. */
  operation: string;
  /** For the charts' ids. */
  slug: string;
}

/** Response time by percentile of all runs; null: no run has any. */
export function percentilesOf({ comparison, runs, operation, slug }: Drawn) {
  const names = namesOf(comparison);
  const distributions = runs.flatMap(({ run }, style) => {
    const totals = totalsOf(run, operation);
    return totals === undefined ? [] : [{ name: names[style] ?? "", latency: totals.response, style }];
  });
  return distributionChart(
    {
      id: `percentiles-${slug}`,
      title: `Response time of ${spoken(operation)} by percentile`,
      description: distributions
        .map(
          ({ name, latency: { p50, p95, max } }) =>
            `${name}: p50 ${latency(p50)}, p95 ${latency(p95)}, longest ${latency(max)}.`,
        )
        .join(" "),
      height: slug === "all" ? 300 : 220,
    },
    distributions,
  );
}

/** Response time by percentile. */
export function PercentileFigure(drawn: Drawn) {
  const made = percentilesOf(drawn);
  return made === null ? null : <Figure {...made} />;
}

/** Throughput over time. */
export function ThroughputFigure(drawn: Drawn) {
  const measured = measuredOf(drawn);
  const lines = measured.map(
    ({ phase, selection, name, style }): Line => ({
      name,
      style,
      points: fromItsStart(throughputPoints([phase], selection), phase),
    }),
  );
  const figure = overTime(
    `throughput-${drawn.slug}`,
    `Throughput of ${spoken(drawn.operation)} over time`,
    lines,
    rate,
    (values) => linearAxis(values, "succeeded operations per second", rate),
  );
  return figure === null ? null : <Figure {...figure} />;
}

/** The highest percentile over time that all runs have. */
export function LatencyFigure(drawn: Drawn) {
  const measured = measuredOf(drawn);
  for (const percentile of ["p99", "p95", "p50"] as const) {
    const found = measured.map((one) => ({
      ...one,
      line: percentileLine(one.series, [one.phase], one.selection, percentile),
    }));
    if (found.some(({ line }) => line === null)) continue;
    const lines = found.map(
      ({ line, phase, name, style }): Line => ({
        name,
        style,
        points: fromItsStart(line?.points ?? [], phase),
      }),
    );
    const title = `${percentile} response time of ${spoken(drawn.operation)} over time`;
    const figure = overTime(`latency-${drawn.slug}`, title, lines, latency, (values) =>
      latencyAxis(values, `${percentile} response time`),
    );
    if (figure === null) return null;
    const lengths = [...new Set(found.map(({ line }) => line?.seconds ?? 1))].sort((a, b) => a - b);
    return (
      <Figure {...figure}>
        {lengths.length === 1 && lengths[0] === 1
          ? "Each point is a second."
          : `Each point is ${lengths.map(duration).join(" or ")}: so long that at least ten operations lie beyond the percentile.`}
      </Figure>
    );
  }
  return null;
}

/** What can be drawn over time of a run. */
interface Measured {
  series: RunSeries;
  phase: PhaseSeries;
  selection: Selection;
  name: string;
  style: number;
}

function measuredOf({ comparison, runs, operation }: Drawn): Measured[] {
  const names = namesOf(comparison);
  return runs.flatMap(({ series }, style) => {
    const phase = series?.phases.find(({ name }) => name === "measure");
    const selection = operation === allOperations ? "all" : (series?.operations.indexOf(operation) ?? -1);
    if (!series || phase === undefined || selection === -1) return [];
    return [{ series, phase, selection, name: names[style] ?? "", style }];
  });
}

function fromItsStart(points: readonly Point[], { startSecond }: PhaseSeries): Point[] {
  return points.map(([x, y]): Point => [x - startSecond, y]);
}

function overTime(
  id: string,
  title: string,
  all: readonly Line[],
  show: (value: number | null) => string,
  axis: (values: number[]) => LineChart["y"],
): { chart: LineChart; values: TableContent } | null {
  // A run that was over before its first whole second has nothing to draw.
  const lines = all.filter(({ points }) => known(points).length > 0);
  const values = lines.flatMap(({ points }) => known(points));
  if (values.length === 0) return null;
  const end = Math.max(...lines.map(({ points }) => points.at(-1)?.[0] ?? 0));
  return {
    chart: {
      id,
      title,
      description: lines.map(({ name, points }) => rangeOf(name, known(points), show)).join(" "),
      x: secondsAxis(0, Math.ceil(end), "time since the start of the measured phase"),
      y: axis(values),
      lines,
    },
    values: linesTable(title, lines, show),
  };
}

function spoken(operation: string): string {
  return operation === allOperations ? "all operations" : operation;
}

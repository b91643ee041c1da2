/** Charts of a run over time: throughput, latency, errors, with its phases and steps. */

import type { RunSeries } from "../../result/series.ts";
import type { RunFile } from "../../schema/run.generated.ts";
import { count, duration, latency, rate } from "../../summary/units.ts";
import { type Axis, instantText, latencyAxis, linearAxis, secondsAxis } from "../chart/axis.ts";
import type { Band, Line, LineChart, Point } from "../chart/line-chart.ts";
import { Figure } from "../figure.tsx";
import { percentileLine, pointsOf, type Selection, throughputPoints, totalsOf } from "../over-time.ts";
import type { TableContent } from "../table.tsx";
import { known, linesTable, rangeOf } from "../time-lines.ts";
import { bandsOf, offeredPoints, phaseName } from "./schedule.ts";

/** A run and its series. */
export interface RunOverTime {
  run: RunFile;
  series: RunSeries;
}

/** Throughput, with the rate that was asked for. */
export function ThroughputChart({ run, series, of, slug }: RunOverTime & { of: Selection; slug: string }) {
  const points = throughputPoints(series.phases, of);
  // Which operation is due is drawn by lot: only all of them together have a rate that was asked for.
  const offered = of === "all" ? offeredPoints(run, endOf(series)) : [];
  const lines: Line[] = [
    { name: "reached", points, style: 0 },
    ...(offered.length === 0 ? [] : [{ name: "offered by the profile", points: offered, style: 4 }]),
  ];
  const title = titled("Throughput", run, series, of);
  const values = lines.flatMap((line) => known(line.points));
  return (
    <Figure
      chart={{
        ...frameOf(run, series),
        id: `throughput-${slug}`,
        title,
        description: rangeOf("Succeeded operations per second", known(points), rate),
        y: linearAxis(values, "succeeded operations per second", rate),
        lines,
      }}
      values={countsTable(title, series, of)}
    >
      {resolution(series)}
    </Figure>
  );
}

const percentiles = ["p50", "p95", "p99"] as const;

/** The response time's percentiles. */
export function LatencyChart({ run, series, of, slug }: RunOverTime & { of: Selection; slug: string }) {
  const found = percentiles.map((name, style) => ({
    name,
    style,
    line: percentileLine(series, series.phases, of, name),
  }));
  const lines = found.flatMap(({ name, style, line }): Line[] => {
    if (line === null) return [];
    const longer = line.seconds > series.intervalSeconds ? ` of each ${duration(line.seconds)}` : "";
    return [{ name: `${name}${longer}`, points: line.points, style }];
  });
  const values = lines.flatMap((line) => known(line.points));
  if (values.length === 0) {
    return <p class="note">There are too few operations for percentiles of the response time over time.</p>;
  }
  const lacking = found.filter(({ line }) => line === null).map(({ name }) => name);
  const title = titled("Response time", run, series, of);
  return (
    <Figure
      chart={{
        ...frameOf(run, series),
        id: `latency-${slug}`,
        title,
        description: lines
          .map(({ name, points }) => rangeOf(`${name} of the response time`, known(points), latency))
          .join(" "),
        y: latencyAxis(values, "response time"),
        lines,
      }}
      values={linesTable(title, lines, latency)}
    >
      {lacking.length === 0
        ? "A percentile is drawn where at least ten operations lie beyond it."
        : `${lacking.join(" and ")} over time ${lacking.length === 1 ? "is" : "are"} not drawn: too few operations lie beyond.`}
    </Figure>
  );
}

/** Operations that are due and wait: below this, they are those that are just being started. */
const noticeableBacklog = 10;

/** Operations that failed, were not started, or waited; nothing where there were none. */
export function ErrorChart({ run, series }: RunOverTime) {
  const perSecond = (name: "failed" | "undone") =>
    pointsOf(series.phases, (interval) => interval.all[name] / interval.seconds);
  const backlog = recorded(pointsOf(series.phases, ({ harness }) => harness?.backlog ?? null));
  const waited = known(backlog).some((value) => value >= noticeableBacklog);
  const lines: Line[] = [
    { name: "failed per second", points: perSecond("failed"), style: 1 },
    { name: "never started, per second", points: perSecond("undone"), style: 3 },
    ...(waited ? [{ name: "due and waiting (backlog)", points: backlog, style: 4 }] : []),
  ].filter(({ points }) => known(points).some((value) => value > 0));
  if (lines.length === 0) return <p>In no second of the run did an operation fail, or work wait that was due.</p>;
  const title = "Errors and work that waited, over time";
  return (
    <Figure
      chart={{
        ...frameOf(run, series),
        id: "errors-over-time",
        title,
        description: lines.map(({ name, points }) => rangeOf(`Operations: ${name}`, known(points), rate)).join(" "),
        y: linearAxis(
          lines.flatMap((line) => known(line.points)),
          "operations",
          rate,
        ),
        lines,
        height: 150,
      }}
      values={linesTable(title, lines, rate)}
    />
  );
}

/** What charts over the same time have in common. */
export function frameOf(run: RunFile, series: RunSeries): { x: Axis; bands: Band[] } {
  const end = endOf(series);
  const bands = bandsOf(run).flatMap((band) => (band.from < end ? [{ ...band, to: Math.min(band.to, end) }] : []));
  return { x: secondsAxis(0, end, "time since the start of the run"), bands };
}

function endOf(series: RunSeries): number {
  const last = series.phases.at(-1);
  return last === undefined ? 1 : last.startSecond + last.seconds;
}

function titled(what: string, run: RunFile, series: RunSeries, of: Selection): string {
  const several = run.totals.measure.operations.length > 1;
  const whose = of === "all" ? (several ? " of all operations" : "") : ` of ${series.operations[of]}`;
  return `${what}${whose} over time`;
}

function resolution({ intervalSeconds }: RunSeries): string | undefined {
  return intervalSeconds === 1 ? undefined : `Each point is ${duration(intervalSeconds)} of the run.`;
}

/**
 * Without the points that are not known: the load generator looks at itself once a second, and a look that came a little late left the second
 * before without one, which is no gap.
 */
function recorded(points: readonly Point[]): Point[] {
  return points.filter(([, value]) => value !== null);
}

/** Counts of each interval. */
function countsTable(caption: string, series: RunSeries, of: Selection): TableContent {
  return {
    caption,
    hideCaption: true,
    columns: [
      { heading: "from" },
      { heading: "phase", text: true },
      ...["succeeded/s", "operations", "failed", "undone"].map((heading) => ({ heading })),
    ],
    rows: series.phases.flatMap(({ name, intervals }) =>
      intervals.map((interval) => {
        const totals = totalsOf(interval, of);
        const { operations = 0, failed = 0, undone = 0 } = totals ?? {};
        const perSecond = interval.seconds > 0 ? (operations - failed) / interval.seconds : null;
        return [
          instantText(interval.startSecond),
          phaseName(name),
          rate(perSecond),
          count(operations),
          count(failed),
          count(undone),
        ];
      }),
    ),
  };
}

/** Resources over time: processor time and memory of the load generator, and of the server where it is on the same host. */
export function ResourceCharts({ run, series }: RunOverTime) {
  const cores = (name: "cpuSeconds" | "serverCpuSeconds") => {
    // What was used since the look before belongs to the seconds without one as well.
    let since = 0;
    return recorded(
      pointsOf(series.phases, ({ harness, seconds }) => {
        since += seconds;
        const used = harness?.[name] ?? null;
        if (used === null) return null;
        const average = used / since;
        since = 0;
        return average;
      }),
    );
  };
  const memory = (name: "memoryBytes" | "serverMemoryBytes") =>
    recorded(
      pointsOf(series.phases, ({ harness }) => {
        const bytes = harness?.[name] ?? null;
        return bytes === null ? null : bytes / 1024 ** 2;
      }),
    );
  const some = (lines: Line[]) => lines.filter(({ points }) => known(points).length > 0);
  const used = some([
    { name: "load generator", points: cores("cpuSeconds"), style: 0 },
    { name: "server", points: cores("serverCpuSeconds"), style: 1 },
  ]);
  const held = some([
    { name: "load generator", points: memory("memoryBytes"), style: 0 },
    { name: "server", points: memory("serverMemoryBytes"), style: 1 },
  ]);
  const chart = (id: string, title: string, unit: string, lines: Line[], show: (value: number | null) => string) => {
    const drawn: LineChart = {
      ...frameOf(run, series),
      id,
      title,
      description: lines.map(({ name, points }) => rangeOf(`${unit}, ${name}`, known(points), show)).join(" "),
      y: linearAxis(
        lines.flatMap((line) => known(line.points)),
        unit,
        show,
      ),
      lines,
      height: 150,
    };
    return lines.length === 0 ? null : <Figure chart={drawn} values={linesTable(title, lines, show)} />;
  };
  return (
    <>
      {chart("processors", "Processors in use over time", "cores", used, decimal)}
      {chart("memory", "Memory over time", "MiB", held, rate)}
    </>
  );
}

function decimal(value: number | null): string {
  return value === null ? rate(null) : value.toFixed(2);
}

/** Each operation for itself: response and service time by percentile, and its own charts over time. */

import type { RunSeries } from "../../result/series.ts";
import type { OperationTotals, RunFile } from "../../schema/run.generated.ts";
import { count, latency } from "../../summary/units.ts";
import { distributionChart } from "../distribution.ts";
import { Figure } from "../figure.tsx";
import { LatencyChart, ThroughputChart } from "./time-charts.tsx";

/** All operations in one chart are more than can be read: beyond these, those that ran most often are drawn together. */
const mostTogether = 6;

/** Response times of the operations by percentile, and of all together. */
export function PercentileChart({ run }: { run: RunFile }) {
  const { operations, all } = run.totals.measure;
  const ran = operations.filter(({ response }) => response.count > 0);
  const shown =
    ran.length <= mostTogether
      ? ran
      : ran.toSorted((a, b) => b.response.count - a.response.count).slice(0, mostTogether - 1);
  const drawn = distributionChart(
    {
      id: "percentiles",
      title: "Response time by percentile",
      description: shown
        .map(
          ({ name, response }) =>
            `${name}: median ${latency(response.p50)}, p95 ${latency(response.p95)}, longest ${latency(response.max)}.`,
        )
        .join(" "),
      height: 300,
    },
    [
      ...shown.map(({ name, response }) => ({ name, latency: response })),
      ...(ran.length > 1 ? [{ name: "all operations", latency: all.response, style: shown.length }] : []),
    ],
  );
  if (drawn === null) return null;
  return (
    <Figure {...drawn}>
      Each nine takes the same room: the slowest of a hundred, a thousand, ten thousand operations.
      {shown.length < ran.length ? ` The ${ran.length - shown.length} other operations are below, one by one.` : ""}
    </Figure>
  );
}

/** One part for each operation, closed until it is asked for. */
export function Operations({ run, series }: { run: RunFile; series: RunSeries | null }) {
  const ran = run.totals.measure.operations.filter((totals) => totals.operations + totals.undone > 0);
  return (
    <>
      {ran.map((totals, index) => (
        <details class="part" key={totals.name}>
          <summary>
            {totals.name}: {count(totals.operations)} operations, p50 {latency(totals.response.p50)}, p95{" "}
            {latency(totals.response.p95)}
          </summary>
          <OperationCharts run={run} series={series} totals={totals} slug={`operation-${index + 1}`} />
        </details>
      ))}
    </>
  );
}

function OperationCharts({
  run,
  series,
  totals,
  slug,
}: {
  run: RunFile;
  series: RunSeries | null;
  totals: OperationTotals;
  slug: string;
}) {
  const drawn = distributionChart(
    {
      id: `percentiles-${slug}`,
      title: `Times of ${totals.name} by percentile`,
      description: `Median response time ${latency(totals.response.p50)}, median service time ${latency(totals.service.p50)}.`,
    },
    [
      { name: "response time, from when it was due", latency: totals.response },
      { name: "service time, from sending", latency: totals.service },
    ],
  );
  const of = series?.operations.indexOf(totals.name) ?? -1;
  return (
    <>
      {drawn === null ? null : <Figure {...drawn} />}
      {series === null || of < 0 ? null : (
        <>
          <ThroughputChart run={run} series={series} of={of} slug={slug} />
          <LatencyChart run={run} series={series} of={of} slug={slug} />
        </>
      )}
    </>
  );
}

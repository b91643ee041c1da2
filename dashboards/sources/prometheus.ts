// Figures in PromQL. A Counter only grows, and k6 sends it in the seconds in which it grew.

import { DataqueryBuilder, PromQueryFormat, QueryEditorMode } from "@grafana/grafana-foundation-sdk/prometheus";
import { datasourceOf, type Figure, type Runs, type Source } from "./source.ts";

/** How far back the value of a Counter before an interval is looked for. */
const longest = "6h";
/** How long 0 is drawn for a Counter that does not grow. */
const idle = "1m";

export const prometheus: Source = {
  type: "prometheus",
  name: "Prometheus",
  note: "It needs runs with `--k6-out experimental-prometheus-rw`, `METRICS=windows` and `K6_PROMETHEUS_RW_PUSH_INTERVAL=1s`.",
  runNames: ({ metric, counter }) => `label_values(k6_${metric}${counter ? "_total" : ""}, testid)`,
  operationsOf: (runs) => `label_values(k6_transactions_total_total{${conditionOf(runs)}}, operation)`,
  query(figure, refId) {
    const query = base(refId, expression(figure, "run"));
    if (figure.as === "total" || figure.as === "highestOfAll") return query.instant();
    return query
      .range()
      .interval("1s")
      .legendFormat(figure.legend ?? (figure.by === undefined ? "" : `{{${figure.by}}}`));
  },
  aligned(figure) {
    const seconds = expression({ metric: "run_elapsed_seconds", as: "highest", by: "testid" }, "runs");
    const values = expression({ ...figure, by: "testid" }, "runs", `${seconds} * 0`);
    const table = (refId: string, text: string) =>
      base(refId, text).range().format(PromQueryFormat.Table).interval(`\${resolution}s`);
    return {
      queries: [table("A", seconds), table("B", values)],
      columns: { second: "Value #A", value: "Value #B" },
      missingIsZero: false, // it has it already
    };
  },
};

function base(refId: string, text: string): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refId)
    .expr(text)
    .editorMode(QueryEditorMode.Code)
    .datasource(datasourceOf(prometheus));
}

/** @param zero what a Counter that does not grow is drawn by; by default it is itself, for a while. */
function expression(figure: Figure, runs: Runs, zero?: string): string {
  const counts = figure.as === "perSecond" || figure.as === "count" || figure.as === "total";
  const series = `k6_${figure.metric}${counts ? "_total" : ""}{${conditions(figure, runs).join(", ")}}`;
  const by = figure.by === undefined ? "" : ` by (${figure.by})`;
  switch (figure.as) {
    case "perSecond":
      return zero === undefined
        ? `sum${by} (${grown(series)} or last_over_time(${series}[${idle}]) * 0) * 1000 / $__interval_ms`
        : `(sum${by} (${grown(series)}) or ${zero}) * 1000 / $__interval_ms`;
    case "count":
      return `sum${by} (${grown(series)})`;
    case "highest":
      return `max${by} (max_over_time(${series}[$__interval]))`;
    case "ofInstances": {
      const each = [...(figure.by === undefined ? [] : [figure.by]), "instance"].join(", ");
      return `sum${by} (max by (${each}) (max_over_time(${series}[$__interval])))`;
    }
    case "total":
      return `sum${by} (last_over_time(${series}[$__range]))`;
    case "highestOfAll":
      return `max${by} (max_over_time(${series}[$__range]))`;
  }
}

/**
 * By how much a Counter grew in an interval, from 0 where it is new. `rate` and `increase` do not count a Counter's first value, which for a
 * rare error or a rare time is all that there is.
 */
function grown(series: string): string {
  const now = `last_over_time(${series}[$__interval])`;
  return `(${now} - (last_over_time(${series}[${longest}] offset $__interval) or ${now} * 0))`;
}

function conditions({ phase, ofOperation }: Figure, runs: Runs): string[] {
  return [
    conditionOf(runs),
    ...(phase === "chosen" ? ['phase=~"$phase"'] : []),
    ...(phase === "measure" ? ['phase="measure"'] : []),
    ...(ofOperation ? ['operation=~"$operation"'] : []),
  ];
}

/** Without a format: Grafana's plugin then takes care of characters that mean something in a regular expression. */
function conditionOf(runs: Runs): string {
  return runs === "run" ? 'testid="$run"' : 'testid=~"$runs"';
}

// The dashboard of several runs, laid over each other by the seconds since the start of each.

import {
  DashboardBuilder as Builder,
  type DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { alignedPanel } from "./panels.ts";
import type { Source } from "./sources/source.ts";
import { datasourceVariable, operationVariable, phaseVariable, resolutionVariable, runVariable } from "./variables.ts";

const worst = "Of each second. Where the resolution is coarser, the one of the worst second is shown.";
/** The last second of a run that ended says nothing of it. */
const ofFigures = ["mean", "max"];
/** Percentiles of seconds must not be averaged: the best and the worst second. */
const ofPercentiles = ["min", "max"];
const ofOperation = { phase: "chosen", ofOperation: true } as const;

export function compareDashboard(source: Source): DashboardBuilder {
  const dashboard = new Builder("dbmark: Compare")
    .uid(`dbmark-compare-${source.type}`)
    .description(
      `Two to five runs of dbmark over each other. The time range has to hold all of them. One run each is no evidence of a difference. ${source.note}`,
    )
    .tags(["dbmark"])
    .editable()
    .time({ from: "now-3h", to: "now" })
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([
      datasourceVariable(source),
      runVariable(source, "runs"),
      operationVariable(source, "runs"),
      phaseVariable(),
      resolutionVariable(),
    ])
    .withRow(new RowBuilder("All chosen operations"))
    .withPanel(
      alignedPanel(source, {
        title: "Throughput",
        unit: "ops",
        legend: ofFigures,
        width: 12,
        figure: { metric: "transactions_total", as: "perSecond", ...ofOperation },
      }),
    )
    .withPanel(
      alignedPanel(source, {
        title: "Errors",
        unit: "ops",
        legend: ofFigures,
        width: 12,
        figure: { metric: "transaction_errors_total", as: "perSecond", ...ofOperation },
      }),
    )
    .withRow(new RowBuilder("$operation").repeat("operation"));
  for (const percentile of ["p50", "p95", "p99"]) {
    dashboard.withPanel(
      alignedPanel(source, {
        title: `Response time, ${percentile}: $operation`,
        description: worst,
        unit: "ms",
        legend: ofPercentiles,
        width: 8,
        figure: { metric: `response_time_ms_${percentile}`, as: "highest", ...ofOperation },
      }),
    );
  }
  return dashboard
    .withRow(new RowBuilder("Load generator"))
    .withPanel(
      alignedPanel(source, {
        title: "Backlog",
        decimals: 0,
        description: "Operations that are due and wait for a worker.",
        unit: "locale",
        legend: ofFigures,
        width: 8,
        figure: { metric: "operations_backlog", as: "ofInstances" },
      }),
    )
    .withPanel(
      alignedPanel(source, {
        title: "Harness lag, p99",
        description: worst,
        unit: "ms",
        legend: ofPercentiles,
        width: 8,
        figure: { metric: "harness_lag_ms_p99", as: "highest", phase: "chosen" },
      }),
    )
    .withPanel(
      alignedPanel(source, {
        title: "Processor of the harness",
        unit: "suffix:cores",
        decimals: 2,
        legend: ofFigures,
        width: 8,
        figure: { metric: "harness_cpu_cores", as: "ofInstances" },
      }),
    );
}

// The dashboard of one run: watched live, or looked at later.

import {
  DashboardBuilder as Builder,
  type DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  TimePickerBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboardsLink } from "./link.ts";
import { heatmapPanel, heightOfFourLines, linePanel, numberPanel } from "./panels.ts";
import { percentiles, worstSecond } from "./percentiles.ts";
import type { Source } from "./sources/source.ts";
import { datasourceVariable, operationVariable, phaseVariable, runVariable } from "./variables.ts";

/** Milliseconds: a server of many processes is not read every second. */
const betweenReadings = 30_000;
const ofOperation = { phase: "chosen", ofOperation: true } as const;

export function runDashboard(source: Source): DashboardBuilder {
  return (
    new Builder("dbmark: Run")
      .uid(`dbmark-run-${source.type}`)
      .description(`One run of dbmark, live or later. ${source.note}`)
      .tags(["dbmark"])
      .editable()
      .time({ from: "now-15m", to: "now" })
      .refresh("5s")
      // A second is complete some seconds after its end.
      .timepicker(new TimePickerBuilder().nowDelay("5s").refreshIntervals(["1s", "5s", "10s", "30s", "1m"]))
      .tooltip(DashboardCursorSync.Crosshair)
      .variables([
        datasourceVariable(source),
        runVariable(source, "run"),
        operationVariable(source, "run"),
        phaseVariable(),
      ])
      .link(dashboardsLink())
      .withRow(new RowBuilder("Measured phase"))
      .withPanel(
        numberPanel(source, {
          title: "Operations",
          description: "That ended, in the measured phase.",
          unit: "locale",
          width: 6,
          figures: [{ metric: "transactions_total", as: "total", phase: "measure" }],
        }),
      )
      .withPanel(
        numberPanel(source, {
          title: "Failed operations",
          unit: "locale",
          noValue: "none",
          width: 6,
          figures: [{ metric: "transaction_errors_total", as: "total", phase: "measure" }],
        }),
      )
      .withPanel(
        numberPanel(source, {
          title: "Longest response time",
          unit: "ms",
          width: 6,
          figures: [{ metric: "response_time_ms_max", as: "highestOfAll", phase: "measure" }],
        }),
      )
      .withPanel(
        numberPanel(source, {
          title: "Longest harness lag",
          description: "Where it is long, the load generator was the bottleneck.",
          unit: "ms",
          width: 6,
          figures: [{ metric: "harness_lag_ms_max", as: "highestOfAll", phase: "measure" }],
        }),
      )
      .withRow(new RowBuilder("Operations"))
      .withPanel(
        linePanel(source, {
          title: "Throughput",
          unit: "ops",
          height: heightOfFourLines,
          width: 12,
          figures: [{ metric: "transactions_total", as: "perSecond", by: "operation", ...ofOperation }],
        }),
      )
      .withPanel(
        linePanel(source, {
          title: "Errors by type",
          description: "Failed operations of each kind of error.",
          unit: "ops",
          noValue: "none",
          height: heightOfFourLines,
          width: 12,
          figures: [{ metric: "transaction_errors_total", as: "perSecond", by: "error", ...ofOperation }],
        }),
      )
      .withPanel(
        linePanel(source, {
          title: "Rows",
          unit: "rowsps",
          width: 12,
          figures: [
            { metric: "records_read_total", as: "perSecond", legend: "read", ...ofOperation },
            { metric: "records_written_total", as: "perSecond", legend: "written", ...ofOperation },
          ],
        }),
      )
      .withPanel(
        linePanel(source, {
          title: "Payload",
          unit: "Bps",
          width: 12,
          figures: [
            { metric: "bytes_read_total", as: "perSecond", legend: "read", ...ofOperation },
            { metric: "bytes_written_total", as: "perSecond", legend: "written", ...ofOperation },
          ],
        }),
      )
      .withRow(new RowBuilder("$operation").repeat("operation"))
      .withPanel(
        linePanel(source, {
          title: "Response time: $operation",
          description: `From the instant at which an operation was due to its reply. ${worstSecond}`,
          unit: "ms",
          logarithmic: true,
          height: heightOfFourLines,
          width: 8,
          figures: percentiles("response_time_ms", ofOperation),
        }),
      )
      .withPanel(
        linePanel(source, {
          title: "Service time: $operation",
          description: `From sending an operation to its reply. ${worstSecond}`,
          unit: "ms",
          logarithmic: true,
          height: heightOfFourLines,
          width: 8,
          figures: percentiles("latency_ms", ofOperation),
        }),
      )
      .withPanel(
        heatmapPanel(source, {
          title: "Response times: $operation",
          description: "How many operations took how long.",
          height: heightOfFourLines,
          width: 8,
          figures: [{ metric: "response_time_ms_bucket", as: "count", by: "le", ...ofOperation }],
        }),
      )
      .withRow(new RowBuilder("Load generator"))
      .withPanel(
        linePanel(source, {
          title: "Workers and backlog",
          description: "Workers that the profile wants, and operations that are due and wait for one.",
          unit: "locale",
          height: heightOfFourLines,
          width: 12,
          figures: [
            { metric: "workers_active", as: "ofInstances", legend: "workers" },
            { metric: "operations_backlog", as: "ofInstances", legend: "backlog" },
          ],
        }),
      )
      .withPanel(
        linePanel(source, {
          title: "Harness lag",
          description: `From the instant at which an operation was due to its start, where a worker was free. ${worstSecond}`,
          unit: "ms",
          logarithmic: true,
          height: heightOfFourLines,
          width: 12,
          figures: percentiles("harness_lag_ms", { phase: "chosen" }),
        }),
      )
      .withPanel(
        linePanel(source, {
          title: "Processor",
          description: "Cores that were busy. The server is shown where it is on the same host.",
          unit: "suffix:cores",
          decimals: 2,
          gap: betweenReadings,
          width: 12,
          figures: [
            { metric: "harness_cpu_cores", as: "ofInstances", legend: "harness" },
            { metric: "server_cpu_cores", as: "highest", legend: "server" },
          ],
        }),
      )
      .withPanel(
        linePanel(source, {
          title: "Memory",
          description: "The server is shown where it is on the same host.",
          unit: "bytes",
          gap: betweenReadings,
          width: 12,
          figures: [
            { metric: "harness_memory_bytes", as: "ofInstances", legend: "harness" },
            { metric: "server_memory_bytes", as: "highest", legend: "server" },
          ],
        }),
      )
  );
}

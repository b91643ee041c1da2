// The dashboard of one run of the SpacetimeDB suite: what its driver counts and times besides operations, and the checks.

import {
  DashboardBuilder as Builder,
  type DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  TimePickerBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboardsLink } from "./link.ts";
import { heightOfFourLines, linePanel, numberPanel } from "./panels.ts";
import { percentiles, worstSecond } from "./percentiles.ts";
import type { Figure, Source } from "./sources/source.ts";
import { datasourceVariable, phaseVariable, runVariable } from "./variables.ts";

const chosen = { phase: "chosen" } as const;

/** Counters as lines, by what they are called in the legend. */
function perSecond(metrics: Record<string, string>): Figure[] {
  return Object.entries(metrics).map(([legend, metric]) => ({ metric, as: "perSecond", legend, ...chosen }));
}

export function spacetimedbDashboard(source: Source): DashboardBuilder {
  const number = (title: string, metric: string) =>
    numberPanel(source, {
      title,
      unit: "locale",
      noValue: "none",
      width: 6,
      figures: [{ metric, as: "total", phase: "measure" }],
    });
  const lines = (title: string, unit: string, figures: Figure[], description = "") =>
    linePanel(source, { title, description, unit, width: 12, height: heightOfFourLines, figures });
  const times = (title: string, metric: string, description: string) =>
    linePanel(source, {
      title,
      description: `${description} ${worstSecond}`,
      unit: "ms",
      logarithmic: true,
      width: 12,
      height: heightOfFourLines,
      figures: percentiles(metric, chosen),
    });
  return new Builder("dbmark: SpacetimeDB")
    .uid(`dbmark-spacetimedb-${source.type}`)
    .description(`One run of dbmark on SpacetimeDB, live or later; its operations are in dbmark: Run. ${source.note}`)
    .tags(["dbmark"])
    .editable()
    .time({ from: "now-15m", to: "now" })
    .refresh("5s")
    .timepicker(new TimePickerBuilder().nowDelay("5s").refreshIntervals(["1s", "5s", "10s", "30s", "1m"]))
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([
      datasourceVariable(source),
      runVariable(source, "run", { metric: "spacetime_reducer_calls_total", counter: true }),
      phaseVariable(),
    ])
    .link(dashboardsLink())
    .withRow(new RowBuilder("Measured phase"))
    .withPanel(number("Calls of reducers", "spacetime_reducer_calls_total"))
    .withPanel(number("Failed calls", "spacetime_reducer_errors_total"))
    .withPanel(number("Lost or dropped connections", "spacetime_connection_drops_total"))
    .withPanel(number("Failed checks", "checks_failed_total"))
    .withRow(new RowBuilder("Checks"))
    .withPanel(
      lines("Passed checks", "ops", [{ metric: "checks_succeeded_total", as: "perSecond", by: "check", ...chosen }]),
    )
    .withPanel(
      lines("Failed checks by name", "ops", [
        { metric: "checks_failed_total", as: "perSecond", by: "check", ...chosen },
      ]),
    )
    .withRow(new RowBuilder("Reducers"))
    .withPanel(
      lines(
        "Calls",
        "ops",
        perSecond({ calls: "spacetime_reducer_calls_total", failed: "spacetime_reducer_errors_total" }),
        "Over a WebSocket or HTTP; each call of a batch counts.",
      ),
    )
    .withPanel(
      times(
        "Time of a call",
        "spacetime_reducer_latency_ms",
        "From a call to its transaction's update or, over HTTP, its answer.",
      ),
    )
    .withRow(new RowBuilder("WebSockets"))
    .withPanel(
      lines(
        "Messages",
        "suffix:messages/s",
        perSecond({
          sent: "spacetime_ws_messages_sent_total",
          received: "spacetime_ws_messages_received_total",
        }),
      ),
    )
    .withPanel(times("Round trips", "spacetime_ws_latency_ms", "From a request over a WebSocket to its answer."))
    .withPanel(
      lines(
        "Connections",
        "suffix:connections/s",
        perSecond({
          opened: "spacetime_ws_connections_total",
          "not opened": "spacetime_ws_connection_errors_total",
          "lost or dropped": "spacetime_connection_drops_total",
          "attempts to reconnect": "spacetime_reconnect_attempts_total",
        }),
      ),
    )
    .withRow(new RowBuilder("Subscriptions"))
    .withPanel(
      lines(
        "Changes seen by subscriptions",
        "rowsps",
        perSecond({
          inserted: "spacetime_table_inserts_total",
          updated: "spacetime_table_updates_total",
          deleted: "spacetime_table_deletes_total",
        }),
      ),
    )
    .withPanel(
      times("Time of a subscription", "spacetime_subscription_latency_ms", "From a subscription to its first rows."),
    )
    .withPanel(lines("Failed subscriptions", "ops", perSecond({ failed: "spacetime_subscription_errors_total" })));
}

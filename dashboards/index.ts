// All dashboards as files. `npm run generate` writes them.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { compareDashboard } from "./compare.ts";
import { runDashboard } from "./run.ts";
import { influxdb } from "./sources/influxdb.ts";
import { prometheus } from "./sources/prometheus.ts";
import { spacetimedbDashboard } from "./spacetimedb.ts";

/** Every dashboard: its path below dashboards/, and its JSON, as Grafana imports and provisions it. */
export function dashboardFiles(): { path: string; content: string }[] {
  return [influxdb, prometheus].flatMap((source) =>
    [
      { name: "run", dashboard: runDashboard(source) },
      { name: "compare", dashboard: compareDashboard(source) },
      { name: "spacetimedb", dashboard: spacetimedbDashboard(source) },
    ].map(({ name, dashboard }) => ({
      path: `${source.type}/${name}.json`,
      content: `${JSON.stringify(numbered(dashboard.build()), null, 2)}\n`,
    })),
  );
}

/** Each panel with a number of its own, by which Grafana links to it; rows have 0 from the SDK, all of them. */
function numbered(dashboard: Dashboard): Dashboard {
  return { ...dashboard, panels: (dashboard.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 })) };
}

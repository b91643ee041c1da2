// From one of dbmark's dashboards to the others.

import { DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";

/** All dashboards with dbmark's tag, with the same time range. */
export function dashboardsLink(): DashboardLinkBuilder {
  return new DashboardLinkBuilder("dbmark")
    .type(DashboardLinkType.Dashboards)
    .tags(["dbmark"])
    .asDropdown(false)
    .keepTime(true)
    .includeVars(false)
    .icon("dashboard")
    .tooltip("")
    .url("")
    .targetBlank(false);
}

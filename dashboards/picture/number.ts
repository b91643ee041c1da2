// A panel with one number.

import type { DrawnElement } from "../../lib/html/chart/document.ts";
import type { Grafana } from "../grafana.ts";
import { type Box, formatOf, text } from "./drawing.ts";
import type { FilledPanel } from "./gather.ts";

/** Draws a panel of the type `stat`. */
export function numberPanel(grafana: Grafana, { panel, frames }: FilledPanel, box: Box): DrawnElement[] {
  const { unit, decimals, noValue = "No data" } = panel.fieldConfig?.defaults ?? {};
  const [calculation = "lastNotNull"]: string[] = panel.options?.reduceOptions?.calcs ?? [];
  const field = frames[0]?.fields.find(({ type }) => type === "number");
  const value = field === undefined ? undefined : grafana.reduceField({ field, reducers: [calculation] })[calculation];
  const shown = typeof value === "number" ? formatOf(grafana, unit, decimals)(value) : noValue;
  const size = 28;
  return [
    text(box.left + box.width / 2, box.top + box.height / 2 + size / 3, shown, { anchor: "middle", size, weight: 600 }),
  ];
}

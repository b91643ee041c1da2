// Where the rows and panels of a dashboard are, with a row that is repeated once for each chosen value, as Grafana puts them.

import type { Dashboard, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Chosen, DrawnPanel } from "../interpolation.ts";

/** A rectangle in Grafana's grid: 24 columns, and rows from the top on. */
export interface Cells {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A row's heading. */
export interface PlacedRow {
  kind: "row";
  title: string;
  cells: Cells;
  /** Folded up: so many panels are not shown. */
  hidden: number;
}

/** A panel with the values that its variables have there. */
export interface PlacedPanel {
  kind: "panel";
  panel: DrawnPanel;
  title: string;
  cells: Cells;
  chosen: Chosen;
}

export type Placed = PlacedRow | PlacedPanel;

interface Section {
  row: RowPanel;
  panels: DrawnPanel[];
}

/**
 * All rows and panels from top to bottom.
 * @param folded Values of the repeated variable whose rows are folded up, as a click on the row's heading does.
 */
export function layOut(dashboard: Dashboard, chosen: Chosen, folded: readonly string[] = []): Placed[] {
  const placed: Placed[] = [];
  let top = 0;
  for (const { row, panels } of sectionsOf(dashboard)) {
    const repeated = row.repeat === undefined ? [undefined] : [chosen.variables[row.repeat] ?? []].flat();
    for (const value of repeated) {
      const here: Chosen =
        value === undefined || row.repeat === undefined
          ? chosen
          : { ...chosen, variables: { ...chosen.variables, [row.repeat]: value } };
      const titled = (title = "") =>
        value === undefined || row.repeat === undefined ? title : title.replaceAll(`$${row.repeat}`, value);
      const isFolded = value !== undefined && folded.includes(value);
      placed.push({
        kind: "row",
        title: titled(row.title),
        cells: { x: 0, y: top, w: 24, h: 1 },
        hidden: isFolded ? panels.length : 0,
      });
      top += 1;
      if (isFolded) continue;
      const first = Math.min(...panels.map(({ gridPos }) => gridPos?.y ?? 0));
      for (const panel of panels) {
        const { x = 0, y = 0, w = 24, h = 8 } = panel.gridPos ?? {};
        placed.push({
          kind: "panel",
          panel,
          title: titled(panel.title),
          cells: { x, y: top + y - first, w, h },
          chosen: here,
        });
      }
      top += Math.max(...panels.map(({ gridPos }) => (gridPos?.y ?? 0) - first + (gridPos?.h ?? 0)));
    }
  }
  return placed;
}

/** Rows of open dashboards stand before their panels, in one list. */
function sectionsOf({ panels = [] }: Dashboard): Section[] {
  const sections: Section[] = [];
  for (const panel of panels) {
    if (panel.type === "row") sections.push({ row: panel as RowPanel, panels: [] });
    else sections.at(-1)?.panels.push(panel as unknown as DrawnPanel);
  }
  return sections;
}

// Asks a data source for all that a dashboard shows.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Answering } from "../answers.ts";
import { framesOf } from "../frames.ts";
import type { Frame, Grafana } from "../grafana.ts";
import type { Chosen } from "../interpolation.ts";
import { layOut, type PlacedPanel, type PlacedRow } from "./layout.ts";

/** A panel with what it draws. */
export type FilledPanel = PlacedPanel & { frames: Frame[] };

/** A dashboard with what it draws. */
export interface FilledDashboard {
  title: string;
  /** What is chosen: the labels of variables with their values. */
  choices: { label: string; text: string }[];
  parts: (PlacedRow | FilledPanel)[];
}

/** Sends every query of a dashboard, with its variables filled in. @throws for what the data source refuses. */
export async function gather(
  grafana: Grafana,
  answering: Answering,
  dashboard: Dashboard,
  chosen: Chosen,
  folded: readonly string[],
): Promise<FilledDashboard> {
  const parts: FilledDashboard["parts"] = [];
  for (const placed of layOut(dashboard, chosen, folded)) {
    if (placed.kind === "row") {
      parts.push(placed);
      continue;
    }
    const { panel } = placed;
    const answers = await Promise.all(
      panel.targets.map((target) => answering.answer(dashboard, target, placed.chosen)),
    );
    parts.push({ ...placed, frames: await framesOf(grafana, answering.type, panel, answers) });
  }
  const choices = (dashboard.templating?.list ?? []).flatMap(({ name, label, type, includeAll, query }) => {
    const value = chosen.variables[name];
    if (value === undefined) return [];
    const named = type === "custom" ? namedValue(String(query), value) : [value].flat().join(" + ");
    return [{ label: label ?? name, text: includeAll && Array.isArray(value) ? "All" : named }];
  });
  return { title: dashboard.title ?? "", choices, parts };
}

/** What a value of a variable such as `1 s : 1,5 s : 5` is called. */
function namedValue(options: string, value: string | string[]): string {
  const pairs = options.split(",").map((option) => option.split(" : "));
  return [value]
    .flat()
    .map((one) => pairs.find((pair) => pair.at(-1) === one)?.[0] ?? one)
    .join(" + ");
}

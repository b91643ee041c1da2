/** A trend as text: a line for each run, with a bar, and the changes of the level between them. */

import { allOperations, type MetricUnit } from "../comparison/metrics.ts";
import { changeText } from "../comparison/words.ts";
import type { Fact, TrendChange, TrendGroup, TrendPoint } from "../schema/history.generated.ts";
import { columns, wrap } from "../summary/layout.ts";
import type { Palette } from "../summary/palette.ts";
import type { Trend } from "./trend.ts";
import { instantText, valueText } from "./value-text.ts";

/** Characters of the longest bar. */
const barWidth = 30;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Differences of surroundings that are named at a change. */
const mostNamed = 6;

/** The caveat that belongs to every trend. */
export const caveat =
  "Each value is one run. A change says that the level is another from there on, and not why: the machine, the server and its data " +
  "drift too. Whether a change of yours is the reason, dbmark ab tells.";

/** The trend, without a line break at its end. */
export function trendText(trend: Trend, palette: Palette): string {
  const { metric, operation, groups, others } = trend;
  const of = operation === allOperations ? "all operations" : operation;
  return [
    palette.strong(`${metric.label} of ${of}, over time`),
    ...(groups.length === 0 ? ["", "There are no such runs."] : []),
    ...groups.flatMap((group, place) => groupLines(group, metric.unit, palette, groups.length > 1 ? place + 1 : 0)),
    ...otherLines(others),
    "",
    ...wrap(caveat, ""),
  ].join("\n");
}

function groupLines(group: TrendGroup, unit: MetricUnit, palette: Palette, number: number): string[] {
  const { setup, points, changes, notSearched, remarks } = group;
  return [
    "",
    ...wrap(setupText(setup), number === 0 ? "" : `${number}. `).map(palette.strong),
    ...remarks.flatMap((remark) => wrap(remark, "  ! ").map(palette.warning)),
    "",
    ...pointLines(points, changes, unit, palette),
    "",
    ...(notSearched !== null ? wrap(`No search for changes: ${notSearched}.`, "") : []),
    ...(notSearched === null && changes.length === 0 ? ["No change of the level was found."] : []),
    ...changes.flatMap((change) => changeLines(change, unit, palette)),
  ];
}

/** What the runs of a group have in common. */
function setupText(setup: readonly Fact[]): string {
  return setup
    .map(({ what, text }) => (what === "workload" || what === "suite" ? text : `${what} ${text}`))
    .join(" · ");
}

function pointLines(
  points: readonly TrendPoint[],
  changes: readonly TrendChange[],
  unit: MetricUnit,
  palette: Palette,
): string[] {
  const most = Math.max(...points.map(({ value }) => value ?? 0));
  const rows = columns(
    points.map((point) => [
      instantText(point.startedAt),
      valueText(unit, point.value),
      markOf(point, most),
      point.path,
    ]),
    ["left", "right", "left", "left"],
  );
  return points.flatMap((point, place) => {
    const change = changes.find(({ path }) => path === point.path);
    const row = rows[place] ?? "";
    return [
      ...(change ? [palette.warning(`── ${levels(change, unit)} ──`)] : []),
      point.valid ? row : palette.quiet(row),
    ];
  });
}

/** A bar from 0, in eighths of a character; for a run that does not count, why. */
function markOf({ value, valid }: TrendPoint, most: number): string {
  if (!valid) return "not valid";
  if (value === null || most <= 0) return "";
  const length = Math.round((value / most) * barWidth * 8);
  return "█".repeat(Math.floor(length / 8)) + (eighths[length % 8] ?? "");
}

function changeLines(change: TrendChange, unit: MetricUnit, palette: Palette): string[] {
  const { surroundings } = change;
  const named = surroundings.slice(0, mostNamed);
  const rest = surroundings.length - named.length;
  const more = rest > 0 ? [`and ${rest} more`] : [];
  return [
    ...wrap(`From run ${change.path} on: ${levels(change, unit)}, p = ${change.pValue.toPrecision(1)}`, "").map(
      palette.strong,
    ),
    ...(named.length > 0 ? wrap([...named, ...more].join("; "), "  there also changed: ") : []),
    ...(surroundings.length === 0 ? ["  nothing else that the files show changed there"] : []),
  ];
}

/** `1,200 → 950 per second (−21 %)`. */
export function levels({ before, after, change }: TrendChange, unit: MetricUnit): string {
  const [from, to] = [valueText(unit, before), valueText(unit, after)];
  return `${from} → ${to}${change === null ? "" : ` (${changeText(change)})`}`;
}

function otherLines(others: Trend["others"]): string[] {
  if (others.length === 0) return [];
  const named = others.slice(0, mostNamed);
  const rest = others.slice(mostNamed).reduce((sum, { runs }) => sum + runs, 0);
  return [
    "",
    "Other runs measured something else, and are not mixed in (--all shows each group by itself):",
    ...named.flatMap(({ runs, differences }) =>
      wrap(`${runs} ${runs === 1 ? "run" : "runs"}: ${differences.join("; ")}`, "  "),
    ),
    ...(rest > 0 ? [`  and ${rest} more runs in ${others.length - named.length} groups`] : []),
  ];
}

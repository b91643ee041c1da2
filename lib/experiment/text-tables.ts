/** The tables of an experiment's text: its pairs, the metrics without verdict, and what differs between the set-ups. */

import { findMetric } from "../comparison/metrics.ts";
import type { ExperimentFile, MetricOfOperation, MetricResult } from "../schema/experiment.generated.ts";
import { columns, shorten, titled, width, wrap } from "../summary/layout.ts";
import type { Palette } from "../summary/palette.ts";
import { count } from "../summary/units.ts";
import { explorationLabel, shownExploration } from "./exploration.ts";
import { completePairs, type Pair, valueIn } from "./pairs.ts";
import { labelOf } from "./primary.ts";
import { changeText, confidenceText, intervalText, valueText } from "./words.ts";

/** More pairs are in the file. */
const mostPairs = 20;
/** A setting may be a whole statement. */
const longestValue = 30;

/** Each pair's values of the primary metrics; nothing where there is no pair. */
export function pairsTable({ plan, repetitions }: ExperimentFile, palette: Palette): string[] {
  const pairs = completePairs(repetitions);
  if (pairs.length === 0 || plan.primary.length === 0) return [];
  const shown = pairs.slice(0, mostPairs);
  const first = columns(
    [["Pairs", "order"], ...shown.map((pair) => [`  ${pair.number}`, orderOf(pair)])],
    ["left", "left"],
  );
  const blocks = [
    ["", ...first],
    ...plan.primary.map((of) => metricBlock(shown, of)),
    ["", "", ...shown.map(notValid)],
  ];
  const widths = blocks.map((lines) => Math.max(...lines.map((line) => line.length)));
  const lines = first.map((_, row) => row).concat(first.length);
  const table = lines.map((row) =>
    blocks
      .map((block, place) => (block[row] ?? "").padEnd(widths[place] ?? 0))
      .join("   ")
      .trimEnd(),
  );
  const [labels = "", ...rest] = table;
  const more = pairs.length - shown.length;
  return ["", palette.quiet(labels), ...titled(rest, palette), ...(more > 0 ? [`  and ${count(more)} more`] : [])];
}

/** A label, a heading, and a line for each pair. */
function metricBlock(pairs: readonly Pair[], of: MetricOfOperation): string[] {
  const { unit } = findMetric(of.metric);
  const rows = pairs.map(({ a, b }) => {
    const [ofA, ofB] = [valueIn(a, of), valueIn(b, of)];
    const ratio = ofA === null || ofB === null || !(ofA > 0) || !(ofB > 0) ? null : ofB / ofA;
    return [valueText(unit, ofA), valueText(unit, ofB), changeText(ratio)];
  });
  return [shorten(labelOf(of), 32), ...columns([["A", "B", "change"], ...rows], [])];
}

function orderOf({ a, b }: Pair): string {
  return a.startedAt <= b.startedAt ? "A B" : "B A";
}

function notValid({ a, b }: Pair): string {
  const which = [...(a.valid ? [] : ["A"]), ...(b.valid ? [] : ["B"])];
  return which.length === 0 ? "" : `${which.join(" and ")} not valid`;
}

/** The other metrics with their intervals; nothing where there are none. */
export function explorationTable(experiment: ExperimentFile, palette: Palette): string[] {
  const { results, hidden } = shownExploration(experiment);
  if (results.length === 0) return [];
  const confidence = experiment.judgement?.confidence ?? 0;
  const heading = ["Exploration, no verdict", "A", "B", "change", `${confidenceText(confidence)} interval`];
  const table = fitted([heading, ...results.map((result) => explorationRow(result, experiment))]);
  const note = [
    `Medians, and the change of the pairs. Some of so many intervals exclude "no change" by chance alone: they are for asking, not for telling.`,
    ...(hidden > 0 ? [`${count(hidden)} more ${hidden === 1 ? "is" : "are"} in ab.json.`] : []),
  ].join(" ");
  return ["", ...titled(table, palette), ...wrap(note, "  ").map(palette.quiet)];
}

function explorationRow(result: MetricResult, experiment: ExperimentFile): string[] {
  const { unit } = findMetric(result.metric);
  const { medianA, medianB, ratio } = result;
  return [
    `  ${explorationLabel(result, experiment)}`,
    valueText(unit, medianA),
    valueText(unit, medianB),
    changeText(ratio),
    intervalText(result) ?? "–",
  ];
}

/** Rows in columns, with the first one cut where the table would be too wide. */
function fitted(rows: readonly (readonly string[])[]): string[] {
  const table = columns(rows, ["left"]);
  const over = Math.max(...table.map((line) => line.length)) - width;
  if (over <= 0) return table;
  const first = Math.max(...rows.map(([label = ""]) => label.length)) - over;
  return columns(
    rows.map(([label = "", ...cells]) => [shorten(label, first), ...cells]),
    ["left"],
  );
}

/** What differs between the set-ups, by what the runs say of themselves; nothing where there is no pair. */
export function differencesTable({ differences, repetitions }: ExperimentFile, palette: Palette): string[] {
  if (differences.length === 0)
    return completePairs(repetitions).length === 0
      ? []
      : ["", ...wrap("The runs of A and B report no other difference in their set-ups.", "").map(palette.quiet)];
  const short = (text: string) => shorten(text.replace(/\s+/g, " "), longestValue);
  const rows = differences.map(({ group, what, a, b }) => [
    `  ${group === what ? what : `${group}: ${what}`}`,
    short(a),
    short(b),
  ]);
  const table = columns(
    [
      ["Differs", "A", "B"],
      ...rows.map(([what = "", ...cells]) => [shorten(what, width - 2 * longestValue - 4), ...cells]),
    ],
    ["left", "left", "left"],
  );
  return ["", ...titled(table, palette)];
}

/** An experiment as a comment on a pull request. A pure function of its file. */

import { findMetric } from "../comparison/metrics.ts";
import type { ExperimentFile, PrimaryResult, Variant } from "../schema/experiment.generated.ts";
import { count } from "../summary/units.ts";
import { explorationLabel, shownExploration } from "./exploration.ts";
import { headlineOf } from "./headline.ts";
import { code, details, fence, plainText, table } from "./markdown-elements.ts";
import { completePairs, valueIn } from "./pairs.ts";
import { labelOf } from "./primary.ts";
import { isSame, methodWords, stateWords, subject, tookWords, variantWords } from "./setup-words.ts";
import { changeText, confidenceText, intervalText, valueText } from "./words.ts";

/** By it a program finds the comment again, to replace it. */
export const markdownMark = "<!-- dbmark ab -->";

/** GitHub takes 65,536 characters. */
const longest = 60_000;
/** Of a file of SQL. */
const longestSql = 4000;

/**
 * A headline, the primary metrics, what speaks against it, and all else folded. Nothing that a server, a workload or a user named
 * can change its form.
 * @returns the text, with a line break at its end.
 */
export function experimentMarkdown(experiment: ExperimentFile): string {
  const always = [
    `${markdownMark}\n### dbmark ab: ${plainText(headlineOf(experiment))}`,
    ...primaryTable(experiment),
    ...validityParts(experiment),
    setupPart(experiment),
  ];
  const folded = [
    pairsPart(experiment),
    explorationPart(experiment),
    differencesPart(experiment),
    ...sqlParts(experiment),
  ];
  const parts = [...always];
  let left = longest - always.join("\n\n").length;
  let omitted = 0;
  for (const part of folded.flat()) {
    if (part.length + 2 > left) {
      omitted += 1;
      continue;
    }
    left -= part.length + 2;
    parts.push(part);
  }
  if (omitted > 0) parts.push("What does not fit into a comment is left out: it is in ab.json.");
  return `${parts.join("\n\n")}\n`;
}

function primaryTable({ judgement, plan }: ExperimentFile): string[] {
  if (judgement === null || judgement.primary.length === 0) return ["There is no verdict."];
  const interval = `${confidenceText(1 - plan.alpha)} interval`;
  const rows = judgement.primary.map(({ result, verdict, adjustedPValue }) => {
    const { unit } = findMetric(result.metric);
    return [
      plainText(labelOf(result)),
      `**${verdict ?? "no verdict"}**`,
      valueText(unit, result.medianA),
      valueText(unit, result.medianB),
      changeText(result.ratio),
      intervalText(result) ?? "–",
      adjustedPValue === null ? "–" : adjustedPValue < 0.0001 ? "< 0.0001" : `${Number(adjustedPValue.toPrecision(2))}`,
    ];
  });
  const heading = ["Metric", "Verdict", "A (median)", "B (median)", "Change", interval, "p, adjusted"];
  return [table(heading, rows, 2), ...judgement.primary.flatMap(reasonPart)];
}

/** A change speaks for itself; what was not shown has to be said. */
function reasonPart({ result, verdict, reason }: PrimaryResult): string[] {
  return verdict === "better" || verdict === "worse" ? [] : [`${plainText(labelOf(result))}: ${plainText(reason)}`];
}

function validityParts({ validity, failure }: ExperimentFile): string[] {
  const { valid, reasons, warnings } = validity;
  const list = (texts: readonly string[]) => texts.map((text) => `- ${plainText(text)}`).join("\n");
  return [
    ...(failure === null ? [] : [`**Failed:** ${plainText(failure)}`]),
    ...(valid ? [] : [`**Not valid: do not rely on these verdicts.**\n\n${list(reasons)}`]),
    ...(warnings.length === 0 ? [] : [list(warnings)]),
  ];
}

function setupPart(experiment: ExperimentFile): string {
  const { a, b } = experiment.plan;
  const words = (variant: Variant, other: Variant) => variantWords(variant, other).map(code).join(", ") || "as it is";
  const variants = isSame(experiment)
    ? "A and B are the same: what differs between them is chance."
    : `A: ${words(a, b)}<br>B: ${words(b, a)}`;
  return `${variants}<br>${code(subject(experiment))}, ${plainText(methodWords(experiment))}${tookWords(experiment)}; ${plainText(stateWords(experiment))}`;
}

function pairsPart({ plan, repetitions }: ExperimentFile): string[] {
  const pairs = completePairs(repetitions);
  if (pairs.length === 0 || plan.primary.length === 0) return [];
  const heading = ["Pair", ...plan.primary.flatMap((of) => [`${plainText(labelOf(of))}, A`, "B", "Change"]), ""];
  const rows = pairs.map(({ number, a, b }) => [
    `${number}`,
    ...plan.primary.flatMap((of) => {
      const { unit } = findMetric(of.metric);
      const [ofA, ofB] = [valueIn(a, of), valueIn(b, of)];
      const ratio = ofA === null || ofB === null || !(ofA > 0) || !(ofB > 0) ? null : ofB / ofA;
      return [valueText(unit, ofA), valueText(unit, ofB), changeText(ratio)];
    }),
    a.valid && b.valid ? "" : "not valid",
  ]);
  return [details(`${count(pairs.length)} pairs`, table(heading, rows, 0))];
}

function explorationPart(experiment: ExperimentFile): string[] {
  const { results, hidden } = shownExploration(experiment);
  if (results.length === 0) return [];
  const rows = results.map((result) => {
    const { unit } = findMetric(result.metric);
    const { medianA, medianB, ratio } = result;
    return [
      plainText(explorationLabel(result, experiment)),
      valueText(unit, medianA),
      valueText(unit, medianB),
      changeText(ratio),
      intervalText(result) ?? "–",
    ];
  });
  const heading = [
    "Metric",
    "A (median)",
    "B (median)",
    "Change",
    `${confidenceText(1 - experiment.plan.alpha)} interval`,
  ];
  const note = `Some of so many intervals exclude "no change" by chance alone.${hidden > 0 ? ` ${count(hidden)} more ${hidden === 1 ? "is" : "are"} in ab.json.` : ""}`;
  return [details("Other metrics, without verdict", `${table(heading, rows, 1)}\n\n${note}`)];
}

function differencesPart({ differences }: ExperimentFile): string[] {
  if (differences.length === 0) return [];
  const rows = differences.map(({ group, what, a, b }) => [plainText(group), code(what), code(a), code(b)]);
  return [details(`What differs between the set-ups (${count(rows.length)})`, table(["", "", "A", "B"], rows, 4))];
}

function sqlParts({ plan: { a, b } }: ExperimentFile): string[] {
  return (
    [
      ["A", a],
      ["B", b],
    ] as const
  ).flatMap(([name, { sql }]) => {
    if (sql === null) return [];
    const cut =
      sql.text.length > longestSql ? `${sql.text.slice(0, longestSql)}\n-- … the rest is in ab.json` : sql.text;
    return [details(`SQL of ${name}: ${code(sql.path)}`, fence("sql", cut))];
  });
}

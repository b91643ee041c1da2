/** The text of an experiment: what `dbmark ab` prints at its end. A pure function of its file. */

import { findMetric } from "../comparison/metrics.ts";
import type { ExperimentFile, PrimaryResult } from "../schema/experiment.generated.ts";
import { labelled, wrap } from "../summary/layout.ts";
import { type Palette, plainPalette, terminalPalette } from "../summary/palette.ts";
import { count } from "../summary/units.ts";
import { nextSteps } from "./next-steps.ts";
import { completePairs } from "./pairs.ts";
import { labelOf } from "./primary.ts";
import { isSame, methodWords, stateWords, subject, tookWords, variantWords } from "./setup-words.ts";
import { differencesTable, explorationTable, pairsTable } from "./text-tables.ts";

/** How it is written. */
export interface TextOptions {
  /** The experiment's folder, as commands are to name it; its id where it is not given. */
  folder?: string;
  /** Colours of a terminal; off by default. */
  color?: boolean;
}

/**
 * An experiment for a person, at most 100 columns wide (long paths excepted).
 * @returns the text, without a line break at its end.
 */
export function experimentText(experiment: ExperimentFile, options: TextOptions = {}): string {
  const palette = options.color === true ? terminalPalette : plainPalette;
  const folder = options.folder ?? experiment.id;
  return [
    ...headline(experiment, palette),
    "",
    ...verdictLines(experiment, palette),
    ...validityLines(experiment, palette),
    ...pairsTable(experiment, palette),
    ...explorationTable(experiment, palette),
    ...differencesTable(experiment, palette),
    "",
    ...labelled("State", stateWords(experiment), palette),
    ...labelled("Experiment", `${folder}/ab.json`, palette, true),
    ...labelled("Runs", `${folder}/runs`, palette, true),
    ...nextSteps(experiment, folder).flatMap((step, place) =>
      // A command is never broken: it is there to be copied.
      labelled(place === 0 ? "Next" : "", step, palette, step.includes("npx ")),
    ),
  ].join("\n");
}

/** What was compared, and how. */
function headline(experiment: ExperimentFile, palette: Palette): string[] {
  const { a, b } = experiment.plan;
  const words = (variant: typeof a, other: typeof b) => variantWords(variant, other).join(", ");
  const variants = isSame(experiment)
    ? [...wrap("A and B are the same: what differs between them is chance.", "")]
    : [...labelled("A", words(a, b) || "without it", palette), ...labelled("B", words(b, a) || "without it", palette)];
  return [
    ...wrap(`Experiment: ${subject(experiment)}`, "").map(palette.strong),
    ...variants,
    ...wrap(`${methodWords(experiment)}${tookWords(experiment)}`, "").map(palette.quiet),
  ];
}

/** Shown in place of a verdict where there is none. */
const noVerdict = "NO VERDICT";

function verdictLines({ plan, judgement, repetitions, failure }: ExperimentFile, palette: Palette): string[] {
  if (judgement === null || judgement.primary.length === 0) {
    const pairs = `${count(completePairs(repetitions).length)} of ${count(plan.pairs)} pairs are complete.`;
    return [
      ...wrap(`${noVerdict}  ${pairs}`, "").map(palette.warning),
      ...(failure === null ? [] : wrap(failure, "  × ").map(palette.bad)),
    ];
  }
  const lines = judgement.primary.flatMap((result) => {
    const [first = "", ...rest] = wrap(`${wordOf(result)}  ${labelOf(result.result)}: ${result.reason}`, "");
    return [
      paint(result, palette)(first),
      ...rest.flatMap((line) => wrap(line, "  ")),
      ...wrap(signedRankWords(result), "  ").map(palette.quiet),
    ];
  });
  return [...lines, ...(failure === null ? [] : wrap(failure, "  × ").map(palette.bad))].filter(
    (line) => line.trim() !== "",
  );
}

function wordOf({ verdict }: PrimaryResult): string {
  return verdict === null ? noVerdict : verdict.toUpperCase();
}

function paint({ verdict }: PrimaryResult, palette: Palette): (text: string) => string {
  if (verdict === "worse") return palette.bad;
  if (verdict === "better") return palette.good;
  return verdict === null ? palette.warning : palette.strong;
}

/** The check that stands beside the t test; nothing where that is the test itself. */
function signedRankWords({ result }: PrimaryResult): string {
  if (result.ratio === null) return "";
  const { better } = findMetric(result.metric);
  const p = result.wilcoxonPValue;
  const check =
    p === null
      ? "The signed-rank test needs 6 pairs that differ"
      : `Check by ranks: p = ${Number(p.toPrecision(2))}, unadjusted`;
  return `${check}. ${better === "higher" ? "More" : "Less"} is better.`;
}

/** Whether to believe it; nothing where there is nothing yet to believe. */
function validityLines({ repetitions, validity }: ExperimentFile, palette: Palette): string[] {
  const { valid, reasons, warnings } = validity;
  if (valid && completePairs(repetitions).length === 0) return [];
  return [
    "",
    valid ? palette.good("VALID") : palette.bad("INVALID: do not rely on these verdicts"),
    ...reasons.flatMap((reason) => wrap(reason, "  × ").map(palette.bad)),
    ...warnings.flatMap((warning) => wrap(warning, "  ! ").map(palette.warning)),
  ];
}

/** A comparison as text for a terminal, at most 100 columns wide (a long path excepted). */

import type { ComparedRun, Comparison } from "../schema/comparison.generated.ts";
import { shorten, wrap } from "../summary/layout.ts";
import { type Palette, plainPalette, terminalPalette } from "../summary/palette.ts";
import { count, duration } from "../summary/units.ts";
import {
  differenceLines,
  errorTables,
  figureTables,
  givenMark,
  isMarked,
  sloTables,
  timesAreSame,
  variationTables,
} from "./text-tables.ts";
import { listed } from "./words.ts";

/** How the text is written. */
export interface TextOptions {
  /** Colours of a terminal; off by default. */
  color?: boolean;
}

/** The text, without a line break at its end. */
export function comparisonText(comparison: Comparison, options: TextOptions = {}): string {
  const palette = options.color === true ? terminalPalette : plainPalette;
  const [base] = comparison.runs;
  return [
    palette.strong(`${base?.suite ?? ""}: ${comparison.runs.length} runs, compared with A`),
    ...comparison.runs.flatMap((run) => ["", ...runLines(run, base, palette)]),
    ...warningLines(comparison, palette),
    ...invalidLines(comparison, palette),
    ...differenceLines(comparison, palette),
    ...operationLines(comparison),
    "",
    ...figureTables(comparison, palette),
    ...variationTables(comparison, palette),
    ...errorTables(comparison, palette),
    ...sloTables(comparison, palette),
    "",
    ...notes(comparison).flatMap((note) => wrap(note, "").map(palette.quiet)),
  ].join("\n");
}

function runLines(run: ComparedRun, base: ComparedRun | undefined, palette: Palette): string[] {
  const { label, path, server, profile, loop, seconds, startedAt, valid, reasons, status, missing } = run;
  const verdict = valid ? "VALID" : "INVALID";
  const paint = valid ? palette.good : palette.bad;
  const facts = [
    `${verdict}${status === "complete" ? "" : `, ${status}`}`,
    shorten(server, 40),
    `${shorten(profile, 30)} (${loop} loop)`,
    `${duration(seconds)} measured`,
  ];
  const [first = "", ...others] = wrap(facts.join(" · "), `${label}  `);
  return [
    `${palette.strong(label)}${first.slice(label.length).replace(verdict, paint(verdict))}`,
    ...others,
    palette.quiet(`   ${startedAt.replace(/\.\d+Z$/, "Z")} · ${path}`),
    ...(run !== base && run.id === base?.id && startedAt === base.startedAt ? ["   This is the same run as A."] : []),
    ...reasons.flatMap((reason) => wrap(reason, "   × ").map(palette.bad)),
    ...missing.flatMap((reason) => wrap(reason, "   ! ").map(palette.warning)),
  ];
}

/** What runs warn of, once where several say the same. */
function warningLines({ runs }: Comparison, palette: Palette): string[] {
  const byText = new Map<string, string[]>();
  for (const { label, warnings } of runs) {
    for (const warning of warnings) byText.set(warning, [...(byText.get(warning) ?? []), label]);
  }
  const lines = [...byText].flatMap(([warning, of]) => wrap(warning, `! ${of.join(", ")}: `).map(palette.warning));
  return lines.length === 0 ? [] : ["", ...lines];
}

/** Said once more, and loudly: figures of such a run are not figures of its target. */
function invalidLines({ runs }: Comparison, palette: Palette): string[] {
  const invalid = runs.filter(({ valid }) => !valid).map(({ label }) => label);
  if (invalid.length === 0) return [];
  const [verb, it] = invalid.length === 1 ? ["is", "it"] : ["are", "them"];
  const base = invalid.includes("A") ? " A is the base of all changes." : "";
  return [
    "",
    ...wrap(`${listed(invalid)} ${verb} INVALID: do not trust a comparison with ${it}.${base}`, "").map(palette.bad),
  ];
}

function operationLines({ sameOperations }: Comparison): string[] {
  if (sameOperations === null) return [];
  return wrap(
    sameOperations
      ? "By their digests, all runs asked for exactly the same operations."
      : "By their digests, the runs did not ask for the same operations.",
    "",
  );
}

function notes(comparison: Comparison): string[] {
  const { runs, variation, operations } = comparison;
  const metrics = operations.flatMap((operation) => operation.metrics);
  const some = metrics.some(({ intervals }) => intervals.some((interval) => interval !== null));
  const given = metrics.some(isMarked);
  const mixed = runs.filter(({ mixesLoads }) => mixesLoads).map(({ label }) => label);
  const few = operations.some(({ counts }) => counts.some((number) => number !== null && number < 10_000));
  return [
    "A change is against A. It is no verdict: two runs of the same thing differ as well. Whether B is better or worse than A needs repetitions in turn, which dbmark ab makes.",
    some
      ? `Within-run variation: ${variation.confidence * 100} % interval of the change when both runs are drawn again in blocks of ${variation.blockSeconds} s. It is no test of a difference: another run may lie outside of it.`
      : `There is no within-run variation: it takes at least ${2 * variation.blockSeconds} s of windows in A and in the run compared with it.`,
    ...(given
      ? [
          `${givenMark} An open loop is given its throughput by its load profile, and reaches it as long as the target keeps up.`,
        ]
      : []),
    ...(!metrics.some(({ metric }) => metric.startsWith("response-"))
      ? [
          "The runs searched for the highest load: their totals mix all that were tried, and no time of them is compared.",
        ]
      : timesAreSame(comparison)
        ? ["Response time and service time are the same: no operation waited before it was sent."]
        : ["Response time counts from the scheduled start, service time from sending."]),
    ...(few && metrics.some(({ metric }) => metric.startsWith("response-"))
      ? [`A p99 needs ${count(10_000)} operations.`]
      : []),
    ...(mixed.length === 0 || !metrics.some(({ metric }) => metric.startsWith("response-"))
      ? []
      : [
          `The profile of ${listed(mixed)} changes its load: the figures mix all of it. Within-run variation is mostly that of the load then.`,
        ]),
  ];
}

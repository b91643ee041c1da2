/**
 * The text summary of a run: what k6's handleSummary and the command line print. A pure function of the run file,
 * without Node and without libraries, so that it fits into a k6 script.
 */

import type { RunFile } from "../schema/run.generated.ts";
import { checkTable, instrumentTables } from "./instruments.ts";
import { shorten, wrap } from "./layout.ts";
import { type Palette, plainPalette, terminalPalette } from "./palette.ts";
import { answerOf, searchOf } from "./search.ts";
import { setupLines } from "./setup.ts";
import { mixesLoads, reportLines, stepTable } from "./shape.ts";
import { errorTable, latencyTable, sloTable, throughputTable } from "./tables.ts";
import { count, duration, rate, share } from "./units.ts";

export { type Palette, plainPalette, terminalPalette } from "./palette.ts";

/** How a summary is written. */
export interface SummaryOptions {
  /** Where the run file is, to be shown at the end. */
  path?: string;
  /** Colours of a terminal; off by default. */
  color?: boolean;
  /** Other colours. */
  palette?: Palette;
}

/**
 * Summarizes a run for a person, at most 100 columns wide (a long path excepted).
 * @returns the text, without a line break at its end.
 */
export function summarize(run: RunFile, options: SummaryOptions = {}): string {
  const search = searchOf(run);
  const palette = options.palette ?? (options.color === true ? terminalPalette : plainPalette);
  const measured = run.totals.measure.all.operations + run.totals.measure.all.undone > 0;
  return [
    ...headline(run, palette),
    "",
    ...validityLines(run, palette),
    ...(search !== undefined ? reportLines(run, palette) : []),
    ...(run.profile.search !== undefined
      ? []
      : measured
        ? ["", ...throughputTable(run.totals.measure, palette), "", ...latencyTable(run, palette)]
        : ["", "Nothing was measured."]),
    ...errorTable(run, palette),
    ...checkTable(run, palette),
    ...instrumentTables(run, palette),
    ...sloTable(run.slo, palette),
    ...stepTable(run, palette),
    ...(search === undefined ? reportLines(run, palette) : []),
    "",
    ...setupLines(run, options.path, palette),
  ].join("\n");
}

/** What ran, and the one figure that everybody looks for. */
function headline(run: RunFile, palette: Palette): string[] {
  const { server, system, mode, url } = run.target;
  const product = server.product === "" ? system : server.product;
  const target = [product, server.version].filter((part) => part !== "").join(" ");
  const { measure } = run.totals;
  const details = [
    `profile ${run.profile.name} (${run.profile.loop} loop)`,
    `${duration(measure.seconds)} measured`,
    ...(mode === "" ? [] : [`mode ${mode}`]),
    run.startedAt,
  ];
  const failed = measure.all.failed > 0 ? `, ${share(measure.all.failed / measure.all.operations)} failed` : "";
  const average = mixesLoads(run) ? " on average" : "";
  const search = searchOf(run);
  const answer =
    search === undefined ? `${rate(measure.all.throughput)} operations/s${average}${failed}` : answerOf(search);
  return [
    ...wrap(`${run.workload.name} on ${target}: ${answer}`, "").map(palette.strong),
    ...wrap(details.join(" · "), ""),
    palette.quiet(`${shorten(url, 70)} · ${count(measure.all.operations)} operations`),
  ];
}

/** Whether to believe it, before any figure. */
function validityLines(run: RunFile, palette: Palette): string[] {
  const { valid, reasons, warnings } = run.validity;
  const verdict = valid ? palette.good("VALID") : palette.bad("INVALID");
  const missed = run.slo.filter(({ met }) => met === false).length;
  const unclear = run.slo.filter(({ met }) => met === null).length;
  const slos = [
    ...(run.slo.length > 0 && missed === 0 && unclear === 0 ? [palette.good("all SLOs met")] : []),
    ...(missed > 0 ? [palette.bad(`${missed} of ${run.slo.length} SLOs missed`)] : []),
    ...(unclear > 0 ? [palette.warning(`${unclear} of ${run.slo.length} SLOs not known`)] : []),
  ];
  return [
    [verdict, ...slos].join(" · "),
    ...reasons.flatMap(({ message }) => wrap(message, "  × ").map(palette.bad)),
    ...warnings.flatMap(({ message }) => wrap(message, "  ! ").map(palette.warning)),
  ];
}

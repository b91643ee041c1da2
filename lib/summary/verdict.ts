/** Verdicts as the last word of a table's line. */

import type { Palette } from "./palette.ts";

/** What is said where something was not met: a limit is missed, a step fails. */
export type NotMet = "MISSED" | "FAILED";

/** Whether something was met, in words; null: that is not known. */
export function verdictText(met: boolean | null, notMet: NotMet): string {
  return met === null ? "not known" : met ? "met" : notMet;
}

/** A line with its verdict in colour. */
export function paintVerdict(line: string, palette: Palette): string {
  return line
    .replace(/ met$/, (text) => palette.good(text))
    .replace(/ (MISSED|FAILED)$/, (text) => palette.bad(text))
    .replace(/ not known$/, (text) => palette.warning(text));
}

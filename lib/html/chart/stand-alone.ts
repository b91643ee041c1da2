/** A chart as a file of its own, for a README say: with its colours, in light and dark, and a ground. */

import { dark, light, variablesOf } from "../palette.ts";
import { chartStyle } from "../style.ts";

/** Makes a picture of a chart that lineChart drew. */
export function standAlone(chart: string): string {
  const style = `<style>svg{${variablesOf(light)}}@media (prefers-color-scheme:dark){svg{${variablesOf(dark)}}}${chartStyle.trim()}</style>`;
  const ground = '<rect width="100%" height="100%" fill="var(--ground)"/>';
  // After title and description, which must come first to be found.
  return chart.replace("</desc>", `</desc>${style}${ground}`);
}

/** Values of metrics as a person reads them. */

import type { MetricUnit } from "../comparison/metrics.ts";
import { valueText as figureText } from "../comparison/words.ts";

/** A value with its unit, such as `1,200/s`; a dash where it is not known. */
export function valueText(unit: MetricUnit, value: number | null): string {
  const perSecond = value !== null && (unit === "perSecond" || unit === "bytesPerSecond");
  return `${figureText(unit, value)}${perSecond ? "/s" : ""}`;
}

/** An instant as `2026-11-21 18:42:05`, in UTC. */
export function instantText(instant: string): string {
  return new Date(instant).toISOString().slice(0, 19).replace("T", " ");
}

// Percentiles of each second as figures of a panel.

import type { Figure } from "./sources/source.ts";

/** What a percentile is where an interval is longer than a second, for a panel's description. */
export const worstSecond =
  "Percentiles of each second. Where an interval is longer than a second, the one of its worst second is shown.";

/** Percentiles of one metric, by their suffix. */
export function percentiles(metric: string, more: Omit<Figure, "metric" | "as" | "legend">): Figure[] {
  return ["p50", "p95", "p99", "max"].map((legend) => ({
    metric: `${metric}_${legend}`,
    as: "highest" as const,
    legend,
    ...more,
  }));
}

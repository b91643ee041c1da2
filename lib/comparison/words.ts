/** Figures of a comparison in words, the same in its text as in pages made of it. */

import type { ChangeInterval, MetricComparison } from "../schema/comparison.generated.ts";
import { bytes, count, latency, rate, share, unknown } from "../summary/units.ts";

/** A metric's value with its unit; what counts by the second has it in its name. */
export function valueText(unit: MetricComparison["unit"], value: number | null): string {
  if (value === null) return unknown;
  switch (unit) {
    case "perSecond":
      return rate(value);
    case "milliseconds":
      return latency(value);
    case "microseconds":
      return latency(value / 1000);
    case "share":
      return share(value);
    case "bytes":
    case "bytesPerSecond":
      return bytes(value);
  }
}

/** A change that is larger is not worth its digits. */
const mostTimes = 9999;

/**
 * A change as a person reads it: `+3.2 %`, `−12 %`, `×14` for what is more than tenfold. Exactly no change is `0 %`, and one that is
 * too small to be seen `±0.0 %`.
 */
export function changeText(change: number | null): string {
  if (change === null) return unknown;
  if (change === 0) return "0 %";
  const percent = Math.abs(change) * 100;
  if (percent < 0.05) return "±0.0 %";
  if (change >= mostTimes) return `>×${count(mostTimes)}`;
  if (change >= 9) return `×${count(change + 1)}`;
  const sign = change < 0 ? "−" : "+";
  // 99.9 % less is a thousandth, 99 % less a hundredth: that nothing is left is said only where it is so.
  if (change > -1 && change < -0.985) return `−${Math.min(percent, 99.9).toFixed(1)} %`;
  return `${sign}${percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** Both ends of an interval: `−2.1 % to +3.4 %`. */
export function intervalText(interval: ChangeInterval | null): string {
  return interval === null ? unknown : `${changeText(interval.lower)} to ${changeText(interval.upper)}`;
}

/** Labels of runs: `A`, `A and B`, `A, B and C`. */
export function listed(labels: readonly string[]): string {
  return labels.length < 2 ? labels.join("") : `${labels.slice(0, -1).join(", ")} and ${labels.at(-1)}`;
}

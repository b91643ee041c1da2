/** Ratios, shares, p-values and values of metrics as people read them. */

import type { MetricUnit } from "../comparison/metrics.ts";
import type { MetricResult } from "../schema/experiment.generated.ts";
import { bytes, count, latency, rate, share, unknown } from "../summary/units.ts";

/** A ratio as a change with its sign: 1.05 is `+5.0 %`; from ten times as much on, as `12.3 times`. */
export function changeText(ratio: number | null): string {
  if (ratio === null) return unknown;
  if (ratio >= 1e6) return "> 999,999 times";
  if (ratio >= 10) return `${ratio >= 100 ? count(ratio) : ratio.toFixed(1)} times`;
  // Something is left, however little.
  if (ratio < 0.0005) return "< −99.9 %";
  const percent = (ratio - 1) * 100;
  const size = Math.abs(percent);
  const digits = size >= 99.95 ? 0 : size >= 0.995 ? 1 : 2;
  const text = size.toFixed(digits);
  // What rounds to nothing has no direction.
  if (Number(text) === 0) return "0 %";
  return `${percent < 0 ? "−" : "+"}${text} %`;
}

/** Both ends of an interval as changes, written alike; null: there is none. */
export function intervalText({ lower, upper }: Pick<MetricResult, "lower" | "upper">): string | null {
  if (lower === null || upper === null) return null;
  // `7.13 times to 12.7 times`: beside an end in times, one in percent would have to be converted by the reader.
  const least = upper >= 10 && lower < 10 && lower >= 1 ? `${lower.toPrecision(3)} times` : changeText(lower);
  return `${least} to ${changeText(upper)}`;
}

/** A share with two digits: 0.03 is `3 %`, 0.0471 is `4.7 %`. */
export function shareText(value: number): string {
  return share(Number(value.toPrecision(2)));
}

/** `p = 0.012`. */
export function pValueText(value: number): string {
  if (value < 0.0001) return "p < 0.0001";
  return `p = ${Number(value.toPrecision(2))}`;
}

/** A value of a metric with its unit. */
export function valueText(unit: MetricUnit, value: number | null): string {
  if (value === null) return unknown;
  switch (unit) {
    case "perSecond":
      return `${rate(value)}/s`;
    case "milliseconds":
      return latency(value);
    case "share":
      return share(value);
    case "bytesPerSecond":
      return `${bytes(value)}/s`;
    case "microseconds":
      return latency(value / 1000);
    case "bytes":
      return bytes(value);
  }
}

/** The share of intervals that hold the truth, with all its digits: 0.95 is `95 %`, 0.999 is `99.9 %`. */
export function confidenceText(confidence: number): string {
  return `${Number((confidence * 100).toPrecision(6))} %`;
}

// What the searches found, as lines.

import { count, duration, rate, share } from "../../lib/summary/units.ts";
import { variation } from "../statistics/variation.ts";

/** What one search came to. */
export interface Found {
  conclusion: string;
  highest: number | null;
  lowest: number | null;
  /** What broke first, in words. */
  broke: string;
  steps: { load: number; outcome: string; reached: number | null }[];
  /** From the start of k6 to its end. */
  seconds: number;
  /** Cores that harness and server used together in the busiest step. */
  busyCores: number;
}

/** One search in a line. */
export function describeSearch({ conclusion, highest, lowest, broke, steps, seconds }: Found): string {
  const ends = `${rate(highest)}/s held, ${rate(lowest)}/s did not`;
  return `${conclusion}: ${ends}, ${count(steps.length)} steps in ${duration(seconds)}; ${broke}`;
}

/** All of them, and how much those differ that found the target's limit. */
export function printFound(all: readonly Found[], highest: readonly number[]): string[] {
  const { mean, coefficient } = variation(highest);
  return [
    ...all.map((found, i) => `${String(i + 1).padStart(3)}  ${describeSearch(found)}`),
    "",
    `${highest.length} of ${all.length} searches found the target's limit`,
    ...(highest.length < 2
      ? []
      : [
          `mean ${rate(mean)}/s, lowest ${rate(Math.min(...highest))}/s, highest ${rate(Math.max(...highest))}/s, ` +
            `coefficient of variation ${share(coefficient)}`,
        ]),
  ];
}

// What the baseline prints.

import { bytes, cores, count, rate } from "../../lib/summary/units.ts";
import { table } from "../commands/table.ts";
import { type Cell, nameOf } from "./cells.ts";
import type { Conditions, Sample } from "./sample.ts";

/** Median, lowest and highest of several values. */
export interface Spread {
  median: number;
  minimum: number;
  maximum: number;
}

/** A cell with all its samples. */
export interface MeasuredCell {
  cell: Cell;
  samples: Sample[];
}

/** The spread of a figure over samples; null where it is not known of any. */
export function spreadOf(samples: readonly Sample[], figure: keyof Sample): Spread | null {
  const values = samples.flatMap((sample) => sample[figure] ?? []).sort((a, b) => a - b);
  const [minimum, maximum] = [values[0], values.at(-1)];
  if (minimum === undefined || maximum === undefined) return null;
  const lower = values[Math.floor((values.length - 1) / 2)] ?? minimum;
  const upper = values[Math.floor(values.length / 2)] ?? maximum;
  return { median: (lower + upper) / 2, minimum, maximum };
}

const thousands = (value: number) => rate(value / 1000);

/** A table for a person, at most as wide as all that is printed. */
export function textReport(suite: string, { seconds, metrics }: Conditions, measured: readonly MeasuredCell[]): string {
  const rounds = measured[0]?.samples.length ?? 0;
  const rows = measured.map(({ cell, samples }) => {
    const show = (figure: keyof Sample, form: (value: number) => string) => shown(spreadOf(samples, figure), form);
    return {
      cell: nameOf(cell),
      "thousand/s": show("operationsPerSecond", thousands),
      "per core": show("operationsPerCoreSecond", thousands),
      cores: cores(spreadOf(samples, "cores")?.median ?? null),
      memory: bytes(spreadOf(samples, "memoryMaximumBytes")?.maximum ?? null),
    };
  });
  return [
    `${suite} on noop, which answers at once: what the harness itself can do here`,
    `${rounds === 1 ? "1 round" : `${count(rounds)} rounds`} of ${count(seconds)} s for each, interleaved; METRICS=${metrics}; median (lowest–highest)`,
    "",
    table(rows),
    "",
    "thousand/s: thousands of operations per second; per core: for each second of processor time of k6",
  ].join("\n");
}

function shown(spread: Spread | null, form: (value: number) => string): string {
  if (spread === null) return "–";
  const { median, minimum, maximum } = spread;
  return minimum === maximum ? form(median) : `${form(median)} (${form(minimum)}–${form(maximum)})`;
}

/** The same for programs. */
export function jsonReport(suite: string, conditions: Conditions, measured: readonly MeasuredCell[], about: object) {
  return {
    suite,
    ...about,
    seconds: conditions.seconds,
    rounds: measured[0]?.samples.length ?? 0,
    metrics: conditions.metrics,
    cells: measured.map(({ cell, samples }) => ({
      name: nameOf(cell),
      workers: cell.workers,
      operationsPerIteration: cell.operationsPerIteration ?? null,
      operationsPerSecond: spreadOf(samples, "operationsPerSecond"),
      operationsPerCoreSecond: spreadOf(samples, "operationsPerCoreSecond"),
      nanosecondsPerOperation: spreadOf(samples, "nanosecondsPerOperation"),
      cores: spreadOf(samples, "cores"),
      memoryMaximumBytes: spreadOf(samples, "memoryMaximumBytes"),
      samples,
    })),
  };
}

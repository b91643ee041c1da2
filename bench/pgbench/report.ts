// The benchmark's result as a person reads it.

import { table } from "../../cli/commands/table.ts";
import { type Comparison, compare, type Goal, type MeasuredCell, type Metric, typical } from "./comparison.ts";

const words: Record<Metric, string> = {
  throughput: "throughput",
  cpuPerOperation: "client CPU per operation",
  peakMemory: "peak memory",
};

/** One cell: the middle values of each contender, and the ratios. */
export function describeCell(cell: MeasuredCell): string {
  const contenders = [...new Set(cell.samples.map(({ contender }) => contender))].sort();
  const unit = cell.load === "pipeline" ? "statements" : "operations";
  const middle = contenders.map((contender) => ({
    contender,
    [`${unit} a second`]: Math.round(typical("throughput", cell, contender)).toLocaleString("en-US"),
    "client CPU each": `${typical("cpuPerOperation", cell, contender).toFixed(1)} µs`,
    "peak memory": `${(typical("peakMemory", cell, contender) / 2 ** 20).toFixed(1)} MiB`,
    "start-up CPU": `${((cell.startUpCpuSeconds[contender] ?? 0) * 1000).toFixed(0)} ms`,
  }));
  const ratios = compare(cell).map((comparison) => ({
    ratio: `${comparison.contender} / ${comparison.yardstick}`,
    of: words[comparison.metric],
    value: comparison.ratio.value.toFixed(3),
    "95 % interval": interval(comparison),
    goal: comparison.goal === undefined ? "" : describeGoal(comparison.goal),
    reached: comparison.reached === undefined ? "" : verdict(comparison.reached),
  }));
  const heading = `${cell.load}, ${cell.clients} connection${cell.clients === 1 ? "" : "s"}`;
  return [heading, table(middle, "  "), ...(ratios.length > 0 ? ["", table(ratios, "  ")] : [])].join("\n");
}

function interval({ ratio: { lower, upper } }: Comparison): string {
  return lower === null || upper === null ? "–" : `${lower.toFixed(3)} to ${upper.toFixed(3)}`;
}

function describeGoal({ of, atLeast, atMost }: Goal): string {
  const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  return of === "lower" ? `${bound} (lower end)` : bound;
}

function verdict(reached: boolean | null): string {
  return reached === null ? "not known" : reached ? "yes" : "no";
}

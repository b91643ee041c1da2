// The benchmark's result as a table in Markdown: a row for each cell.

import { median } from "../statistics/median.ts";
import type { Ratio } from "../statistics/ratio.ts";
import { protocolNames, written } from "./cells.ts";
import {
  type Comparison,
  compare,
  cpuGoal,
  type MeasuredCell,
  serverLoad,
  throughputGoal,
  typical,
} from "./comparison.ts";

/** A thread that is this busy has no room left: it waits a moment now and then for what comes next. */
export const fullThread = 0.9;

/** The table's first lines. */
export const heading = `| protocol | connections × in flight | calls/s: dbmark | Node | dbmark / Node | client CPU per call: dbmark | Node | dbmark / Node | p50: dbmark | Node | server's busiest thread: dbmark | Node |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

/** What stands below it. */
export function legend(rounds: number, seconds: number): string {
  return `Medians of ${rounds} rounds of ${seconds} s, in turn; ratios are geometric means with their 95 % intervals. Goals: calls/s at least ${throughputGoal} × those of
Node where the server has room, client CPU at most ${cpuGoal} ×; a missed one is marked: * beside calls/s with room left, and beside CPU; † beside calls/s where a
thread of the server was busy for ${fullThread * 100} % of the time or more under dbmark. One server on the same machine, in memory.`;
}

/** A cell as a line of it. */
export function row(cell: MeasuredCell): string {
  const comparisons = compare(cell);
  const find = (metric: Comparison["metric"]) => comparisons.find((one) => one.metric === metric);
  const calls = (name: string) => Math.round(typical("throughput", cell, name)).toLocaleString("en-US");
  const cpu = (name: string) => `${typical("cpuPerCall", cell, name).toFixed(1)} µs`;
  const p50 = (name: string) =>
    `${median(cell.samples.filter(({ contender }) => contender === name).map((sample) => sample.p50))} µs`;
  const busiest = (name: string) => percent(serverLoad(cell, name, "busiestThread"));
  const full = (serverLoad(cell, "dbmark", "busiestThread") ?? 0) >= fullThread;
  const cells = [
    protocolNames[cell.protocol],
    written(cell, " × "),
    ...[calls("dbmark"), calls("Node"), told(find("throughput"), full ? " †" : " *")],
    ...[cpu("dbmark"), cpu("Node"), told(find("cpuPerCall"), " *")],
    ...[p50("dbmark"), p50("Node"), busiest("dbmark"), busiest("Node")],
  ];
  return `| ${cells.join(" | ")} |`;
}

function told(comparison: Comparison | undefined, missed: string): string {
  if (comparison === undefined) return "–";
  return `${describe(comparison.ratio)}${comparison.reached ? "" : missed}`;
}

function describe({ value, lower, upper }: Ratio): string {
  const interval = lower === null || upper === null ? "" : ` (${lower.toFixed(2)}–${upper.toFixed(2)})`;
  return `${value.toFixed(2)}${interval}`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${Math.round(share * 100)} %`;
}

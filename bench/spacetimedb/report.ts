// The benchmark's result as a table in Markdown: a row for each cell.

import { availableParallelism } from "node:os";
import { median } from "../statistics/median.ts";
import type { Ratio } from "../statistics/ratio.ts";
import { protocolNames, written } from "./cells.ts";
import {
  busyCores,
  type Comparison,
  compare,
  cpuGoal,
  type MeasuredCell,
  throughputGoal,
  typical,
} from "./comparison.ts";

/** A machine this share of whose cores is busy with server and client has no room left. */
export const fullMachine = 0.9;

/** The table's first lines. */
export const heading = `| protocol | connections × in flight | calls/s: dbmark | Node | dbmark / Node | client CPU per call: dbmark | Node | dbmark / Node | p50: dbmark | Node | cores busy, server + client: dbmark | Node |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

/** What stands below it. */
export function legend(rounds: number, seconds: number): string {
  return `Medians of ${rounds} rounds of ${seconds} s, in turn; ratios are geometric means with their 95 % intervals. Goals: calls/s at least ${throughputGoal} × those of
Node where the server has room, client CPU at most ${cpuGoal} ×; a missed one is marked: * beside calls/s with room left, and beside CPU; † beside calls/s where
server and client together kept ${fullMachine * 100} % of the ${availableParallelism()} cores busy or more. One server on the same machine, in memory.`;
}

/** A cell as a line of it. */
export function row(cell: MeasuredCell): string {
  const comparisons = compare(cell);
  const find = (metric: Comparison["metric"]) => comparisons.find((one) => one.metric === metric);
  const calls = (name: string) => Math.round(typical("throughput", cell, name)).toLocaleString("en-US");
  const cpu = (name: string) => `${typical("cpuPerCall", cell, name).toFixed(1)} µs`;
  const p50 = (name: string) =>
    `${median(cell.samples.filter(({ contender }) => contender === name).map((sample) => sample.p50))} µs`;
  const busy = (name: string) => busyCores(cell, name);
  const cores = (name: string) => `${busy(name)?.server.toFixed(2) ?? "–"} + ${busy(name)?.client.toFixed(2) ?? "–"}`;
  const { server = 0, client = 0 } = busy("dbmark") ?? {};
  const full = server + client >= fullMachine * availableParallelism();
  const cells = [
    protocolNames[cell.protocol],
    written(cell, " × "),
    ...[calls("dbmark"), calls("Node"), told(find("throughput"), full ? " †" : " *")],
    ...[cpu("dbmark"), cpu("Node"), told(find("cpuPerCall"), " *")],
    ...[p50("dbmark"), p50("Node"), cores("dbmark"), cores("Node")],
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

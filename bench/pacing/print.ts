// The table of the pacing benchmark.

import { median } from "../statistics/median.ts";
import { type Cell, conditions } from "./cells.ts";

/** Goals on a quiet machine with two cores, in microseconds. */
export const goals = { p50: 100, p99: 300 } as const;

const met = (reached: boolean) => (reached ? "met" : "missed");

/** Lag, yardstick and their ratio, one line for each rate under each condition. */
export function printCells(cells: readonly Cell[]): string[] {
  const row = (title: string, fields: string[]) => `  ${title.padEnd(28)}${fields.map((f) => f.padStart(9)).join("")}`;
  return [
    "Harness lag in µs: from due to started, of operations for which a worker was free. In brackets the yardstick: how late the operating system",
    "alone wakes a thread for such a schedule, measured before each run under the same condition; medians of the rounds. The last column is the share of operations that lag is known of.",
    row("", ["p50", "(alone)", "p99", "(alone)", "max", "(alone)", "of all"]),
    ...cells.map((cell) => {
      const alone = (key: "p50" | "p99" | "max") => `(${median(cell.rounds.map((r) => r.yardstick[key])).toFixed(0)})`;
      return row(`${cell.condition} ${cell.rate}/s`, [
        cell.lag.p50.toFixed(0),
        alone("p50"),
        cell.lag.p99.toFixed(0),
        alone("p99"),
        cell.lag.max.toFixed(0),
        alone("max"),
        `${((100 * cell.lag.count) / cell.operations).toFixed(0)} %`,
      ]);
    }),
    "",
    "Lag over the yardstick's of the same round: median (lowest to highest of the rounds); goals hold on a quiet machine with two cores",
    ...cells.map((cell) => {
      const over = (key: "p50" | "p99") => {
        const ratios = cell.rounds.map((round) => round.lag[key] / round.yardstick[key]);
        return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
      };
      return (
        `  ${`${cell.condition} ${cell.rate}/s`.padEnd(28)} p50 ${over("p50")}, p99 ${over("p99")}; ` +
        `p50 below ${goals.p50} µs ${met(cell.lag.p50 < goals.p50)}, p99 below ${goals.p99} µs ${met(cell.lag.p99 < goals.p99)}`
      );
    }),
    "",
    ...conditions.map(({ name, inWords }) => `  ${name}: ${inWords}`),
    ...trafficLines(cells),
  ];
}

function trafficLines(cells: readonly Cell[]): string[] {
  const all = cells.flatMap((cell) => cell.rounds.flatMap(({ traffic }) => (traffic === null ? [] : [traffic])));
  if (all.length === 0) return [];
  const rate = median(all.map(({ messagesPerSecond }) => messagesPerSecond));
  const cores = median(all.map((traffic) => traffic.cores));
  return [
    `  the busy network carried ${rate.toFixed(0)} messages a second there and back, at ${cores.toFixed(2)} cores`,
  ];
}

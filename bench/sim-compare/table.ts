// Prints rates with the intervals that so few trials leave.

import { type Outcome, wilsonInterval } from "./simulation.ts";

/** The cells of a method: name, false alarms, changes found, pairs. */
export function rowOf(outcome: Outcome): string[] {
  return [outcome.method, alarmsOf(outcome), rate(outcome.found, outcome.trials), outcome.pairs.toFixed(1)];
}

/** The share of identical variants that were called different; empty for a method that was not simulated. */
export function alarmsOf(outcome: Outcome | undefined): string {
  return outcome === undefined ? "" : rate(outcome.falseAlarms, outcome.trials);
}

function rate(seen: number, trials: number): string {
  const { lower, upper } = wilsonInterval(seen, trials);
  return `${percent(seen / trials)} (${percent(lower)}–${percent(upper)})`;
}

/** A share in percent, to one digit. */
export function percent(share: number): string {
  return (share * 100).toFixed(1).replace(/\.0$/, "");
}

/** The lines of a Markdown table. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

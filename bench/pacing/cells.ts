// What pacing is looked at under: rates, and what else happens at the same time.

import type { LoadProfile } from "../../lib/profile.ts";
import type { RunFile } from "../../lib/result/index.ts";
import { MergedLatency } from "../../lib/result/merged-latency.ts";
import { BenchmarkError } from "../running/benchmark.ts";
import { runK6, type Subject } from "../running/k6.ts";
import { type NetworkTraffic, networkLoadInWords, whileNetworkIsBusy } from "./network-load.ts";
import { type Lateness, measureYardstick } from "./yardstick.ts";

/** Operations a second. */
export const rates = [500, 10_000] as const;

export interface Condition {
  name: string;
  inWords: string;
  target: "noop" | "postgres";
  networkLoad: boolean;
}

export const conditions: readonly Condition[] = [
  { name: "noop", inWords: "noop://, nothing else", target: "noop", networkLoad: false },
  { name: "noop, busy network", inWords: `noop://, while ${networkLoadInWords}`, target: "noop", networkLoad: true },
  {
    name: "PostgreSQL",
    inWords: "point lookups on an embedded PostgreSQL on the same machine, over TCP",
    target: "postgres",
    networkLoad: false,
  },
];

/** One rate under one condition, over all rounds. */
export interface Cell {
  condition: string;
  rate: number;
  workers: number;
  rounds: Round[];
  /** Harness lag of all rounds together: due to started, of operations for which a worker was free. */
  lag: Lateness & { count: number };
  operations: number;
}

export interface Round {
  lag: Lateness;
  yardstick: Lateness;
  traffic: NetworkTraffic | null;
}

/** Workers: ten operations a second each on noop, as the profiles have it; a PostgreSQL is not made to hold a thousand connections. */
const workersOf = (condition: Condition, rate: number) => (condition.target === "noop" ? rate / 10 : 50);

/** A cell before its first round. */
export interface OpenCell {
  condition: Condition;
  rate: number;
  rounds: Round[];
  merged: MergedLatency;
  operations: number;
}

export const openCells = (): OpenCell[] =>
  conditions.flatMap((condition) =>
    rates.map((rate) => ({ condition, rate, rounds: [], merged: new MergedLatency(), operations: 0 })),
  );

/** The yardstick and the run, one after the other under the same condition. */
export async function measureRound(
  cell: OpenCell,
  with_: { yardstick: string; postgres: string; seconds: number },
): Promise<void> {
  const { condition, rate } = cell;
  const both = async () => {
    const yardstick = await measureYardstick(with_.yardstick, rate, with_.seconds);
    const { run } = await runK6(subjectOf(cell, with_.postgres, with_.seconds));
    if (run === undefined) throw new BenchmarkError(`a run on ${condition.name} left no result`);
    return { yardstick, run };
  };
  const { result, traffic } = condition.networkLoad
    ? await whileNetworkIsBusy(both)
    : { result: await both(), traffic: null };
  cell.rounds.push({ lag: lagOf(result.run), yardstick: result.yardstick, traffic });
  cell.merged.add(result.run.totals.measure.lag);
  cell.operations += result.run.totals.measure.all.operations;
}

/** The cell with the figures of all its rounds. */
export function closeCell({ condition, rate, rounds, merged, operations }: OpenCell): Cell {
  return {
    condition: condition.name,
    rate,
    workers: workersOf(condition, rate),
    rounds,
    lag: { ...latenessOf(merged), count: merged.count },
    operations,
  };
}

function lagOf(run: RunFile): Lateness {
  const merged = new MergedLatency();
  merged.add(run.totals.measure.lag);
  return latenessOf(merged);
}

function latenessOf(merged: MergedLatency): Lateness {
  const at = (percent: number) => (merged.percentile(percent) ?? Number.NaN) * 1000;
  return { p50: at(50), p99: at(99), max: at(100) };
}

function subjectOf({ condition, rate }: OpenCell, postgres: string, seconds: number): Subject {
  const workers = workersOf(condition, rate);
  const load = { rate: { from: rate, to: rate }, workers: { from: workers, to: workers } };
  const profile: LoadProfile = {
    name: "pacing",
    description: "",
    loop: "open",
    segments: [
      { phase: "warmup", seconds: 1, ...load },
      { phase: "measure", seconds, ...load },
    ],
  };
  return {
    script: "dist/oltp.js",
    environment: {
      DBMARK_TARGET: condition.target === "noop" ? "noop://local" : postgres,
      LOAD_PROFILE: JSON.stringify(profile),
      METRICS: "windows",
      MIX: "read-only",
      OPERATIONS: "select",
      ROWS: "10000",
      SLO_P95: "none",
      SLO_P99: "none",
      SLO_ERROR_RATE: "none",
    },
  };
}

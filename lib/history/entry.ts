/** What a history keeps of a run: everything that a list or a trend shows, without the histograms. */

import { allOperations, metricOf, metrics } from "../comparison/metrics.ts";
import type { ExperimentRun, Fact, HistoryList } from "../schema/history.generated.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { setupOf, surroundingsOf } from "./setup.ts";

/** One run. */
export interface HistoryEntry {
  /** Of its folder, relative to the results'. */
  path: string;
  id: string;
  /** ISO 8601 in UTC. */
  startedAt: string;
  suite: string;
  system: string;
  /** Name of its load profile. */
  profile: string;
  status: RunFile["status"];
  valid: boolean;
  /** Why it is not valid. */
  reasons: string[];
  /** Null: it is not of an experiment. */
  experiment: ExperimentRun | null;
  /** What it measured: runs that agree in all of it are comparable. */
  setup: Fact[];
  /** What was around it. */
  surroundings: Record<string, string>;
  /** Finished operations, by operation; `all` is their sum. */
  operations: Record<string, number>;
  /** By operation, the values of all metrics in the order of lib/comparison/metrics.ts; null: the run does not have it. */
  values: Record<string, (number | null)[]>;
}

/** The entry of a run. */
export function entryOf(run: RunFile, path: string, experiment: ExperimentRun | null): HistoryEntry {
  const { measure } = run.totals;
  const totals = [{ ...measure.all, name: allOperations }, ...measure.operations];
  return {
    path,
    id: run.id,
    startedAt: run.startedAt,
    suite: run.suite.name,
    system: run.target.system,
    profile: run.profile.name,
    status: run.status,
    valid: run.validity.valid,
    reasons: run.validity.reasons.map(({ message }) => message),
    experiment,
    setup: setupOf(run, experiment?.hidden),
    surroundings: surroundingsOf(run),
    operations: Object.fromEntries(totals.map(({ name, operations }) => [name, operations])),
    values: Object.fromEntries(totals.map(({ name }) => [name, metrics.map((metric) => metricOf(metric, run, name))])),
  };
}

/** Whether an entry holds what its type says. It is made of a file that was not compared with its schema, which takes much longer. */
export function isWhole(entry: HistoryEntry): boolean {
  const {
    path,
    id,
    startedAt,
    suite,
    system,
    profile,
    status,
    valid,
    reasons,
    setup,
    surroundings,
    operations,
    values,
  } = entry;
  const texts = [path, id, startedAt, suite, system, profile, status, ...reasons, ...setup.map(({ text }) => text)];
  const numbers = [
    ...Object.values(operations),
    ...Object.values(values)
      .flat()
      .filter((value) => value !== null),
  ];
  return (
    [...texts, ...Object.values(surroundings)].every((text) => typeof text === "string") &&
    Number.isFinite(Date.parse(startedAt)) &&
    typeof valid === "boolean" &&
    numbers.every(Number.isFinite)
  );
}

/** A value of an entry; null where the run does not have it. */
export function metricValue(entry: HistoryEntry, metric: string, operation: string): number | null {
  const place = metrics.findIndex(({ name }) => name === metric);
  return entry.values[operation]?.[place] ?? null;
}

/** The runs of a results folder, the oldest first. */
export interface History {
  /** The folder, as it was named. */
  results: string;
  runs: HistoryEntry[];
  /** What could not be read as a run. */
  unreadable: HistoryList["unreadable"];
}

/** In the order of time; those of the same second by their paths. */
export function byTime(a: HistoryEntry, b: HistoryEntry): number {
  const [first, second] = [Date.parse(a.startedAt), Date.parse(b.startedAt)];
  return first === second ? (a.path < b.path ? -1 : 1) : first - second;
}

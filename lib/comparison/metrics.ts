/** The figures of a run that runs are compared by: one list for comparisons, experiments, histories and reports. */

import { suggestion, UsageError } from "../environment/index.ts";
import type { AllTotals, Latency, OperationTotals, RunFile } from "../schema/run.generated.ts";

/** What a metric's values are counted in. */
export type MetricUnit = "perSecond" | "milliseconds" | "share" | "bytesPerSecond" | "microseconds" | "bytes";

/** A figure of a run's measured phase. */
export interface Metric {
  /** As users type it. */
  name: string;
  /** As people read it. */
  label: string;
  unit: MetricUnit;
  better: "higher" | "lower";
  /** `operation`: each operation has its own, and all together have one; `run`: there is one for the whole run. */
  of: "operation" | "run";
  /**
   * Operations below which the figure is too much chance to be tested: a hundred beyond the percentile, as `minimumForP99` has it
   * for p99. 0 where it does not depend on their number.
   */
  leastOperations: number;
  /** Its value; null where the run does not have it. */
  value(run: RunFile, totals: OperationTotals | AllTotals): number | null;
}

/** Operations beyond a percentile that it takes to test it. */
const beyond = 100;

const shown = { p50: "p50", p95: "p95", p99: "p99", max: "max", mean: "mean" } as const;
const leastOperations: Record<keyof typeof shown, number> = {
  p50: beyond / 0.5,
  p95: beyond / 0.05,
  p99: beyond / 0.01,
  // The largest of many is as large as their number makes it: it is shown, and says little.
  max: 0,
  mean: beyond / 0.5,
};

function latencies(time: "response" | "service"): Metric[] {
  return Object.entries(shown).map(([name, label]) => ({
    name: `${time}-${name}`,
    label: `${label} ${time} time`,
    unit: "milliseconds",
    better: "lower",
    of: "operation",
    leastOperations: leastOperations[name as keyof typeof shown],
    value: (_run, totals) => (totals[time] as Latency)[name as keyof typeof shown],
  }));
}

/** A sum of the measured phase, as so much in a second. */
function perSecond(
  name: string,
  label: string,
  unit: MetricUnit,
  sum: "rowsRead" | "rowsWritten" | "bytesRead" | "bytesWritten",
): Metric {
  return {
    name,
    label,
    unit,
    better: "higher",
    of: "operation",
    leastOperations: 0,
    value: ({ totals: { measure } }, totals) => (measure.seconds > 0 ? totals[sum] / measure.seconds : null),
  };
}

/** Processor time of an operation, in microseconds. */
function processorTime(name: string, label: string, process: "harness" | "server"): Metric {
  return {
    name,
    label,
    unit: "microseconds",
    better: "lower",
    of: "run",
    leastOperations: 0,
    value({ resources, totals }) {
      const seconds = resources[process]?.cpuSecondsTotal ?? null;
      const { operations } = totals.measure.all;
      return seconds === null || operations === 0 ? null : (seconds * 1e6) / operations;
    },
  };
}

/** What searches have: their totals mix many loads, and say nothing by themselves. */
const ofSearches: readonly Metric[] = [
  {
    name: "highest-rate",
    label: "highest rate at which every SLO holds",
    unit: "perSecond",
    better: "higher",
    of: "run",
    leastOperations: 0,
    value: ({ report }) => foundBy(report, "rate"),
  },
  {
    name: "highest-workers-throughput",
    label: "throughput of the most workers at which every SLO holds",
    unit: "perSecond",
    better: "higher",
    of: "run",
    leastOperations: 0,
    value: ({ report }) => (foundBy(report, "workers") === null || report?.kind !== "findmax" ? null : report.reached),
  },
];

/** The load that a search found; null: it found none that is the target's own limit. */
function foundBy(report: RunFile["report"], of: "rate" | "workers"): number | null {
  return report?.kind === "findmax" && report.of === of && report.conclusion === "found" ? report.highest : null;
}

/** What runs of a known load have. */
const ofLoads: readonly Metric[] = [
  {
    name: "throughput",
    label: "throughput",
    unit: "perSecond",
    better: "higher",
    of: "operation",
    leastOperations: 0,
    value: (_run, totals) => totals.throughput,
  },
  ...latencies("response"),
  ...latencies("service"),
  {
    name: "error-rate",
    label: "error rate",
    unit: "share",
    better: "lower",
    of: "operation",
    leastOperations: 0,
    value(_run, { operations, failed, undone }) {
      const due = operations + undone;
      return due === 0 ? null : (failed + undone) / due;
    },
  },
  perSecond("rows-read", "rows read", "perSecond", "rowsRead"),
  perSecond("rows-written", "rows written", "perSecond", "rowsWritten"),
  perSecond("bytes-read", "bytes read", "bytesPerSecond", "bytesRead"),
  perSecond("bytes-written", "bytes written", "bytesPerSecond", "bytesWritten"),
  processorTime("client-cpu", "client CPU per operation", "harness"),
  processorTime("server-cpu", "server CPU per operation", "server"),
  {
    name: "client-memory",
    label: "client memory",
    unit: "bytes",
    better: "lower",
    of: "run",
    leastOperations: 0,
    value: ({ resources }) => resources.harness.memoryMaximumBytes,
  },
];

/** All of them, in the order in which they are shown. */
export const metrics: readonly Metric[] = [
  ...ofLoads.map(
    (metric): Metric => ({
      ...metric,
      value: (run, totals) => (run.profile.search === undefined ? metric.value(run, totals) : null),
    }),
  ),
  ...ofSearches,
];

/** Metrics that an open loop's profile decides, as far as the target keeps up. */
export const givenInOpenLoop: readonly string[] = [
  "throughput",
  "rows-read",
  "rows-written",
  "bytes-read",
  "bytes-written",
];

/** The name of all operations together. */
export const allOperations = "all";

/** @throws {UsageError} that names what there is. */
export function findMetric(name: string): Metric {
  const found = metrics.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  const names = metrics.map((metric) => metric.name);
  throw new UsageError(`There is no metric ${name}.${suggestion(name, names)} There are: ${names.join(", ")}.`);
}

/** The totals of an operation of the measured phase, or of all together; undefined: the run has no such operation. */
export function totalsOf(run: RunFile, operation: string): OperationTotals | AllTotals | undefined {
  if (operation === allOperations) return run.totals.measure.all;
  return run.totals.measure.operations.find(({ name }) => name === operation);
}

/** A metric of an operation of a run; null where the run does not have it. */
export function metricOf(metric: Metric, run: RunFile, operation: string = allOperations): number | null {
  const totals = totalsOf(run, operation);
  return totals === undefined || (metric.of === "run" && operation !== allOperations)
    ? null
    : metric.value(run, totals);
}

/** Runs beside each other, as data: values, changes against the first run, and how much these vary within the runs. Never a verdict. */

import type { RunSeries } from "../result/series.ts";
import type {
  ComparedRun,
  Comparison,
  ErrorComparison,
  MetricComparison,
  OperationComparison,
  SloComparison,
} from "../schema/comparison.generated.ts";
import type { RunFile, Verdict } from "../schema/run.generated.ts";
import { mixesLoads } from "../summary/shape.ts";
import { type Blocks, blockSeconds, blocksOf } from "./blocks.ts";
import { differencesOf, sameOperations } from "./differences.ts";
import { allOperations, givenInOpenLoop, type Metric, metricOf, metrics, totalsOf } from "./metrics.ts";
import { confidence, resamples, seed, variationOf } from "./variation.ts";

/** The version of the comparison that this code writes. */
export const comparisonSchemaVersion = 1;

/** Labels of runs, the base first; so many can be compared. */
export const labels = ["A", "B", "C", "D", "E"] as const;

/** A run to compare. */
export interface RunToCompare {
  /** As the user named it. */
  path: string;
  run: RunFile;
  /** Null: there are no windows that can be used. */
  series: RunSeries | null;
  /** What of the run could not be used, and why, one sentence each. */
  missing: readonly string[];
}

/**
 * Compares runs, two to five of them. They must be comparable: see comparable.ts.
 * @param compared the first is the base.
 */
export function compareRuns(compared: readonly RunToCompare[]): Comparison {
  const runs = compared.map(({ run }) => run);
  return {
    schemaVersion: comparisonSchemaVersion,
    runs: compared.map(comparedRun),
    differences: differencesOf(runs),
    sameOperations: sameOperations(runs),
    variation: { method: "circular block bootstrap", blockSeconds, resamples, confidence, seed },
    operations: operationNames(runs).map((operation) => operationComparison(operation, compared)),
    slos: sloComparisons(runs),
    errors: errorComparisons(runs),
  };
}

function comparedRun({ path, run, series, missing }: RunToCompare, place: number): ComparedRun {
  const { server, system } = run.target;
  const { measure } = run.totals;
  return {
    label: labels[place] ?? "E",
    id: run.id,
    path,
    startedAt: run.startedAt,
    status: run.status,
    suite: run.suite.name,
    workload: run.workload.description,
    system,
    server: [server.product === "" ? system : server.product, server.version].filter((part) => part !== "").join(" "),
    profile: run.profile.name,
    loop: run.profile.loop,
    seconds: measure.seconds,
    operations: measure.all.operations,
    mixesLoads: mixesLoads(run),
    valid: run.validity.valid,
    reasons: run.validity.reasons.map(({ message }) => message),
    warnings: run.validity.warnings.map(({ message }) => message),
    overTime: series?.intervalSeconds ?? null,
    missing: [...missing],
  };
}

/** All together, then those of which any run did something, in the order of the first run that has them. */
function operationNames(runs: readonly RunFile[]): string[] {
  const names = runs.flatMap(({ totals }) =>
    totals.measure.operations.filter(({ operations, undone }) => operations + undone > 0).map(({ name }) => name),
  );
  return [allOperations, ...new Set(names)];
}

function operationComparison(operation: string, compared: readonly RunToCompare[]): OperationComparison {
  const blocks = compared.map(({ series }) => (series === null ? null : blocksOf(series, operation)));
  const found: MetricComparison[] = [];
  for (const metric of metrics) {
    const comparison = metricComparison(metric, operation, compared, blocks, found);
    if (comparison.values.some((value) => value !== null)) found.push(comparison);
  }
  return {
    operation,
    counts: compared.map(({ run }) => totalsOf(run, operation)?.operations ?? null),
    metrics: found,
  };
}

function metricComparison(
  metric: Metric,
  operation: string,
  compared: readonly RunToCompare[],
  blocks: readonly (Blocks | null)[],
  before: readonly MetricComparison[],
): MetricComparison {
  const values = compared.map(({ run }) => metricOf(metric, run, operation));
  const [base = null] = values;
  const changes = values.map((value, place) =>
    place === 0 || value === null || base === null || base === 0 ? null : value / base - 1,
  );
  const [ofBase = null] = blocks;
  // Where service and response times are the same, so are their intervals, which take most of the time that a comparison takes.
  const response = before.find(({ metric: name }) => name === metric.name.replace(/^service-/, "response-"));
  const intervals = blocks.map((of, place) => {
    if (changes[place] === null || of === null || ofBase === null) return null;
    const same = [of, ofBase].every((one) => one.service === one.response);
    return same && response !== undefined ? (response.intervals[place] ?? null) : variationOf(metric.name, ofBase, of);
  });
  return {
    metric: metric.name,
    label: metric.label,
    unit: metric.unit,
    better: metric.better,
    given: compared.map(({ run }) => run.profile.loop === "open" && givenInOpenLoop.includes(metric.name)),
    values,
    changes,
    intervals,
  };
}

function sloComparisons(runs: readonly RunFile[]): SloComparison[] {
  const nameOf = ({ operation, metric }: Verdict) => JSON.stringify([operation, metric]);
  const names = new Set(runs.flatMap(({ slo }) => slo.map(nameOf)));
  return [...names].map((name) => {
    const verdicts = runs.map(({ slo }) => slo.find((verdict) => nameOf(verdict) === name));
    const [operation, metric] = JSON.parse(name) as [string, Verdict["metric"]];
    return {
      operation,
      metric,
      verdicts: verdicts.map((verdict) =>
        verdict === undefined ? null : { limit: verdict.limit, actual: verdict.actual, met: verdict.met },
      ),
    };
  });
}

function errorComparisons(runs: readonly RunFile[]): ErrorComparison[] {
  const names = new Set(
    runs.flatMap(({ totals }) =>
      totals.measure.operations.flatMap(({ name, errors }) =>
        Object.keys(errors).map((type) => JSON.stringify([name, type])),
      ),
    ),
  );
  return [...names].map((name) => {
    const [operation, type] = JSON.parse(name) as [string, string];
    const totals = runs.map((run) => totalsOf(run, operation));
    const counts = totals.map((of) => of?.errors[type] ?? 0);
    const shares = totals.map((of, place) =>
      of === undefined || of.operations === 0 ? null : (counts[place] ?? 0) / of.operations,
    );
    return { operation, type, counts, shares };
  });
}

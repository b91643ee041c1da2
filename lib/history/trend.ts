/** A metric over time, in runs that measured the same, with the points at which its level changed. */

import { findMetric, type Metric } from "../comparison/metrics.ts";
import type { HistoryTrend, TrendChange, TrendGroup, TrendPoint } from "../schema/history.generated.ts";
import { changePoints } from "../statistics/change-points.ts";
import { type HistoryEntry, metricValue } from "./entry.ts";
import { changedSurroundings, differencesFrom, groupsOf, type HistoryGroup } from "./groups.ts";

/** Runs on either side of a change, at least; the least of change-points.ts. */
export const minimumSegment = 5;

/** A metric over time, as JSON has it. */
export type Trend = Omit<HistoryTrend, "schemaVersion">;

/**
 * @param runs the oldest first.
 * @param all every group, instead of the largest.
 */
export function trendOf(runs: readonly HistoryEntry[], metricName: string, operation: string, all: boolean): Trend {
  const metric = findMetric(metricName);
  const groups = groupsOf(runs);
  const [first] = groups;
  const { name, label, unit } = metric;
  return {
    metric: { name, label, unit },
    operation,
    groups: (all ? groups : groups.slice(0, 1)).map((group) => groupTrend(group, metric, operation)),
    others: all
      ? []
      : groups.slice(1).map(({ setup, runs: theirs }) => ({
          runs: theirs.length,
          differences: differencesFrom(first?.setup ?? [], setup),
        })),
  };
}

/** The newest runs of each group alone, with the changes that were found in all of them. undefined: all of them. */
export function newestOf(trend: Trend, limit: number | undefined): Trend {
  if (limit === undefined) return trend;
  return {
    ...trend,
    groups: trend.groups.map((group) => {
      const hidden = group.points.length - limit;
      if (hidden <= 0) return group;
      const runs = hidden === 1 ? "the run" : `the ${hidden} runs`;
      const remark = `${runs} before these are not shown, and are looked at for changes`;
      return { ...group, points: group.points.slice(-limit), remarks: [...group.remarks, remark] };
    }),
  };
}

function groupTrend({ setup, runs }: HistoryGroup, metric: Metric, operation: string): TrendGroup {
  const points = runs.map((run): TrendPoint => {
    const value = metricValue(run, metric.name, operation);
    const { path, startedAt, valid, reasons } = run;
    return { path, startedAt, value, valid, reasons, counts: valid && value !== null };
  });
  const used = runs.filter((_, place) => points[place]?.counts);
  const enough = used.length >= 2 * minimumSegment;
  return {
    setup,
    points,
    changes: enough ? changesOf(used, metric, operation) : [],
    notSearched: enough ? null : tooFew(used.length),
    remarks: remarksOf(runs, points, metric, operation),
  };
}

function tooFew(count: number): string {
  const runs = count === 1 ? "1 valid run has" : `${count} valid runs have`;
  return `${runs} a value: a change takes ${minimumSegment} of them on either side, ${2 * minimumSegment} in all`;
}

function changesOf(runs: readonly HistoryEntry[], metric: Metric, operation: string): TrendChange[] {
  const values = runs.map((run) => metricValue(run, metric.name, operation) ?? 0);
  const scale = values.every((value) => value > 0) ? "ratio" : "difference";
  const permutations = permutationsOf(values.length);
  return changePoints(values, { seed: 1, scale, minimumSegment, permutations }).flatMap(
    ({ index, before, after, pValue }) => {
      const [previous, first] = [runs[index - 1], runs[index]];
      if (previous === undefined || first === undefined) return [];
      const { path, startedAt } = first;
      const change = before === 0 ? null : after / before - 1;
      return [{ path, startedAt, before, after, change, pValue, surroundings: changedSurroundings(previous, first) }];
    },
  );
}

/** Of ten values, a whole change is one of 126 ways to part them: p is 0.008, and telling that from the level of 0.01 takes many. */
function permutationsOf(count: number): number {
  return count <= 12 ? 4999 : 499;
}

function remarksOf(
  runs: readonly HistoryEntry[],
  points: readonly TrendPoint[],
  metric: Metric,
  operation: string,
): string[] {
  const invalid = points.filter(({ valid }) => !valid).length;
  const missing = points.filter(({ valid, value }) => valid && value === null).length;
  const thin = runs.filter(
    (run, place) => points[place]?.counts && (run.operations[operation] ?? 0) < metric.leastOperations,
  ).length;
  const of = `of ${points.length} ${points.length === 1 ? "run" : "runs"}`;
  return [
    ...(invalid > 0 ? [`${invalid} ${of} not valid: shown, and left out of the search for changes`] : []),
    ...(missing > 0
      ? [
          metric.name.endsWith("-p99")
            ? `${missing} ${of} without a value: a p99 is not reported below 10,000 operations`
            : `${missing} ${of} without a value`,
        ]
      : []),
    ...(thin > 0
      ? [`${thin} ${of} with fewer than ${metric.leastOperations} operations, where ${metric.label} is mostly chance`]
      : []),
  ];
}

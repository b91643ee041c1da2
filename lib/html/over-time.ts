/** A run's series as the lines of charts. */

import type { Interval, IntervalTotals, PhaseSeries, RunSeries } from "../result/series.ts";
import { percentileOf } from "../result/sparse-histogram.ts";
import type { Point } from "./chart/line-chart.ts";
import { operationsBeyond } from "./distribution.ts";

/** What is drawn: an operation, by its place among the series' operations, or all together. */
export type Selection = number | "all";

/** A percentile of the response time over time. */
export interface PercentileLine {
  points: Point[];
  /** Seconds that each point stands for; at the end of a phase they may be fewer. */
  seconds: number;
}

type Percentile = "p50" | "p95" | "p99";

const percentOf: Record<Percentile, number> = { p50: 50, p95: 95, p99: 99 };

/** Fewer points than these are no line over time. */
const fewestPoints = 12;

/** What was done in an interval; null: nothing was recorded of it. */
export function totalsOf(interval: Interval, selection: Selection): IntervalTotals | null {
  return selection === "all" ? interval.all : (interval.operations[selection] ?? null);
}

/** Where an interval is drawn: in its middle. */
export function middleOf({ startSecond, seconds }: Interval): number {
  return startSecond + seconds / 2;
}

/** The phases that are drawn: all, or the measured one alone. */
export function phasesOf(series: RunSeries, only?: "measure"): PhaseSeries[] {
  return series.phases.filter(({ name }) => only === undefined || name === only);
}

/**
 * A value of each interval, as points; between phases there is no gap. What drained after a phase's end (an interval of no length) is
 * left out: it is no rate.
 */
export function pointsOf(phases: readonly PhaseSeries[], valueIn: (interval: Interval) => number | null): Point[] {
  return phases.flatMap(({ intervals }) =>
    intervals.filter(({ seconds }) => seconds > 0).map((interval): Point => [middleOf(interval), valueIn(interval)]),
  );
}

/** Points that a chart shows at most over time: more than these are no longer told apart on it. */
export const chartIntervals = 480;

/** Succeeded operations per second; intervals are joined where there are more than a chart shows. */
export function throughputPoints(phases: readonly PhaseSeries[], selection: Selection): Point[] {
  return phases.flatMap((phase) => {
    const intervals = phase.intervals.filter(({ seconds }) => seconds > 0);
    return groupsOf(intervals, Math.ceil(intervals.length / chartIntervals)).map((group): Point => {
      const seconds = secondsOf(group);
      let succeeded = 0;
      for (const interval of group) {
        const totals = totalsOf(interval, selection);
        succeeded += totals === null ? 0 : totals.operations - totals.failed;
      }
      return [(group[0]?.startSecond ?? 0) + seconds / 2, succeeded / seconds];
    });
  });
}

function secondsOf(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { seconds }) => sum + seconds, 0);
}

/**
 * A percentile of the response time over time. A point is drawn only where ten operations lie beyond it; where most intervals have
 * fewer, intervals of the measured phase are joined until they have, and the line stands for longer intervals. Where even a dozen
 * in the whole phase would have too few, there are only the points of the seconds that had enough.
 * @returns null where there are none.
 */
export function percentileLine(
  series: RunSeries,
  phases: readonly PhaseSeries[],
  selection: Selection,
  percentile: Percentile,
): PercentileLine | null {
  const least = operationsBeyond / (1 - percentOf[percentile] / 100);
  const points = pointsOf(phases, (interval) => {
    const response = totalsOf(interval, selection)?.response;
    return response === undefined || response.count < least * 0.9999 ? null : response[percentile];
  });
  const measured = (phases.find(({ name }) => name === "measure")?.intervals ?? []).filter(
    ({ seconds }) => seconds > 0,
  );
  const enough = (counts: readonly number[]) =>
    counts.filter((count) => count >= least * 0.9999).length / counts.length;
  const countOf = (interval: Interval) => totalsOf(interval, selection)?.response.count ?? 0;
  const single = points.some(([, value]) => value !== null) ? { points, seconds: series.intervalSeconds } : null;
  const first = Math.ceil(measured.length / chartIntervals);
  if (measured.length === 0 || (first === 1 && enough(measured.map(countOf)) >= 0.5)) return single;
  for (let joined = Math.max(2, first); Math.ceil(measured.length / joined) >= fewestPoints; joined++) {
    const groups = groupsOf(measured, joined);
    const counts = groups.map((group) => group.reduce((sum, interval) => sum + countOf(interval), 0));
    if (enough(counts) < 0.9) continue;
    return {
      points: groups.map((group, index): Point => {
        const seconds = secondsOf(group);
        const value = (counts[index] ?? 0) < least * 0.9999 ? null : mergedPercentile(group, selection, percentile);
        return [(group[0]?.startSecond ?? 0) + seconds / 2, value];
      }),
      seconds: series.intervalSeconds * joined,
    };
  }
  return first === 1 ? single : null;
}

/** Groups of so many intervals that follow each other; the last may be smaller. */
function groupsOf(intervals: readonly Interval[], size: number): Interval[][] {
  const groups: Interval[][] = [];
  for (let start = 0; start < intervals.length; start += size) groups.push(intervals.slice(start, start + size));
  return groups;
}

function mergedPercentile(group: readonly Interval[], selection: Selection, percentile: Percentile): number | null {
  const totals = group.flatMap((interval) =>
    selection === "all" ? interval.operations : [interval.operations[selection] ?? null],
  );
  const histograms = totals.flatMap((one) => (one?.response.histogram ? [one.response.histogram] : []));
  return percentileOf(histograms, percentOf[percentile]);
}

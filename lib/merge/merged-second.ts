/** Adds up what several instances recorded in one second, as one process would have. For Node: it needs hdr-histogram-js. */

import { summedCounts } from "../result/phase-sums.ts";
import {
  decodeSparseHistogram,
  mergeSparseHistograms,
  percentileOf,
  type SparseHistogram,
} from "../result/sparse-histogram.ts";
import { encodeSparseHistogram } from "../result/sparse-histogram-encoding.ts";
import type { PhaseName } from "../schema/run.generated.ts";
import type { HarnessLine, InstrumentsLine, WindowLatency, WindowLine } from "../schema/windows.generated.ts";

/**
 * The lines of one second, one for each phase and operation.
 * @param second since the common start.
 * @param lines of all instances.
 * @param operations names in the order of the workload.
 * @throws {RangeError} when a histogram cannot be read.
 */
export function mergeWindows(
  second: number,
  lines: readonly WindowLine[],
  operations: readonly string[],
): WindowLine[] {
  const groups = new Map<string, WindowLine[]>();
  for (const line of lines) {
    const key = `${phases.indexOf(line.phase)} ${String(operations.indexOf(line.operation)).padStart(6)}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const [first] = group as [WindowLine];
      const sums = Object.fromEntries(
        summedCounts.map((name) => [name, group.reduce((sum, line) => sum + line[name], 0)]),
      ) as Pick<WindowLine, (typeof summedCounts)[number]>;
      const { operations: finished, failed, undone, unknown, attempts, ...amounts } = sums;
      return {
        type: "window",
        second,
        phase: first.phase,
        operation: first.operation,
        operations: finished,
        failed,
        undone,
        unknown,
        attempts,
        errors: mergeErrors(group.map(({ errors }) => errors)),
        ...amounts,
        service: mergeLatencies(group.map(({ service }) => service)),
        response: mergeLatencies(group.map(({ response }) => response)),
      };
    });
}

const phases: PhaseName[] = ["warmup", "measure", "cooldown"];

function mergeErrors(all: readonly Record<string, number>[]): Record<string, number> {
  const errors = new Map<string, number>();
  for (const one of all) {
    for (const [kind, count] of Object.entries(one)) errors.set(kind, (errors.get(kind) ?? 0) + count);
  }
  return Object.fromEntries([...errors].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The sum of latencies: histograms bucket by bucket. */
export function mergeLatencies(all: readonly WindowLatency[]): WindowLatency {
  const [first, ...others] = all.filter(({ count }) => count > 0);
  const [any] = all as [WindowLatency];
  if (first === undefined || others.length === 0) return { ...(first ?? any) };
  const parts = [first, ...others];
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const histogram = parts.map((part) => decodeSparseHistogram(part.histogram)).reduce(mergeSparseHistograms);
  return {
    count,
    min: Math.min(...parts.map(({ min }) => min ?? Number.POSITIVE_INFINITY)),
    mean: parts.reduce((sum, part) => sum + (part.mean ?? 0) * part.count, 0) / count,
    max: Math.max(...parts.map(({ max }) => max ?? 0)),
    clamped: parts.reduce((sum, part) => sum + part.clamped, 0),
    histogram: encodeSparseHistogram(histogram),
  };
}

/**
 * How the harness fared in one second, all processes of it together: processor time, memory and everything counted is summed, the lag merged.
 * The server is one, whoever looked at it. The second is as long as the longest reading.
 */
export function mergeHarness(second: number, lines: readonly HarnessLine[]): HarnessLine {
  const [first] = lines as [HarnessLine];
  const longest = lines.reduce((one, line) => (line.seconds > one.seconds ? line : one), first);
  const sum = (value: (line: HarnessLine) => number) => lines.reduce((total, line) => total + value(line), 0);
  const known = (value: (line: HarnessLine) => number | null) =>
    lines.some((line) => value(line) === null) ? null : sum((line) => value(line) ?? 0);
  const lag: HarnessLine["lag"] = {};
  for (const phase of phases) {
    const lags = lines.flatMap((line) => line.lag[phase] ?? []);
    if (lags.length > 0) lag[phase] = mergeLatencies(lags);
  }
  const instruments = mergeInstruments(lines.flatMap((line) => line.instruments ?? []));
  return {
    type: "harness",
    second,
    seconds: longest.seconds,
    phase: longest.phase,
    cpuSeconds: known(({ cpuSeconds }) => cpuSeconds),
    memoryBytes: known(({ memoryBytes }) => memoryBytes),
    goroutines: sum(({ goroutines }) => goroutines),
    workersActive: sum(({ workersActive }) => workersActive),
    backlog: sum(({ backlog }) => backlog),
    lag,
    server: lines.find(({ server }) => server !== null)?.server ?? null,
    ...(instruments !== undefined && { instruments }),
  };
}

/** What the drivers of all instances counted and timed besides operations; undefined: they have no instruments. */
function mergeInstruments(lines: readonly InstrumentsLine[]): InstrumentsLine | undefined {
  const [first] = lines;
  if (first === undefined) return undefined;
  const names = (all: readonly object[]) => [...new Set(all.flatMap(Object.keys))].sort();
  return {
    phase: first.phase,
    counts: Object.fromEntries(
      names(lines.map(({ counts }) => counts)).map((name) => [
        name,
        lines.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0),
      ]),
    ),
    times: Object.fromEntries(
      names(lines.map(({ times }) => times)).map((name) => [
        name,
        mergeLatencies(lines.flatMap(({ times }) => times[name] ?? [])),
      ]),
    ),
  };
}

/** Median response time, in milliseconds, of the windows of one second in which something finished. */
export function medianResponse(windows: readonly WindowLine[]): number {
  const histograms: SparseHistogram[] = windows
    .filter(({ operations }) => operations > 0)
    .map(({ response }) => decodeSparseHistogram(response.histogram));
  return percentileOf(histograms, 50) ?? 0;
}

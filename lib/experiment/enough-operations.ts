/** Whether repetitions have as many operations as their percentiles need: by the plan in an open loop, by the first pair in a closed one. */

import { allOperations, findMetric, type Metric, metrics, totalsOf } from "../comparison/metrics.ts";
import { type Environment, UsageError } from "../environment/index.ts";
import { plannedOperations } from "../planned-load.ts";
import type { LoadProfile } from "../profile.ts";
import type { MetricOfOperation } from "../schema/experiment.generated.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { count, duration, share } from "../summary/units.ts";
import { labelOf, nameOf } from "./primary.ts";

/** What a variant's runs will do. */
export interface PlannedRun {
  /** As messages name it: A, B. */
  label: string;
  profile: LoadProfile;
  environment: Environment;
  /** The workload's operations with their weights; undefined: not known before the target is asked. */
  operations?: readonly { name: string; weight: number }[] | undefined;
}

/** A repetition as it was. */
export interface MeasuredRun {
  label: string;
  run: RunFile;
}

/** Standard deviations that chance may take off the number of an operation, which is drawn from the mix. */
const deviations = 3;
/** What another repetition may have fewer of, in a closed loop. */
const margin = 1.2;

/**
 * Refuses an experiment whose plan has too few operations for a primary metric. A closed loop without OPERATION_COUNT has no plan, and
 * passes: see `checkMeasuredOperations`.
 * @throws {UsageError} with the numbers and the ways out.
 */
export function checkPlannedOperations(primary: readonly MetricOfOperation[], runs: readonly PlannedRun[]): void {
  for (const wanted of primary) {
    const metric = findMetric(wanted.metric);
    for (const run of runs) checkPlanned(wanted, metric, run);
  }
}

function checkPlanned(wanted: MetricOfOperation, metric: Metric, run: PlannedRun): void {
  const { label, profile, environment, operations } = run;
  const all = plannedOperations(profile, environment);
  const part = shareOf(wanted.operation, operations);
  if (all === undefined || part === undefined) return;
  const least = (expected: number) => expected - deviations * Math.sqrt(expected * (1 - part));
  const planned = all * part;
  if (least(planned) >= metric.leastOperations) return;
  const needed = expectedFor(metric.leastOperations, part);
  const seconds = profile.segments.reduce((sum, each) => sum + (each.phase === "measure" ? each.seconds : 0), 0);
  const ofThese = part === 1 ? "" : ` of ${wanted.operation}`;
  const byChance =
    part === 1 || needed - metric.leastOperations < 1
      ? ""
      : `, by chance as few as ${count(Math.max(0, least(planned)))}`;
  const isCounted = "OPERATION_COUNT" in environment && environment.OPERATION_COUNT !== "";
  const how = isCounted
    ? `Set OPERATION_COUNT=${Math.ceil(needed / part)} or more`
    : `Set STEADY_STATE_DURATION=${Math.ceil((seconds * needed) / planned)}s or more, or a higher LOAD_RATE`;
  const where = isCounted ? "OPERATION_COUNT" : `the load profile ${profile.name}`;
  const mix = part === 1 ? "" : `, ${share(part)} of them ${wanted.operation}`;
  throw new UsageError(
    `The primary metric ${labelOf(wanted)} (${nameOf(wanted)}) needs ${count(metric.leastOperations)} operations${ofThese} in the measured phase of ` +
      `each repetition; ${where} of ${label} plans ${count(planned)}${byChance} ` +
      `(${isCounted ? "" : `${duration(seconds)}, `}${count(all)} operations${mix}). ${how}${lesser(wanted, metric, least(planned))}.`,
  );
}

/**
 * Refuses to go on where the repetitions of the first pair had too few operations for a primary metric.
 * @throws {UsageError} with the numbers and the ways out.
 */
export function checkMeasuredOperations(primary: readonly MetricOfOperation[], runs: readonly MeasuredRun[]): void {
  for (const wanted of primary) {
    const metric = findMetric(wanted.metric);
    const had = runs.map(({ label, run }) => {
      const operations = totalsOf(run, wanted.operation)?.response.count ?? 0;
      return { label, operations, seconds: run.totals.measure.seconds, counted: run.profile.operationCount };
    });
    const fewest = had.reduce((least, each) => (each.operations < least.operations ? each : least), had[0] ?? nothing);
    if (metric.leastOperations === 0 || fewest.operations >= metric.leastOperations || fewest === nothing) continue;
    const times = (metric.leastOperations * margin) / Math.max(1, fewest.operations);
    const how =
      fewest.counted === undefined
        ? `Set STEADY_STATE_DURATION=${Math.ceil(fewest.seconds * times)}s or more`
        : `Set OPERATION_COUNT=${Math.ceil(fewest.counted * times)} or more`;
    const ofThese = wanted.operation === allOperations ? "" : ` of ${wanted.operation}`;
    throw new UsageError(
      `The primary metric ${labelOf(wanted)} (${nameOf(wanted)}) needs ${count(metric.leastOperations)} operations${ofThese} in the measured phase of ` +
        `each repetition; in the first pair ${had.map(({ label, operations }) => `${label} had ${count(operations)}`).join(" and ")}. ` +
        `${how}${lesser(wanted, metric, fewest.operations)}.`,
    );
  }
}

const nothing = { label: "", operations: 0, seconds: 0, counted: undefined };

/** Which part of all operations an operation is; undefined: not known. */
function shareOf(operation: string, operations: PlannedRun["operations"]): number | undefined {
  if (operation === allOperations) return 1;
  const weight = operations?.find(({ name }) => name === operation)?.weight;
  const all = operations?.reduce((sum, each) => sum + each.weight, 0);
  return weight === undefined || all === undefined || all === 0 ? undefined : weight / all;
}

/** So many have to be expected for chance to leave `least`: m − 3 √(m (1 − p)) = least, solved for m. */
function expectedFor(least: number, part: number): number {
  const half = (deviations * Math.sqrt(1 - part)) / 2;
  return (half + Math.sqrt(half * half + least)) ** 2;
}

/** Another percentile of the same time that has operations enough, as the end of a sentence. */
function lesser(wanted: MetricOfOperation, metric: Metric, operations: number): string {
  const [time] = metric.name.split("-");
  const enough = metrics
    .filter(
      ({ name, leastOperations }) =>
        name.startsWith(`${time}-p`) && leastOperations > 0 && leastOperations <= operations,
    )
    .sort((a, b) => b.leastOperations - a.leastOperations)[0];
  if (enough === undefined) return "";
  const other = nameOf({ ...wanted, metric: enough.name });
  return `, or choose --primary ${other}, which needs ${count(enough.leastOperations)}`;
}

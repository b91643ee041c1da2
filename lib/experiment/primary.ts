/** The metrics of an experiment that get a verdict: at most two, named before the first repetition. */

import { allOperations, findMetric, givenInOpenLoop, metrics } from "../comparison/metrics.ts";
import { suggestion, UsageError } from "../environment/index.ts";
import type { LoadProfile } from "../profile.ts";
import type { MetricOfOperation, Plan } from "../schema/experiment.generated.ts";

/** At most two: each further one takes power from all. */
export type PrimaryMetrics = Plan["primary"];

/** How many there may be. */
export const mostPrimaryMetrics = 2;

/** What is known of the runs before there is one. */
export interface PlannedRuns {
  /** The loop of each variant's profile. */
  loops: readonly LoadProfile["loop"][];
  /** Names of the operations that both variants run; undefined: not known yet. */
  operations?: readonly string[] | undefined;
  /** What the variants' profiles search for; undefined: at least one of them searches nothing. */
  search?: "rate" | "workers" | undefined;
}

/**
 * The metrics that `--primary` names, each as `METRIC` of all operations together or as `OPERATION:METRIC`. Where none is named: p99 of the response
 * time and, where both variants run closed loops, throughput; where both search, what they find.
 * @throws {UsageError} for names that do not exist, more than two, one twice, and what an open loop is given by its schedule.
 */
export function primaryMetrics(named: readonly string[], { loops, operations, search }: PlannedRuns): PrimaryMetrics {
  const isOpen = loops.includes("open");
  if (search !== undefined) return primaryOfSearches(named, search);
  if (named.length === 0) {
    const p99 = { metric: "response-p99", operation: allOperations };
    return isOpen ? [p99] : [p99, { metric: "throughput", operation: allOperations }];
  }
  const found = named.map((text) => parsePrimary(text, operations));
  const given = found.find(({ metric }) => isOpen && givenInOpenLoop.includes(metric));
  if (given !== undefined) {
    throw new UsageError(
      `--primary ${nameOf(given)} is not accepted: the load profile is an open loop, whose throughput is given by its schedule and not by what ` +
        "is measured, and so are its rows and bytes per second. Choose a time, such as --primary response-p99, or a profile with a closed loop, such as max.",
    );
  }
  const [first, second, ...others] = found;
  if (others.length > 0) {
    throw new UsageError(
      `${found.length} primary metrics are given (${found.map(nameOf).join(", ")}), and at most ${mostPrimaryMetrics} are accepted: each makes ` +
        "the others weaker. All other metrics are shown with their intervals anyway.",
    );
  }
  if (first === undefined || second === undefined) return first === undefined ? [] : [first];
  if (nameOf(first) === nameOf(second)) {
    throw new UsageError(`--primary ${nameOf(first)} is given twice; name two different metrics, or one.`);
  }
  return [first, second];
}

/** The one metric that searches are compared by. */
function primaryOfSearches(named: readonly string[], search: "rate" | "workers"): PrimaryMetrics {
  const metric = search === "rate" ? "highest-rate" : "highest-workers-throughput";
  const other = named.find((name) => name !== metric);
  if (other === undefined) return [{ metric, operation: allOperations }];
  throw new UsageError(
    `--primary ${other} is not accepted: the load profile searches, and its totals mix many loads. Leave it out, or write --primary ${metric}.`,
  );
}

/** As users type it: `response-p99`, `select:response-p99`. */
export function nameOf({ metric, operation }: MetricOfOperation): string {
  return operation === allOperations ? metric : `${operation}:${metric}`;
}

/** As people read it: `p99 response time`, `p99 response time of select`. */
export function labelOf({ metric, operation }: MetricOfOperation): string {
  const label = metrics.find(({ name }) => name === metric)?.label ?? metric;
  return operation === allOperations ? label : `${label} of ${operation}`;
}

function parsePrimary(text: string, operations: readonly string[] | undefined): MetricOfOperation {
  const colon = text.lastIndexOf(":");
  const name = text.slice(colon + 1).trim();
  const operation = colon === -1 ? allOperations : text.slice(0, colon).trim();
  if (name === "" || operation === "") {
    throw new UsageError(
      `--primary ${JSON.stringify(text)} is not accepted; expected is METRIC or OPERATION:METRIC, such as response-p95 or ` +
        "select:response-p99.",
    );
  }
  const metric = findMetric(name);
  if (operation === allOperations) return { metric: metric.name, operation };
  if (metric.of === "run") {
    throw new UsageError(
      `--primary ${text} is not accepted: ${metric.label} is of a whole run, not of one operation. Write --primary ${metric.name}.`,
    );
  }
  if (operations !== undefined && !operations.includes(operation)) {
    throw new UsageError(
      `--primary ${text} names the operation ${operation}, which is not run by both variants.${suggestion(operation, operations)} ` +
        (operations.length === 0 ? "They have none in common." : `Both run: ${operations.join(", ")}.`),
    );
  }
  return { metric: metric.name, operation };
}

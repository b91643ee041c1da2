/** Which of the other metrics of an experiment are shown: all of them are in its file. */

import { allOperations } from "../comparison/metrics.ts";
import type { ExperimentFile, MetricResult } from "../schema/experiment.generated.ts";
import { count } from "../summary/units.ts";
import { labelOf } from "./primary.ts";
import { changeText } from "./words.ts";

/** Of single operations, these. */
const ofOperations = ["throughput", "response-p50", "response-p95", "response-p99", "error-rate"];

/** What is shown, and how many are not. */
export interface Shown {
  results: MetricResult[];
  hidden: number;
}

/**
 * The metrics of all operations, and the main ones of each. Left out are service times where they are the response times (in a closed loop),
 * what is zero everywhere or the same in all runs, and the only operation, which is the same as all.
 */
export function shownExploration({ judgement }: ExperimentFile): Shown {
  if (judgement === null) return { results: [], hidden: 0 };
  const { exploration, primary } = judgement;
  const all = [...primary.map(({ result }) => result), ...exploration];
  const operations = new Set(all.map(({ operation }) => operation).filter((name) => name !== allOperations));
  const results = exploration.filter((result) => {
    const { metric, operation, medianA, medianB } = result;
    if (medianA === 0 && medianB === 0 && result.pairs === 0) return false;
    if (isGiven(result)) return false;
    if (operation !== allOperations && (operations.size === 1 || !ofOperations.includes(metric))) return false;
    return !metric.startsWith("service-") || !isResponseTime(result, all);
  });
  return { results, hidden: exploration.length - results.length };
}

/** The metric, and of how many pairs it is known where that is not all of them. */
export function explorationLabel(result: MetricResult, { judgement }: ExperimentFile): string {
  const isWhole = result.pairs === judgement?.pairs || result.ratio === null;
  return `${labelOf(result)}${isWhole ? "" : ` (${count(result.pairs)} pairs)`}`;
}

/** Whether it is the same in all runs, but for what is not shown: the throughput of an open loop, and what each operation moves. */
function isGiven({ lower, upper }: MetricResult): boolean {
  return lower !== null && upper !== null && changeText(lower) === "0 %" && changeText(upper) === "0 %";
}

/** Whether a service time is the response time of the same name, in all that is known of it. */
function isResponseTime(service: MetricResult, all: readonly MetricResult[]): boolean {
  const name = service.metric.replace("service-", "response-");
  const response = all.find(({ metric, operation }) => metric === name && operation === service.operation);
  return (
    response !== undefined &&
    (["medianA", "medianB", "ratio", "standardDeviation"] as const).every((key) => response[key] === service[key])
  );
}

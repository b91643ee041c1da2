// The limits that every operation of a suite must meet.

import { type Environment, readDurationOrNone, readShare } from "../lib/environment/index.ts";
import { UsageError } from "../lib/environment/usage-error.ts";
import type { Slo, Workload } from "../lib/workload.ts";

/**
 * Limits that each operation must meet: 50 ms, 100 ms and one failure in a thousand where nothing else is set.
 * @throws {UsageError} for values that are not accepted.
 */
export function readSlo(environment: Environment): Slo {
  const p95 = readDurationOrNone(environment, "SLO_P95") ?? 0.05;
  const p99 = readDurationOrNone(environment, "SLO_P99") ?? 0.1;
  const errorRate = readShare(environment, "SLO_ERROR_RATE") ?? 0.001;
  return {
    ...(p95 !== "none" && { p95Milliseconds: p95 * 1000 }),
    ...(p99 !== "none" && { p99Milliseconds: p99 * 1000 }),
    ...(errorRate !== "none" && { errorRate }),
  };
}

/**
 * Refuses to search for the highest load at which every SLO holds where there is none.
 * @throws {UsageError} that says how to set one.
 */
export function assertSearchable({ name, slo, operations }: Workload): void {
  const limits = [slo, ...operations.filter(({ weight }) => weight > 0).map((operation) => operation.slo)];
  if (limits.some((limit) => limit !== undefined && Object.keys(limit).length > 0)) return;
  throw new UsageError(
    `The load profile searches for the highest load at which every SLO holds, and the workload ${name} has none. Set one, for example ` +
      "SLO_P95=50ms, SLO_P99=100ms or SLO_ERROR_RATE=0.001.",
  );
}

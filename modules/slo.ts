// The limits that every operation of a suite must meet.

import { type Environment, readDurationOrNone, readShare } from "../lib/environment/index.ts";
import type { Slo } from "../lib/workload.ts";

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

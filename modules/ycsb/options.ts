// What a user can choose about the YCSB suite, read from the variables.

import { type Environment, readChoice, readInteger, UsageError } from "../../lib/environment/index.ts";
import type { Slo } from "../../lib/workload.ts";
import { refuseMix } from "../no-mix.ts";
import { readSlo } from "../slo.ts";
import { type CoreWorkload, type CoreWorkloadName, coreWorkloads, type RequestDistribution } from "./core-workloads.ts";

/** Choices of the YCSB suite. */
export interface YcsbOptions {
  name: CoreWorkloadName;
  workload: CoreWorkload;
  rows: number;
  fieldCount: number;
  /** Bytes. */
  fieldLength: number;
  /** Rows that a scan asks for at most. */
  scanLength: number;
  distribution: RequestDistribution;
  /** Keys are hashes of the rows' numbers. */
  hashed: boolean;
  slo: Slo;
}

/** All the fields of a row together, in bytes: what a driver makes and sends at once stays ordinary. */
const largestRow = 10_000_000;

/** Reads the choices; @throws {UsageError} for values that are not accepted, or do not go together. */
export function readYcsbOptions(environment: Environment): YcsbOptions {
  refuseMix("ycsb", "WORKLOAD", environment);
  const name = (readChoice(environment, "WORKLOAD") ?? "A") as CoreWorkloadName;
  const workload = coreWorkloads[name];
  const fieldCount = readInteger(environment, "FIELD_COUNT") ?? 10;
  const fieldLength = readInteger(environment, "FIELD_LENGTH") ?? 100;
  if (fieldCount * fieldLength > largestRow) {
    throw new UsageError(
      `FIELD_COUNT=${fieldCount} and FIELD_LENGTH=${fieldLength} make rows of ${fieldCount * fieldLength} bytes; expected is ` +
        `at most ${largestRow}. Set one of them lower.`,
    );
  }
  return {
    name,
    workload,
    rows: readInteger(environment, "ROWS") ?? 100_000,
    fieldCount,
    fieldLength,
    scanLength: readInteger(environment, "SCAN_LENGTH") ?? 100,
    distribution: (readChoice(environment, "KEY_DISTRIBUTION") ?? workload.distribution) as RequestDistribution,
    hashed: (readChoice(environment, "INSERT_ORDER") ?? "hashed") === "hashed",
    slo: readSlo(environment),
  };
}

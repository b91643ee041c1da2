// What a user can choose about the OLTP suite, read from the variables.

import { type Environment, readChoice, readInteger, readText, UsageError } from "../../lib/environment/index.ts";
import type { Slo } from "../../lib/workload.ts";
import { readSlo } from "../slo.ts";
import { readMix, type Weights } from "./mix.ts";

/** Which keys are asked for. */
export type KeyDistribution = "uniform" | "zipfian" | "hotspot";

/** Choices of the OLTP suite. */
export interface OltpOptions {
  rows: number;
  weights: Weights;
  /** Rows that a range scan returns. */
  rangeRows: number;
  distribution: KeyDistribution;
  slo: Slo;
  /** A table of the user's, as typed. */
  table?: string;
  /** Columns that lookups on a user's table go by. */
  key?: string[];
}

/** Reads the choices; @throws {UsageError} for values that are not accepted, or do not go together. */
export function readOltpOptions(environment: Environment): OltpOptions {
  const rows = readInteger(environment, "ROWS") ?? 100_000;
  const rangeRows = readInteger(environment, "RANGE_ROWS") ?? 100;
  const table = readText(environment, "TABLE");
  const key = readText(environment, "KEY")
    ?.split(",")
    .map((name) => name.trim());
  if (key?.includes("")) {
    throw new UsageError(`KEY=${environment.KEY} is not accepted; expected are names of columns with commas between.`);
  }
  if (table === undefined && key !== undefined) {
    throw new UsageError("KEY is set without TABLE: the suite's own table has its key. Set TABLE too, or unset KEY.");
  }
  if (table !== undefined && readText(environment, "ROWS") !== undefined) {
    throw new UsageError("ROWS and TABLE are both set: dbmark loads no rows into a table of yours. Unset one of them.");
  }
  const weights = readMix(environment);
  if (table === undefined && weights.range !== undefined && rangeRows > rows) {
    throw new UsageError(
      `RANGE_ROWS=${rangeRows} is more than the table's ${rows} rows; expected is at most as many. Set ROWS or RANGE_ROWS.`,
    );
  }
  const distribution = readChoice(environment, "KEY_DISTRIBUTION") ?? "uniform";
  if (distribution === "latest") {
    throw new UsageError(
      "KEY_DISTRIBUTION=latest is for the suite ycsb; expected is uniform, zipfian or hotspot for oltp.",
    );
  }
  return {
    rows,
    weights,
    rangeRows,
    distribution: distribution as KeyDistribution,
    slo: readSlo(environment),
    ...(table !== undefined && { table }),
    ...(key !== undefined && { key }),
  };
}

// The TPC-B-like suite on tables that `pgbench -i` made: their scale is asked for, and they are never loaded, reset or cleaned.

import type { TableDefinition } from "../../k6-ext/index.d.ts";
import { UsageError } from "../../lib/environment/index.ts";
import type { Workload } from "../../lib/workload.ts";
import { weightsText } from "../operation-weights.ts";
import type { TableFacts, TableQuestion } from "../system.ts";
import type { TpcbOptions } from "../tpcb/options.ts";
import { accountsPerBranch, tablesStatement, tpcbOperations } from "./tpcb.ts";

/** The largest of the tables, whose definition is read. */
export const existingTpcbTable = "pgbench_accounts";

const columns = ["aid", "bid", "abalance"];

/** What has to be asked for. */
export function existingTpcbQuestions(): TableQuestion[] {
  return [
    { name: "branches", statement: "SELECT count(*) AS answer FROM pgbench_branches" },
    { name: "accounts", statement: "SELECT coalesce(max(aid), 0) AS answer FROM pgbench_accounts" },
    { name: "made by dbmark", statement: tablesStatement("dbmark's") },
  ];
}

/**
 * The workload on these tables. Rows that it adds to the history stay there, because the balances of the accounts stay too.
 * @throws {UsageError} where they are not pgbench's, or belong to a data set of dbmark.
 */
export function existingTpcbWorkload(definition: TableDefinition, options: TpcbOptions, facts: TableFacts): Workload {
  const missing = columns.filter((name) => !definition.columns.some((column) => column.name === name));
  if (missing.length > 0) {
    throw new UsageError(
      `${definition.qualified} has no column ${missing.join(" and no column ")}, so that it is not pgbench's. Make pgbench's tables with pgbench -i.`,
    );
  }
  if (facts["made by dbmark"] !== 0) {
    throw new UsageError(
      `${definition.qualified} was made by dbmark, which brings it back to its first state before a run. Leave out DATA=existing.`,
    );
  }
  const { branches: scale = 0, accounts = 0 } = facts;
  if (scale === 0 || accounts !== scale * accountsPerBranch) {
    throw new UsageError(
      `pgbench_branches has ${scale} rows, and the accounts of ${definition.qualified} go up to ${accounts}; expected are ` +
        `${accountsPerBranch} for each branch. Make them anew with pgbench -i.`,
    );
  }
  const actual = { ...options, scale };
  const operations = tpcbOperations(actual, {});
  const written = [
    ...(options.weights.tpcb !== undefined ? ["pgbench_accounts", "pgbench_tellers", "pgbench_branches"] : []),
    ...(options.weights["simple-update"] !== undefined ? ["pgbench_accounts"] : []),
    ...(operations.some(({ kind }) => kind !== "read") ? ["pgbench_history"] : []),
  ];
  return {
    name: "tpcb",
    system: "postgres",
    description: `${weightsText(options.weights)} at scale ${scale}, on tables that were there.`,
    operations,
    ...(written.length > 0 && { foreignTables: [...new Set(written)] }),
    slo: options.slo,
  };
}

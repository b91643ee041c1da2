// Existing keys of a user's table, taken before the run: enough of them to spread the load, few enough to hold in memory.

import type { ColumnDefinition, TableDefinition } from "../../k6-ext/index.d.ts";
import type { Pool } from "../../lib/workload.ts";
import type { TableKey } from "./table-key.ts";

/** Keys in a pool at most. */
export const poolSize = 10_000;

/** Rows of a table from which the keys are chosen: a larger table is sampled by blocks first. */
export const candidateRows = 200_000;

/** Types whose values come and go without loss in their own form; all others travel as text. */
const plainTypes = [
  "int2",
  "int4",
  "int8",
  "uuid",
  "text",
  "varchar",
  "bpchar",
  "bool",
  "float8",
  "timestamp",
  "timestamptz",
  "date",
];

/**
 * A pool of keys. Of the candidates (the whole table or, of a large one, blocks spread over it) it takes those with the
 * smallest MD5: a choice that looks random and is the same every time. They are in key order.
 *
 * `followedBy`: only keys that so many rows follow, themselves included.
 */
export function keyPool(
  name: string,
  definition: TableDefinition,
  key: TableKey,
  rows: number | undefined,
  followedBy?: number,
): Pool {
  const columns = key.columns.map(({ quoted }) => quoted);
  const list = columns.join(", ");
  const conditions = key.columns.filter(({ notNull }) => !notNull).map(({ quoted }) => `${quoted} IS NOT NULL`);
  if (followedBy !== undefined) {
    const known = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
    const descending = columns.map((column) => `${column} DESC`).join(", ");
    conditions.push(
      `${tuple(columns)} <= (SELECT ${list} FROM ${definition.qualified}${known} ORDER BY ${descending} LIMIT 1 OFFSET ${followedBy - 1})`,
    );
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const candidates = `SELECT ${list} FROM ${definition.qualified}${sampling(definition, rows)}${where}`;
  const chosen = `${candidates} ORDER BY md5(concat_ws('/', ${list})), ${list} LIMIT ${poolSize}`;
  return {
    name,
    statement: `SELECT ${key.columns.map(asSent).join(", ")} FROM (${chosen}) AS sample ORDER BY ${columns.map((column) => `sample.${column}`).join(", ")}`,
  };
}

/** Comparison of a key: one column as it is, several as a row. */
export function tuple(parts: string[]): string {
  return parts.length === 1 ? (parts[0] ?? "") : `(${parts.join(", ")})`;
}

/** Sampling by blocks takes a time that does not grow with the table; views and foreign tables have no blocks. */
function sampling(definition: TableDefinition, rows: number | undefined): string {
  const hasBlocks = ["table", "partitioned table", "materialized view"].includes(definition.type);
  if (!hasBlocks || rows === undefined || rows <= candidateRows) return "";
  return ` TABLESAMPLE SYSTEM (${Number(((100 * candidateRows) / rows).toPrecision(4))}) REPEATABLE (1)`;
}

function asSent({ quoted, baseType }: ColumnDefinition): string {
  return plainTypes.includes(baseType) ? quoted : `${quoted}::text`;
}

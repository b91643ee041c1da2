// YCSB on a table of its own, `dbmark_ycsb`, made as YCSB's JDBC binding makes its usertable.

import type { DataSet, Parameter, Step, Workload } from "../../lib/workload.ts";
import type { OperationName } from "../ycsb/core-workloads.ts";
import type { YcsbOptions } from "../ycsb/options.ts";
import {
  fieldNames,
  fieldNumber,
  fields,
  fieldValue,
  insertedKey,
  loadedKey,
  requestedKey,
  scanRows,
} from "../ycsb/rows.ts";
import { type OperationOnSystem, ycsbWorkload } from "../ycsb/workload.ts";

const table = "dbmark_ycsb";
const prefix = "user";

/** The workload for these choices. */
export function postgresYcsb(options: YcsbOptions): Workload {
  return ycsbWorkload(options, "postgres", operations(options), dataSet(options));
}

function operations(options: YcsbOptions): Record<OperationName, OperationOnSystem> {
  const columns = ["ycsb_key", ...fieldNames(options)];
  const key: Parameter = { name: "key", generator: requestedKey(options, prefix) };
  const read: Step = {
    statement: `SELECT ${columns.join(", ")} FROM ${table} WHERE ycsb_key = $1`,
    parameters: ["key"],
    expect: { minimum: 1, maximum: 1 },
  };
  const { update, written } = updateOf(options);
  return {
    read: { kind: "read", description: "All fields of one row.", parameters: [key], steps: [read] },
    update: { kind: "write", description: "One field of one row.", parameters: [key, ...written], steps: [update] },
    insert: {
      kind: "write",
      description: "A row that is not there yet.",
      parameters: [{ name: "key", generator: insertedKey(options, prefix) }, ...fields(options)],
      steps: [
        {
          statement: `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(", ")})`,
          parameters: ["key", ...fieldNames(options)],
          expect: { minimum: 1, maximum: 1 },
        },
      ],
      inserts: {
        count: `SELECT count(*) FROM ${table} WHERE ycsb_key = ANY($1::varchar[])`,
        remove: `DELETE FROM ${table} WHERE ycsb_key = ANY($1::varchar[])`,
        keys: ["key"],
      },
    },
    scan: {
      kind: "read",
      description: `1 to ${options.scanLength} rows in the order of their keys, from one that is there on; fewer where the table ends.`,
      parameters: [key, { name: "length", generator: scanRows(options) }],
      steps: [
        {
          statement: `SELECT ${columns.join(", ")} FROM ${table} WHERE ycsb_key >= $1 ORDER BY ycsb_key LIMIT $2`,
          parameters: ["key", "length"],
          expect: { minimum: 1, maximum: options.scanLength },
        },
      ],
    },
    "read-modify-write": {
      kind: "write",
      description: "All fields of one row, then one field of it; measured as one, without a transaction.",
      parameters: [key, ...written],
      steps: [read, update],
    },
  };
}

/** The statement that sets one of the fields, whose number is a parameter: it stays the same, so that it is prepared once. */
function updateOf(options: YcsbOptions): { update: Step; written: Parameter[] } {
  const value: Parameter = { name: "value", generator: fieldValue(options) };
  const expect = { minimum: 1, maximum: 1 };
  if (options.fieldCount === 1) {
    const statement = `UPDATE ${table} SET field0 = $2 WHERE ycsb_key = $1`;
    return { update: { statement, parameters: ["key", "value"], expect }, written: [value] };
  }
  const set = fieldNames(options).map((name, i) => `${name} = CASE $2::int4 WHEN ${i} THEN $3 ELSE ${name} END`);
  return {
    update: {
      statement: `UPDATE ${table} SET ${set.join(", ")} WHERE ycsb_key = $1`,
      parameters: ["key", "field", "value"],
      expect,
    },
    written: [{ name: "field", generator: fieldNumber(options) }, value],
  };
}

function dataSet(options: YcsbOptions): DataSet {
  const made = fieldNames(options).map((name) => `${name} text`);
  return {
    name: "ycsb",
    tables: [
      {
        name: table,
        rows: options.rows,
        columns: [{ name: "ycsb_key", generator: loadedKey(options, prefix) }, ...fields(options)],
        check: `SELECT count(*) FROM ${table}`,
      },
    ],
    create: [`CREATE TABLE ${table} (ycsb_key varchar(255) NOT NULL, ${made.join(", ")})`],
    drop: [`DROP TABLE IF EXISTS ${table}`],
    // The primary key is made when the rows are in, which is faster; truncating takes it away again for the next load.
    finish: [
      `ALTER TABLE ${table} ADD CONSTRAINT ${table}_pkey PRIMARY KEY (ycsb_key)`,
      `VACUUM (FREEZE, ANALYZE) ${table}`,
    ],
    truncate: [`TRUNCATE ${table}`, `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_pkey`],
  };
}

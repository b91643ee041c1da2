// The OLTP suite on a table of its own: `dbmark_oltp`, keys 1 to ROWS, with one index besides the primary key. With deletes in the mix, rows
// with keys from 0 down are there for them.

import type { DataSet, Generator, Operation, Workload } from "../../lib/workload.ts";
import type { KeyDistribution, OltpOptions } from "../oltp/options.ts";
import { weightsText } from "../operation-weights.ts";
import { deletableRows, deletedKey, firstKey, removedRows } from "./deletable-rows.ts";

const table = "dbmark_oltp";
const columns = "id, account, amount, payload, created_at";
const payload: Generator = { type: "text", length: { minimum: 120, maximum: 200 } };
const amount: Generator = { type: "uniform", minimum: 0, maximum: 1_000_000 };
const secondsOfAYear = 31_536_000;
const createdAt: Generator = { type: "timestamp", spreadSeconds: secondsOfAYear };

/**
 * The workload for these choices.
 * @param runOperations of the run at most; undefined: as many as the target answers.
 * @throws {UsageError} for deletes in a run without an end.
 */
export function oltpWorkload(options: OltpOptions, runOperations: number | undefined): Workload {
  const deletable = options.weights.delete === undefined ? 0 : deletableRows(runOperations);
  return {
    name: "oltp",
    system: "postgres",
    description: `${weightsText(options.weights)} on ${options.rows} rows of a table of its own.`,
    operations: operations(options, deletable).filter(({ weight }) => weight > 0),
    dataSet: dataSet(options.rows, deletable),
    slo: options.slo,
  };
}

function operations({ rows, weights, rangeRows, distribution }: OltpOptions, deletable: number): Operation[] {
  const above = `FROM ${table} WHERE id > ${rows}`;
  return [
    {
      name: "select",
      kind: "read",
      weight: weights.select ?? 0,
      description: "One row by its primary key.",
      parameters: [{ name: "id", generator: keys(distribution, rows) }],
      steps: [
        {
          statement: `SELECT ${columns} FROM ${table} WHERE id = $1`,
          parameters: ["id"],
          expect: { minimum: 1, maximum: 1 },
        },
      ],
    },
    {
      name: "range",
      kind: "read",
      weight: weights.range ?? 0,
      description: `${rangeRows} rows in the order of the primary key, from a key on.`,
      // The last start is so far from the end that there are always as many rows.
      parameters: [{ name: "id", generator: keys(distribution, Math.max(1, rows - rangeRows + 1)) }],
      steps: [
        {
          statement: `SELECT ${columns} FROM ${table} WHERE id >= $1 ORDER BY id LIMIT ${rangeRows}`,
          parameters: ["id"],
          expect: { minimum: rangeRows, maximum: rangeRows },
        },
      ],
    },
    {
      name: "insert",
      kind: "write",
      weight: weights.insert ?? 0,
      description: "One row with a key above the data set.",
      parameters: [
        { name: "id", generator: { type: "sequence", start: rows + 1 } },
        { name: "account", generator: { type: "uuid" } },
        { name: "amount", generator: amount },
        { name: "payload", generator: payload },
        { name: "created_at", generator: createdAt },
      ],
      steps: [
        {
          statement: `INSERT INTO ${table} (${columns}) VALUES ($1, $2, $3, $4, $5)`,
          parameters: ["id", "account", "amount", "payload", "created_at"],
          expect: { minimum: 1, maximum: 1 },
        },
      ],
      inserts: { count: `SELECT count(*) ${above}`, remove: `DELETE ${above}` },
    },
    {
      name: "update",
      kind: "write",
      weight: weights.update ?? 0,
      description: "A column without an index, of one row found by its primary key.",
      parameters: [
        { name: "id", generator: keys(distribution, rows) },
        { name: "amount", generator: amount },
      ],
      steps: [
        {
          statement: `UPDATE ${table} SET amount = $2 WHERE id = $1`,
          parameters: ["id", "amount"],
          expect: { minimum: 1, maximum: 1 },
        },
      ],
    },
    {
      name: "delete",
      kind: "delete",
      weight: weights.delete ?? 0,
      description: "One row by its primary key, of those that were loaded to be deleted.",
      parameters: [{ name: "id", generator: deletedKey }],
      steps: [
        {
          statement: `DELETE FROM ${table} WHERE id = $1`,
          parameters: ["id"],
          expect: { minimum: 1, maximum: 1 },
        },
      ],
      removes: removedRows(table, deletable),
    },
  ];
}

function keys(distribution: KeyDistribution, maximum: number): Generator {
  return { type: distribution, minimum: 1, maximum };
}

function dataSet(rows: number, deletable: number): DataSet {
  return {
    name: "oltp",
    tables: [
      {
        name: table,
        rows: rows + deletable,
        columns: [
          { name: "id", generator: { type: "sequence", start: firstKey(deletable) } },
          { name: "account", generator: { type: "uuid" } },
          { name: "amount", generator: amount },
          { name: "payload", generator: payload },
          { name: "created_at", generator: createdAt },
        ],
        check: `SELECT count(*) FROM ${table} WHERE id <= ${rows}`,
      },
    ],
    create: [
      `CREATE TABLE ${table} (id bigint NOT NULL, account uuid NOT NULL, amount bigint NOT NULL, ` +
        "payload text NOT NULL, created_at timestamptz NOT NULL)",
    ],
    drop: [`DROP TABLE IF EXISTS ${table}`],
    // Indexes are made when the rows are in, which is faster; truncating takes them away again for the next load.
    finish: [
      `ALTER TABLE ${table} ADD CONSTRAINT ${table}_pkey PRIMARY KEY (id)`,
      `CREATE INDEX ${table}_account ON ${table} (account)`,
      `VACUUM (FREEZE, ANALYZE) ${table}`,
    ],
    truncate: [
      `TRUNCATE ${table}`,
      `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_pkey`,
      `DROP INDEX IF EXISTS ${table}_account`,
    ],
    removeInserted: [`DELETE FROM ${table} WHERE id > ${rows}`],
  };
}

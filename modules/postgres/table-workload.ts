// The four operations of the OLTP suite on any table that a user names.

import type { ColumnDefinition, TableDefinition } from "../../k6-ext/index.d.ts";
import { UsageError } from "../../lib/environment/index.ts";
import type { Operation, Parameter, Pool, Workload } from "../../lib/workload.ts";
import { writes } from "../oltp/mix.ts";
import type { OltpOptions } from "../oltp/options.ts";
import { weightsText } from "../operation-weights.ts";
import type { TableFacts } from "../system.ts";
import { insertOperation } from "./table-insert.ts";
import { keyOf, type TableKey } from "./table-key.ts";
import { keyPool, tuple } from "./table-pool.ts";
import { rowsOf } from "./table-questions.ts";

const existing = "keys";
const starts = "starts";

/**
 * The workload on a user's table. `facts` are the answers to tableQuestions.
 * @throws {UsageError} where the table cannot do what the mix asks for; the message says what to do.
 */
export function tableWorkload(definition: TableDefinition, options: OltpOptions, facts: TableFacts): Workload {
  const { weights, rangeRows } = options;
  if (weights.delete !== undefined) {
    throw new UsageError(
      `delete is not run on ${definition.qualified}: what it removed could not be brought back as it was. ` +
        "Leave it out with another MIX (read-heavy, balanced, write-heavy, read-only) or OPERATIONS, or run without TABLE.",
    );
  }
  const key = keyOf(definition, options);
  const rows = rowsOf(definition, facts);
  const needsRows = Object.keys(weights).filter((name) => name !== "insert");
  if (rows === 0 && needsRows.length > 0) {
    throw new UsageError(
      `${definition.qualified} is empty, and ${needsRows.join(", ")} need rows. Fill it first, or name another table.`,
    );
  }
  if (weights.range !== undefined && rows < rangeRows) {
    throw new UsageError(
      `${definition.qualified} has ${rows} rows, fewer than the ${rangeRows} of a range scan. Set RANGE_ROWS=${rows} or less, or leave range out.`,
    );
  }
  const operations: Operation[] = [];
  const pools: Pool[] = [];
  if (weights.select !== undefined || weights.update !== undefined)
    pools.push(keyPool(existing, definition, key, rows));
  if (weights.select !== undefined) operations.push(select(definition, key, options, weights.select));
  if (weights.range !== undefined) {
    pools.push(keyPool(starts, definition, key, rows, rangeRows));
    operations.push(range(definition, key, options, weights.range));
  }
  if (weights.insert !== undefined) operations.push(insertOperation(definition, key, weights.insert, facts));
  if (weights.update !== undefined) operations.push(update(definition, key, options, weights.update));
  return {
    name: "oltp",
    system: "postgres",
    description: `${weightsText(weights)} on the ${definition.type} ${definition.qualified}.`,
    operations,
    pools,
    ...(writes(weights) && !definition.ownedByDbmark && { foreignTables: [definition.qualified] }),
    slo: options.slo,
  };
}

function select(definition: TableDefinition, key: TableKey, options: OltpOptions, weight: number): Operation {
  return {
    name: "select",
    kind: "read",
    weight,
    description: key.unique ? "One row by its key." : "The rows of one key.",
    parameters: keyParameters(key, existing, options),
    steps: [
      {
        statement: `SELECT ${columnList(definition)} FROM ${definition.qualified} WHERE ${keyEquals(key)}`,
        parameters: key.columns.map(({ name }) => name),
        expect: { minimum: 1, maximum: key.unique ? 1 : Number.MAX_SAFE_INTEGER },
      },
    ],
  };
}

function range(definition: TableDefinition, key: TableKey, options: OltpOptions, weight: number): Operation {
  const columns = key.columns.map(({ quoted }) => quoted);
  const from = `${tuple(columns)} >= ${tuple(columns.map((_, i) => `$${i + 1}`))}`;
  return {
    name: "range",
    kind: "read",
    weight,
    description: `${options.rangeRows} rows in the order of the key, from a key on.`,
    parameters: keyParameters(key, starts, options),
    steps: [
      {
        statement:
          `SELECT ${columnList(definition)} FROM ${definition.qualified} WHERE ${from} ` +
          `ORDER BY ${columns.join(", ")} LIMIT ${options.rangeRows}`,
        parameters: key.columns.map(({ name }) => name),
        expect: { minimum: options.rangeRows, maximum: options.rangeRows },
      },
    ],
  };
}

/** Writes a column's own value back: the server makes a new version of the row, and the user's data stays as it is. */
function update(definition: TableDefinition, key: TableKey, options: OltpOptions, weight: number): Operation {
  const column = updatedColumn(definition, key);
  if (column === undefined) {
    throw new UsageError(
      `${definition.qualified} has no column besides its keys that can be written, so that update has nothing to do. ` +
        "Leave it out, for example with OPERATIONS=select,range,insert.",
    );
  }
  return {
    name: "update",
    kind: "write",
    weight,
    description: `One row by its key: ${column.quoted} gets the value that it has, which is a write and changes no data.`,
    parameters: keyParameters(key, existing, options),
    steps: [
      {
        statement: `UPDATE ${definition.qualified} SET ${column.quoted} = ${column.quoted} WHERE ${keyEquals(key)}`,
        parameters: key.columns.map(({ name }) => name),
        expect: { minimum: 1, maximum: 1 },
      },
    ],
  };
}

/** The last column that can be written and is part of no key: keys tend to come first, and have indexes. */
function updatedColumn(definition: TableDefinition, key: TableKey): ColumnDefinition | undefined {
  const keys = [
    ...key.columns.map(({ name }) => name),
    ...definition.key,
    ...(definition.unique ?? []).flat(),
    ...(definition.references ?? []),
  ];
  return definition.columns
    .filter(({ name, generated, identity }) => !generated && identity !== "always" && !keys.includes(name))
    .at(-1);
}

function keyParameters(key: TableKey, pool: string, { distribution }: OltpOptions): Parameter[] {
  return key.columns.map(({ name }, column) => ({ name, generator: { type: "pool", pool, column, distribution } }));
}

function keyEquals(key: TableKey): string {
  return key.columns.map(({ quoted }, i) => `${quoted} = $${i + 1}`).join(" AND ");
}

function columnList(definition: TableDefinition): string {
  return definition.columns.map(({ quoted }) => quoted).join(", ");
}

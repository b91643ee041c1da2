// The insert on a user's table: which columns get values, which make a row unique, and how the rows are found again.

import type { ColumnDefinition, TableDefinition } from "../../k6-ext/index.d.ts";
import { UsageError } from "../../lib/environment/index.ts";
import type { Generator, Operation } from "../../lib/workload.ts";
import type { TableFacts } from "../system.ts";
import { isCounted, largestValue, ordinaryGenerator, uniqueGenerator } from "./column-generator.ts";
import type { TableKey } from "./table-key.ts";

/** Room that a counted column must have above its largest value. */
const neededRoom = 1_000_000;

/** What an insert writes. */
interface InsertPlan {
  /** The columns that get values. */
  columns: ColumnDefinition[];
  /** Those of them whose values are all different. The first one is part of the key and identifies a row. */
  unique: ColumnDefinition[];
}

/** The columns for which a number above all others has to be asked for. */
export function countedColumns(definition: TableDefinition, key: TableKey): ColumnDefinition[] {
  return planInsert(definition, key).unique.filter(isCounted);
}

/**
 * The operation that adds a row. Columns that are generated, have a default or may be null are left out, but for the key: its
 * values are made here, so that the rows can be counted and removed by them.
 * @throws {UsageError} that names a column for which no value can be made.
 */
export function insertOperation(
  definition: TableDefinition,
  key: TableKey,
  weight: number,
  facts: TableFacts,
): Operation {
  const { columns, unique } = planInsert(definition, key);
  const parameters = columns.map((column) => ({
    name: column.name,
    generator: unique.includes(column) ? uniqueValues(definition, column, facts) : ordinaryValues(definition, column),
  }));
  const names = columns.map(({ quoted }) => quoted).join(", ");
  const placeholders = columns.map((_, i) => `$${i + 1}`).join(", ");
  const overriding = columns.some(({ identity }) => identity === "always") ? " OVERRIDING SYSTEM VALUE" : "";
  const [identifying] = unique;
  if (identifying === undefined) throw refusal(definition, key.columns[0], "has no values that are all different");
  const inserted = `FROM ${definition.qualified} WHERE ${identifying.quoted} = ANY($1::${identifying.baseType}[])`;
  return {
    name: "insert",
    kind: "write",
    weight,
    description: "One row with a new key.",
    parameters,
    steps: [
      {
        statement: `INSERT INTO ${definition.qualified} (${names})${overriding} VALUES (${placeholders})`,
        parameters: columns.map(({ name }) => name),
        expect: { minimum: 1, maximum: 1 },
      },
    ],
    inserts: { count: `SELECT count(*) ${inserted}`, remove: `DELETE ${inserted}`, keys: [identifying.name] },
  };
}

/** Name of the question for a number above all that a column holds. */
export function nextQuestion(column: string): string {
  return `next ${column}`;
}

function planInsert(definition: TableDefinition, key: TableKey): InsertPlan {
  const isKey = (column: ColumnDefinition) => key.columns.some(({ name }) => name === column.name);
  const columns = definition.columns.filter(
    (column) => isKey(column) || (column.notNull && !column.hasDefault && !column.generated && column.identity === ""),
  );
  const references = definition.references ?? [];
  for (const column of columns) {
    if (references.includes(column.name)) {
      throw refusal(definition, column, "refers to another table, whose keys dbmark does not know");
    }
    if (column.generated) throw refusal(definition, column, "is part of the key and computed by the server");
  }
  const unique: ColumnDefinition[] = [];
  const sets = [key.columns.map(({ name }) => name), definition.key, ...(definition.unique ?? [])];
  for (const set of sets) {
    const filled = set.map((name) => columns.find((column) => column.name === name));
    // A column that is left out is null or has a default of its own, which a unique index takes to be different.
    if (filled.includes(undefined) || filled.some((column) => column && unique.includes(column))) continue;
    const chosen = filled.find((column) => column !== undefined && uniqueGenerator(column, 0) !== undefined);
    if (chosen === undefined)
      throw refusal(definition, filled[0], "must be unique, and dbmark cannot make different values of its type");
    unique.push(chosen);
  }
  return { columns, unique };
}

function uniqueValues(definition: TableDefinition, column: ColumnDefinition, facts: TableFacts): Generator {
  const next = facts[nextQuestion(column.name)] ?? 0;
  if (isCounted(column) && next + neededRoom > largestValue(column)) {
    throw refusal(definition, column, `has no room for new values: they would start at ${next}`);
  }
  return uniqueGenerator(column, next) ?? ordinaryValues(definition, column);
}

function ordinaryValues(definition: TableDefinition, column: ColumnDefinition): Generator {
  const generator = ordinaryGenerator(column);
  if (generator === undefined) throw refusal(definition, column, "needs a value of a type that dbmark cannot make");
  return generator;
}

function refusal(definition: TableDefinition, column: ColumnDefinition | undefined, why: string): UsageError {
  const what = column === undefined ? "its key" : `column ${column.quoted} (${column.type})`;
  return new UsageError(
    `dbmark cannot insert into ${definition.qualified}: ${what} ${why}. ` +
      "Leave insert out, for example with OPERATIONS=select,range,update.",
  );
}

// Which columns identify a row of a user's table, and what follows from that.

import type { ColumnDefinition, TableDefinition } from "../../k6-ext/index.d.ts";
import { suggestion, UsageError } from "../../lib/environment/index.ts";
import { writes } from "../oltp/mix.ts";
import type { OltpOptions } from "../oltp/options.ts";

/** The key that lookups go by. */
export interface TableKey {
  columns: ColumnDefinition[];
  /** The target guarantees that no two rows have the same. */
  unique: boolean;
}

/**
 * The key to go by: KEY where the user names one, else that of the table.
 * @throws {UsageError} where there is none, where KEY names what is no column, and where the mix writes to what cannot be
 * written to, or could not be cleaned up again.
 */
export function keyOf(definition: TableDefinition, options: OltpOptions): TableKey {
  if (writes(options.weights) && /view/.test(definition.type)) {
    throw new UsageError(
      `${definition.qualified} is a ${definition.type}, which dbmark only reads, and the mix writes. ` +
        "Set MIX=read-only, or OPERATIONS=select,range, or name the table behind it.",
    );
  }
  const names = options.key ?? definition.key;
  if (names.length === 0) {
    const why = /view/.test(definition.type)
      ? "has no key of its own"
      : "has no primary key and no unique index over columns that are not null";
    throw new UsageError(
      `${definition.qualified} (a ${definition.type}) ${why}, so that dbmark cannot tell its rows apart. ` +
        "Name columns to look rows up by, with KEY=column or KEY=column,column, and read only (MIX=read-only).",
    );
  }
  const columns = names.map((name) => columnOf(definition, name));
  const unique = [definition.key, ...(definition.unique ?? [])].some((set) => sameNames(set, columns));
  if (!unique && writes(options.weights)) {
    throw new UsageError(
      `KEY=${names.join(",")} is not unique in ${definition.qualified}, so that what a run inserts or updates could not be ` +
        "told from other rows. Set MIX=read-only, or OPERATIONS=select,range, or name a unique key.",
    );
  }
  return { columns, unique };
}

/** A column by its name as typed, which may be quoted; where no column has that name exactly, case does not matter. */
function columnOf(definition: TableDefinition, typed: string): ColumnDefinition {
  const name = /^".*"$/.test(typed) ? typed.slice(1, -1).replaceAll('""', '"') : typed;
  const found =
    definition.columns.find((column) => column.name === name) ??
    definition.columns.find((column) => column.name === name.toLowerCase());
  if (found !== undefined) return found;
  const names = definition.columns.map((column) => column.name);
  throw new UsageError(
    `KEY names ${typed}, which is no column of ${definition.qualified}.${suggestion(name, names)} Its columns are ${names.join(", ")}.`,
  );
}

function sameNames(set: string[], columns: ColumnDefinition[]): boolean {
  return set.length === columns.length && columns.every(({ name }) => set.includes(name));
}

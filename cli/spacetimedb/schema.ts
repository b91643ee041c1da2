// A database's schema as its server tells it, and how it differs from the one that the suite needs.

import { declaredSchema, type Fields, type ModuleSchema } from "../../modules/spacetimedb/declared-schema.ts";

/** An element of a product type, in the server's JSON. */
interface Element {
  name: { some?: string };
  algebraic_type: Record<string, unknown>;
}

/** What is read of RawModuleDefV9 (spacetimedb-lib 1.2.0, db/raw_def/v9.rs). */
interface RawModuleDefinition {
  typespace: { types: { Product?: { elements: Element[] } }[] };
  tables: { name: string; product_type_ref: number; table_access: Record<string, unknown> }[];
  reducers: { name: string; params: { elements: Element[] }; lifecycle: { some?: unknown } }[];
}

/**
 * The answer to `GET schema?version=9`: public tables, and reducers that clients may call.
 * @throws for what is no such answer.
 */
export function readSchema(text: string): ModuleSchema {
  const raw: RawModuleDefinition = JSON.parse(text);
  return {
    tables: Object.fromEntries(
      raw.tables
        .filter(({ table_access }) => "Public" in table_access)
        .map((table) => [table.name, fieldsOf(raw.typespace.types[table.product_type_ref]?.Product?.elements ?? [])]),
    ),
    reducers: Object.fromEntries(
      raw.reducers
        .filter(({ lifecycle }) => lifecycle.some === undefined)
        .map(({ name, params }) => [name, fieldsOf(params.elements)]),
    ),
  };
}

/** What the suite needs and a database does not have, or has otherwise: a phrase for each. */
export function differences(found: ModuleSchema, needed: ModuleSchema = declaredSchema): string[] {
  const kinds = [
    ["table", "public table", "columns"],
    ["reducer", "reducer", "arguments"],
  ] as const;
  return kinds.flatMap(([kind, called, fields]) => {
    const has = found[`${kind}s`];
    const names = Object.keys(has);
    return Object.entries(needed[`${kind}s`]).flatMap(([name, wanted]) => {
      const there = has[name];
      if (there === undefined)
        return [`the ${called} ${name} is missing (there are ${names.length === 0 ? "none" : names.join(", ")})`];
      if (written(there) === written(wanted)) return [];
      return [`the ${kind} ${name} has the ${fields} (${written(there)}), not (${written(wanted)})`];
    });
  });
}

function written(fields: Fields): string {
  return fields.map(([name, type]) => `${name}: ${type}`).join(", ");
}

function fieldsOf(elements: Element[]): Fields {
  return elements.map(({ name, algebraic_type }) => [name.some ?? "_", typeOf(algebraic_type)]);
}

/** As Rust writes it: the server's `I64` is `i64`. Of what is composed, the kind. */
function typeOf(type: Record<string, unknown>): string {
  const [kind = "?"] = Object.keys(type);
  return kind === "Bool" || /^[IUF]\d+$/.test(kind) ? kind.toLowerCase() : kind;
}

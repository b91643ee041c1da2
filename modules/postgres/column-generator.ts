// A generator for a column of a user's table, by the column's type.

import type { ColumnDefinition } from "../../k6-ext/index.d.ts";
import type { Generator } from "../../lib/workload.ts";

const largestInteger: Record<string, number> = { int2: 32_767, int4: 2_147_483_647, int8: 2 ** 63 };
const textTypes = ["text", "varchar", "bpchar", "citext", "name"];
const ordinaryMaximum = 1_000_000;
const secondsOfAYear = 31_536_000;

/** Ordinary values that a column accepts; undefined for a type that dbmark cannot make values of. */
export function ordinaryGenerator(column: ColumnDefinition): Generator | undefined {
  const { baseType, maximumLength, precision, scale, labels } = column;
  if (labels && labels.length > 0) return { type: "choice", values: labels };
  if (textTypes.includes(baseType)) {
    const most = Math.min(maximumLength || 60, 60);
    return { type: "text", length: { minimum: Math.ceil(most / 3), maximum: most } };
  }
  switch (baseType) {
    case "int2":
    case "int4":
    case "int8":
      return { type: "uniform", minimum: 0, maximum: Math.min(ordinaryMaximum, largestInteger[baseType] ?? 0) };
    case "numeric":
      return numeric(precision, scale);
    case "float4":
    case "float8":
      return { type: "float", minimum: 0, maximum: ordinaryMaximum, decimals: 2 };
    case "bool":
      return { type: "boolean" };
    case "uuid":
      return { type: "uuid" };
    case "bytea":
      return { type: "bytes", length: { minimum: 16, maximum: 64 } };
    case "timestamp":
    case "timestamptz":
    case "date":
      return { type: "timestamp", spreadSeconds: secondsOfAYear };
    case "json":
    case "jsonb":
      return { type: "json", fields: { number: { type: "uniform", minimum: 0, maximum: ordinaryMaximum } } };
    default:
      return undefined;
  }
}

/** Below 10^(precision − scale), with as many decimals as the column keeps; without limits two decimals. */
function numeric(precision: number, scale: number): Generator {
  if (precision === 0) return { type: "float", minimum: 0, maximum: ordinaryMaximum, decimals: 2 };
  const maximum = Math.max(0, Math.min(ordinaryMaximum, 10 ** (precision - scale) - 1));
  if (scale <= 0) return { type: "uniform", minimum: 0, maximum: Math.floor(maximum) };
  return { type: "float", minimum: 0, maximum: maximum || 10 ** -scale, decimals: Math.min(scale, 6) };
}

/** Whether the values of a column are told apart by counting on from its largest. */
export function isCounted({ baseType, scale }: ColumnDefinition): boolean {
  return baseType === "int4" || baseType === "int8" || (baseType === "numeric" && scale <= 0);
}

/** The largest number that a counted column holds. */
export function largestValue({ baseType, precision }: ColumnDefinition): number {
  return largestInteger[baseType] ?? (precision > 0 ? 10 ** Math.min(precision, 18) - 1 : 2 ** 63);
}

/**
 * Values of which no two are the same, nor like one that the column holds: numbers from `next` on, version 4 UUIDs, or
 * texts that start with `dbmark-` (`~` where the column is too short); undefined for types that cannot do that.
 */
export function uniqueGenerator(column: ColumnDefinition, next: number): Generator | undefined {
  if (column.labels && column.labels.length > 0) return undefined;
  if (isCounted(column)) return { type: "sequence", start: next };
  if (column.baseType === "uuid") return { type: "uuid" };
  if (!textTypes.includes(column.baseType)) return undefined;
  if (column.maximumLength === 0 || column.maximumLength >= 19)
    return { type: "key", prefix: "dbmark-", digits: 12, start: 0 };
  if (column.maximumLength >= 10) return { type: "key", prefix: "~", digits: column.maximumLength - 1, start: 0 };
  return undefined;
}

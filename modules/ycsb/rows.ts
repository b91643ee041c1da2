// The rows of YCSB: how keys and fields are made and named, the same on every system.

import type { Column, Generator, Parameter } from "../../lib/workload.ts";
import type { YcsbOptions } from "./options.ts";

/** Digits of the largest hash. Numbers are padded to them, so that keys are as long, and in the same order, as their numbers. */
const keyDigits = 19;

/** YCSB draws zipfian keys from so many items, whatever the number of rows, and folds them onto the rows. */
const zipfianItems = 10_000_000_000;

/** The key of a loaded row: rows are numbered from 0. */
export function loadedKey({ hashed }: YcsbOptions, prefix: string): Generator {
  return { type: "key", prefix, digits: keyDigits, start: 0, hashed };
}

/** The key of an inserted row: above those of the loaded rows, each once. */
export function insertedKey({ hashed, rows }: YcsbOptions, prefix: string): Generator {
  return { type: "key", prefix, digits: keyDigits, start: rows, hashed };
}

/** The key of a row that is there, by the request distribution. */
export function requestedKey({ hashed, rows, distribution }: YcsbOptions, prefix: string): Generator {
  const number: Generator = {
    type: distribution,
    minimum: 0,
    maximum: rows - 1,
    ...(distribution === "zipfian" && { items: Math.max(zipfianItems, rows) }),
  };
  return { type: "key", prefix, digits: keyDigits, number, hashed };
}

/** Names of the fields: field0, field1, … */
export function fieldNames({ fieldCount }: YcsbOptions): string[] {
  return Array.from({ length: fieldCount }, (_, number) => `field${number}`);
}

/** A field's content. */
export function fieldValue({ fieldLength }: YcsbOptions): Generator {
  return { type: "text", length: fieldLength };
}

/** All fields with their content. */
export function fields(options: YcsbOptions): (Column & Parameter)[] {
  return fieldNames(options).map((name) => ({ name, generator: fieldValue(options) }));
}

/** Which field an update writes: its number, all alike. */
export function fieldNumber({ fieldCount }: YcsbOptions): Generator {
  return { type: "uniform", minimum: 0, maximum: fieldCount - 1 };
}

/** How many rows a scan asks for. */
export function scanRows({ scanLength }: YcsbOptions): Generator {
  return { type: "uniform", minimum: 1, maximum: scanLength };
}

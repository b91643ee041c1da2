// Lists of names with weights: `select=70,insert=20`, or names alone.

import { UsageError } from "./usage-error.ts";

/** A name and the weight that the user gave it, if any. */
export interface WeightedName {
  name: string;
  weight?: number;
}

/**
 * Reads a list of names, each with a weight or without. Refused are weights that are not numbers, negative, or zero
 * in all, names that come twice, and an empty list; `variable` is named in the error.
 */
export function parseWeights(variable: string, text: string): WeightedName[] {
  const mistake = (what: string) =>
    new UsageError(
      `${variable}=${text} is not accepted: ${what}; expected are names with weights of 0 or more, ` +
        "such as select=70,insert=30, or names alone, such as select,insert.",
    );
  const entries: WeightedName[] = [];
  for (const part of text.split(",")) {
    const [name = "", value, ...rest] = part.split("=").map((piece) => piece.trim());
    if (name === "" || rest.length > 0) throw mistake(`"${part.trim()}" is not a name with a weight`);
    if (entries.some((entry) => entry.name === name)) throw mistake(`${name} comes twice`);
    if (value === undefined) {
      entries.push({ name });
      continue;
    }
    if (!/^[+-]?\d+(\.\d+)?$/.test(value)) throw mistake(`the weight "${value}" of ${name} is not a number`);
    const weight = Number(value);
    if (weight < 0) throw mistake(`the weight ${value} of ${name} is negative`);
    entries.push({ name, weight });
  }
  if (entries.every((entry) => entry.weight === 0)) throw mistake("all weights are zero");
  return entries;
}

// Reads variables out of an environment: pure functions that name the variable, its value and what is accepted when
// a value is wrong.

import { durationForm, formatDuration, parseDuration } from "./duration.ts";
import { UsageError } from "./usage-error.ts";
import { accepted, type Environment, type Variable, type VariableType } from "./variable.ts";
import { variables } from "./variables.ts";
import { parseWeights, type WeightedName } from "./weights.ts";

/** The text of a variable; undefined when it is not set or empty. */
export function readText(environment: Environment, name: string): string | undefined {
  const text = environment[name]?.trim();
  return text === undefined || text === "" ? undefined : text;
}

/** Seconds of a duration; undefined when not set. A value without a unit is refused. */
export function readDuration(environment: Environment, name: string): number | undefined {
  const value = readDurationOrNone(environment, name);
  return value === "none" ? undefined : value;
}

/** Like readDuration, for variables that can be switched off: `none` where the user says so. */
export function readDurationOrNone(environment: Environment, name: string): number | "none" | undefined {
  const variable = describe(name, "duration");
  const text = readText(environment, name);
  if (text === undefined) return undefined;
  if (variable.none && text === "none") return "none";
  const seconds = parseDuration(text);
  if (seconds === undefined) throw refusal(name, text, durationForm);
  if (seconds < variable.minimumSeconds || seconds > variable.maximumSeconds) {
    const range = `a duration from ${formatDuration(variable.minimumSeconds)} to ${formatDuration(variable.maximumSeconds)}`;
    throw refusal(name, text, range);
  }
  return seconds;
}

/** A whole number; undefined when not set. */
export function readInteger(environment: Environment, name: string): number | undefined {
  const variable = describe(name, "integer");
  const text = readText(environment, name);
  if (text === undefined) return undefined;
  const value = wholeNumber(text);
  if (value === undefined || value < variable.minimum || value > variable.maximum) {
    throw refusal(name, text, accepted(variable));
  }
  return value;
}

/** A number; undefined when not set. */
export function readNumber(environment: Environment, name: string): number | undefined {
  const variable = describe(name, "number");
  const text = readText(environment, name);
  if (text === undefined) return undefined;
  const value = decimalNumber(text);
  if (value === undefined || value < variable.minimum || value > variable.maximum) {
    throw refusal(name, text, accepted(variable));
  }
  return value;
}

/** A share from 0 to 1, or `none` where the variable can be switched off; undefined when not set. */
export function readShare(environment: Environment, name: string): number | "none" | undefined {
  const variable = describe(name, "share");
  const text = readText(environment, name);
  if (text === undefined) return undefined;
  if (variable.none && text === "none") return "none";
  const value = decimalNumber(text);
  if (value === undefined || value < 0 || value > 1) throw refusal(name, text, accepted(variable));
  return value;
}

/** One of the variable's words; undefined when not set. */
export function readChoice(environment: Environment, name: string): string | undefined {
  const variable = describe(name, "choice");
  const text = readText(environment, name);
  if (text === undefined) return undefined;
  if (!variable.values.includes(text)) throw refusal(name, text, accepted(variable));
  return text;
}

/** A list of names with weights; undefined when not set. */
export function readWeights(environment: Environment, name: string): WeightedName[] | undefined {
  describe(name, "weights");
  const text = readText(environment, name);
  return text === undefined ? undefined : parseWeights(name, text);
}

/** The variable's word or a whole number; undefined when not set. */
export function readWordOrInteger(environment: Environment, name: string): string | number | undefined {
  const variable = describe(name, "word or integer");
  const text = readText(environment, name);
  if (text === undefined || text === variable.word) return text;
  const value = wholeNumber(text);
  if (value === undefined || value < 1 || value > variable.maximum) throw refusal(name, text, accepted(variable));
  return value;
}

/** Yes or no; no when not set. */
export function readFlag(environment: Environment, name: string): boolean {
  const variable = describe(name, "flag");
  const text = readText(environment, name);
  if (text === undefined || text === "0" || text === "false") return false;
  if (text === "1" || text === "true") return true;
  throw refusal(name, text, accepted(variable));
}

/** The error for a value that a variable does not accept. */
export function refusal(name: string, value: string, expected: string): UsageError {
  return new UsageError(`${name}=${value} is not accepted; expected is ${expected}.`);
}

type Described<T extends VariableType["type"]> = Variable & Extract<VariableType, { type: T }>;

/** The description of a variable; reading one that nobody described is a mistake of ours. */
function describe<T extends VariableType["type"]>(name: string, type: T): Described<T> {
  const variable = variables.find((candidate) => candidate.name === name);
  if (variable?.type !== type) throw new Error(`variable ${name} is not described as ${type}`);
  return variable as Described<T>;
}

function wholeNumber(text: string): number | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function decimalNumber(text: string): number | undefined {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

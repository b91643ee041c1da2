/** What `--a KEY=VALUE …` and `--b KEY=VALUE …` say of a variant: text, not yet checked against suites and targets. */

import { suggestion, UsageError, userVariables } from "../environment/index.ts";

/** A variant as the user wrote it. What it does not say holds for both. */
export interface WrittenVariant {
  suite?: string;
  target?: string;
  profile?: string;
  /** Path of a file of SQL. */
  sql?: string;
  /** `NAME=value`, as `--set` takes them. */
  set: string[];
  /** Settings of the embedded PostgreSQL by name. */
  server: Record<string, string>;
}

/** Keys with one value. */
const single = ["suite", "target", "profile", "sql"] as const;

/** What a key may be, for messages. */
export const variantKeys =
  "target, profile, suite, sql, NAME or set.NAME (a variable; dbmark list variables), server.NAME (a setting of the embedded PostgreSQL)";

/**
 * Reads the values of `--a` or of `--b`.
 * @param option as the user knows it, for messages: `--a`.
 * @throws {UsageError} for what is no KEY=VALUE, for an unknown key, an empty value, and for a key that is given twice.
 */
export function parseVariant(option: string, texts: readonly string[]): WrittenVariant {
  const variant: WrittenVariant = { set: [], server: {} };
  const seen = new Set<string>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    const key = text.slice(0, equals).trim();
    // What looks like a URL may hold a password: it is not repeated.
    if (equals < 1 || key.includes("://")) {
      throw new UsageError(
        `${option} ${text.includes("://") ? "with a URL alone" : text} is not accepted; expected is KEY=VALUE with one of the keys ${variantKeys}; for example ${option} target=postgres://host/database or ${option} DEPTH=8.`,
      );
    }
    const value = text.slice(equals + 1);
    if (value.trim() === "") {
      throw new UsageError(`${option} ${key}= has no value. Give one, or leave ${key} out.`);
    }
    const name = take(variant, option, key, value);
    if (seen.has(name)) throw new UsageError(`${option} ${key} is given twice: give it once.`);
    seen.add(name);
  }
  return variant;
}

/** @returns a name that is the same for all ways to write a key. */
function take(variant: WrittenVariant, option: string, key: string, value: string): string {
  const known = single.find((one) => one === key);
  if (known !== undefined) {
    variant[known] = value;
    return known;
  }
  if (key.startsWith("server.")) {
    const name = key.slice("server.".length).toLowerCase();
    if (!/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/.test(name)) {
      throw new UsageError(
        `${option} ${key} is not accepted; expected is the name of a setting of PostgreSQL, for example ${option} server.shared_buffers=512MB.`,
      );
    }
    variant.server[name] = value;
    return `server.${name}`;
  }
  const name = (key.startsWith("set.") ? key.slice("set.".length) : key).toUpperCase();
  const variables = userVariables.map((variable) => variable.name);
  if (!variables.includes(name)) {
    const hint = suggestion(key.startsWith("set.") ? name : key, [...single, ...variables]);
    throw new UsageError(`${option} ${key} is not known.${hint} Keys are ${variantKeys}.`);
  }
  variant.set.push(`${name}=${value}`);
  return name;
}

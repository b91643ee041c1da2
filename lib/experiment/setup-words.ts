/** What an experiment compared, in words that its text, its Markdown and its JUnit report share. */

import type { ExperimentFile, Variant } from "../schema/experiment.generated.ts";
import { count, duration } from "../summary/units.ts";
import { completePairs } from "./pairs.ts";
import { shareText } from "./words.ts";

/** What is asked of a variant beyond what both have: `server.shared_buffers=16MB`; `as A` where there is nothing. */
export function variantWords(variant: Variant, other: Variant): string[] {
  const words: string[] = [];
  if (variant.suite !== other.suite) words.push(`suite=${variant.suite}`);
  if (variant.target !== other.target) words.push(`target=${variant.target ?? "embedded PostgreSQL"}`);
  if (variant.profile !== other.profile) words.push(`profile=${variant.profile ?? "the default"}`);
  if (variant.sql?.text !== other.sql?.text || variant.sql?.path !== other.sql?.path) {
    words.push(variant.sql === null ? "without sql" : `sql=${variant.sql.path}`);
  }
  words.push(...changed(variant.variables, other.variables, ""), ...changed(variant.server, other.server, "server."));
  return words;
}

/** Whether both variants are the same: what differs then is chance. */
export function isSame({ plan: { a, b } }: ExperimentFile): boolean {
  return variantWords(a, b).length === 0;
}

/** Suite and target, or both of them where they differ: `oltp on postgres://host/database`. */
export function subject({ plan: { a, b } }: ExperimentFile): string {
  const one = placeOf(a);
  const other = placeOf(b);
  return one === other ? one : `${one} against ${other}`;
}

const statusWords: Record<ExperimentFile["status"], string> = {
  running: " (not finished)",
  complete: "",
  stopped: " (ended early, with all primary metrics decided)",
  interrupted: " (interrupted)",
  failed: " (failed)",
};

/** How many pairs, what counts, and at which rate of false alarms. */
export function methodWords({ plan, repetitions, status }: ExperimentFile): string {
  const { alpha, minimumEffect, looks } = plan;
  const pairs = completePairs(repetitions).length;
  const all =
    pairs === plan.pairs
      ? `${count(pairs)} interleaved pairs`
      : `${count(pairs)} of ${count(plan.pairs)} interleaved pairs`;
  const early = looks.length > 1 && status !== "stopped" ? ", early end allowed" : "";
  const ended = statusWords[status];
  return `${all}${ended}, minimum effect ${shareText(minimumEffect)}, ${shareText(alpha)} false alarms accepted${early}`;
}

/** How long it took from its start to its end; null: it has not ended. */
export function tookSeconds({ startedAt, finishedAt }: ExperimentFile): number | null {
  if (finishedAt === null) return null;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

/** … in words, after a comma; nothing where it has not ended. */
export function tookWords(experiment: ExperimentFile): string {
  const seconds = tookSeconds(experiment);
  return seconds === null ? "" : `, ${duration(seconds)}`;
}

/** How the same state of the data was had before each repetition. */
export function stateWords({ plan: { state, stateReason } }: ExperimentFile): string {
  const how = {
    template: "each repetition on a fresh copy of its variant's database",
    reset: "each run brought its data set back itself",
    none: "the suite has no data",
  }[state];
  return stateReason === "" ? how : `${how}: ${stateReason}`;
}

function placeOf({ suite, target }: Variant): string {
  return `${suite} on ${target ?? "an embedded PostgreSQL"}`;
}

function changed(values: Record<string, string>, others: Record<string, string>, prefix: string): string[] {
  const names = [...new Set([...Object.keys(values), ...Object.keys(others)])].sort();
  return names
    .filter((name) => values[name] !== others[name])
    .map((name) => (values[name] === undefined ? `${prefix}${name} not set` : `${prefix}${name}=${values[name]}`));
}

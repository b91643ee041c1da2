// Checks a profile that a user wrote, with errors that name the place.

import { UsageError } from "../lib/environment/index.ts";
import type { LoadProfile, Phase, ReportKind, Search, Segment } from "../lib/profile.ts";

const phases: readonly Phase[] = ["warmup", "measure", "cooldown"];
const reports: readonly ReportKind[] = ["recovery", "drift", "steps", "limit"];
const namePattern = /^[A-Za-z0-9_-]+$/;

/**
 * Gives a value back as a LoadProfile if it is one.
 * @throws {UsageError} that says which field is wrong, its value, and what is expected.
 */
export function validateProfile(value: unknown): LoadProfile {
  if (!isObject(value)) throw mistake("the load profile", "", value, "an object with name, loop and segments");
  const name = value.name;
  if (typeof name !== "string" || !namePattern.test(name) || name === "default") {
    throw mistake("the load profile", "name", name, "letters, digits, - and _, and another word than default");
  }
  const where = `load profile ${name}`;
  refuseUnknown(where, value, ["name", "description", "loop", "segments", "report", "search", "mix", "$schema"]);
  const { loop, description = "", segments, mix } = value;
  if (loop !== "open" && loop !== "closed") throw mistake(where, "loop", loop, "open or closed");
  if (typeof description !== "string") throw mistake(where, "description", description, "a text");
  if (!Array.isArray(segments) || segments.length === 0) {
    throw mistake(where, "segments", segments, "a list of at least one segment");
  }
  const checked = segments.map((segment, i) => validateSegment(`segment ${i + 1} of ${where}`, segment, loop));
  validateOrder(where, checked);
  if (
    loop === "open" &&
    checked.every(({ phase, rate }) => phase !== "measure" || !rate || rate.from + rate.to === 0)
  ) {
    throw mistake(where, "rate", 0, "above 0 somewhere in the measured part");
  }
  const report = validateReport(where, value.report, checked);
  const search = validateSearch(where, value.search, loop, checked, report);
  if (mix !== undefined && typeof mix !== "string") throw mistake(where, "mix", mix, "the name of a mix");
  return {
    name,
    description,
    loop,
    segments: checked,
    ...(report !== undefined && { report }),
    ...(search !== undefined && { search }),
    ...(mix !== undefined && { mix }),
  };
}

/** A report needs the parts, or the rates, that it is about. */
function validateReport(where: string, value: unknown, segments: Segment[]): ReportKind | undefined {
  if (value === undefined) return undefined;
  const report = reports.find((known) => known === value);
  if (report === undefined) throw mistake(where, "report", value, reports.join(", "));
  const parts = new Set(segments.flatMap(({ part }) => part ?? []));
  if ((report === "recovery" || report === "steps") && parts.size < 2) {
    throw mistake(where, "report", report, `one that needs no parts: ${report} needs at least two named ones`);
  }
  if ((report === "limit" || report === "recovery") && segments.every(({ rate }) => rate === undefined)) {
    throw mistake(where, "report", report, "another one in a closed loop, which has no rate");
  }
  return report;
}

function validateSearch(
  where: string,
  value: unknown,
  loop: "open" | "closed",
  segments: Segment[],
  report: ReportKind | undefined,
): Search | undefined {
  if (value === undefined) return undefined;
  const place = `search of ${where}`;
  if (!isObject(value))
    throw mistake(where, "search", value, "an object with of, start, minimum, maximum and precision");
  const numbers = ["start", "minimum", "maximum", "precision", "stepSeconds", "warmupSeconds"] as const;
  refuseUnknown(place, value, ["of", "fixed", ...numbers]);
  if (value.of !== (loop === "open" ? "rate" : "workers")) {
    throw mistake(place, "of", value.of, "rate in an open loop, workers in a closed one");
  }
  const [start, minimum, maximum, precision, stepSeconds, warmupSeconds] = numbers.map((name) => {
    const number = value[name];
    const least = name === "warmupSeconds" ? 0 : Number.MIN_VALUE;
    if (typeof number === "number" && Number.isFinite(number) && number >= least) return number;
    throw mistake(place, name, number, name === "warmupSeconds" ? "a number of 0 or more" : "a number above 0");
  }) as [number, number, number, number, number, number];
  if (!(minimum <= start && start <= maximum)) {
    throw mistake(place, "start", start, `between the minimum ${minimum} and the maximum ${maximum}`);
  }
  if (precision >= 1) throw mistake(place, "precision", precision, "a share below 1");
  const { fixed } = value;
  if (fixed !== undefined && !(typeof fixed === "number" && fixed > 0))
    throw mistake(place, "fixed", fixed, "a number above 0");
  if (segments.length !== 1 || report !== undefined) {
    throw mistake(where, "search", `${segments.length} segments`, "one segment, as long as it may take, and no report");
  }
  const checked = { of: value.of as Search["of"], start, minimum, maximum, precision, stepSeconds, warmupSeconds };
  return fixed === undefined ? checked : { ...checked, fixed };
}

function validateSegment(where: string, value: unknown, loop: "open" | "closed"): Segment {
  if (!isObject(value)) throw mistake(where, "", value, "an object with phase, seconds and workers");
  refuseUnknown(where, value, ["phase", "seconds", "rate", "workers", "part"]);
  const { seconds } = value;
  const phase = phases.find((known) => known === value.phase);
  if (phase === undefined) throw mistake(where, "phase", value.phase, phases.join(", "));
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds <= 0) {
    throw mistake(where, "seconds", seconds, "a number above 0");
  }
  const named = validatePart(where, value.part, phase);
  const workers = validateLine(where, "workers", value.workers);
  for (const count of [workers.from, workers.to]) {
    if (!Number.isSafeInteger(count) || count < 1) throw mistake(where, "workers", count, "whole numbers of 1 or more");
  }
  if (loop === "closed") {
    if (value.rate !== undefined) throw mistake(where, "rate", value.rate, "nothing: a closed loop has no rate");
    return { phase, seconds, workers, ...named };
  }
  const rate = validateLine(where, "rate", value.rate);
  for (const perSecond of [rate.from, rate.to]) {
    if (perSecond < 0) throw mistake(where, "rate", perSecond, "operations per second of 0 or more");
  }
  return { phase, seconds, rate, workers, ...named };
}

function validatePart(where: string, part: unknown, phase: Phase): { part?: string } {
  if (part === undefined) return {};
  if (typeof part !== "string" || part.trim() === "") throw mistake(where, "part", part, "a name");
  if (phase !== "measure")
    throw mistake(where, "part", part, `nothing: only measured segments have parts, not ${phase}`);
  return { part };
}

/** Warm-up first, then what is measured, then the cool-down. */
function validateOrder(where: string, segments: Segment[]): void {
  let last = 0;
  for (const { phase } of segments) {
    const place = phases.indexOf(phase);
    if (place < last) throw mistake(where, "phase", phase, "the order warmup, measure, cooldown");
    last = place;
  }
  const seen = new Set<string>();
  for (const [i, { part }] of segments.entries()) {
    if (part === undefined || part === segments[i - 1]?.part) continue;
    if (seen.has(part)) throw mistake(where, "part", part, "a name that no earlier part has");
    seen.add(part);
  }
  if (!segments.some(({ phase }) => phase === "measure")) {
    throw mistake(where, "segments", `${segments.length} segments`, "at least one of the phase measure");
  }
}

/** A number stands for a line that stays there. */
function validateLine(where: string, field: string, value: unknown): { from: number; to: number } {
  if (typeof value === "number" && Number.isFinite(value)) return { from: value, to: value };
  if (isObject(value)) {
    const { from, to } = value;
    if (typeof from === "number" && typeof to === "number" && Number.isFinite(from) && Number.isFinite(to)) {
      refuseUnknown(where, value, ["from", "to"]);
      return { from, to };
    }
  }
  throw mistake(where, field, value, 'a number, or two as in {"from": 100, "to": 200}');
}

function refuseUnknown(where: string, value: Record<string, unknown>, known: string[]): void {
  for (const field of Object.keys(value)) {
    if (!known.includes(field))
      throw new UsageError(`${where} has an unknown field ${field}; known are ${known.join(", ")}.`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mistake(where: string, field: string, value: unknown, expected: string): UsageError {
  const subject = field === "" ? where : `${field} of ${where}`;
  const shown = value === undefined ? "missing" : JSON.stringify(value);
  return new UsageError(`${subject} is ${shown}; expected is ${expected}.`);
}

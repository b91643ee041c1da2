// A profile written as functions of time, sampled into segments with straight lines, which the native loop inverts.

import { UsageError } from "../lib/environment/index.ts";
import type { LoadProfile, ProfileFunctions, Segment } from "../lib/profile.ts";
import { defaultWarmupSeconds } from "./declared.ts";

/** A profile has at most so many segments; longer ones are sampled less often than once a second. */
const mostSegments = 600;

/** What a straight line may be off a sample to stand for it: so little that no operation changes its place by more than rounding does. */
const tolerance = 1e-9;

/** Whether a profile is one of functions. */
export function isProfileOfFunctions(value: object): value is ProfileFunctions {
  return ["rate", "workers"].some((name) => typeof (value as Record<string, unknown>)[name] === "function");
}

/**
 * Samples the functions once a second (of a profile longer than 600 s, 600 times) and joins the samples with straight lines. What changes
 * within a second, such as a jump, becomes a line of a second.
 * @throws {UsageError} where a field is missing, or a function throws or gives something else than a number that it may give.
 */
export function sampleProfile(given: ProfileFunctions): LoadProfile {
  const { seconds, warmupSeconds = defaultWarmupSeconds, rate, workers, ...rest } = given;
  const where = `load profile ${JSON.stringify(given.name) ?? "without a name"}`;
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds <= 0) {
    throw new UsageError(`seconds of ${where} is ${shown(seconds)}; a profile of functions needs a number above 0.`);
  }
  if (typeof warmupSeconds !== "number" || !Number.isFinite(warmupSeconds) || warmupSeconds < 0) {
    throw new UsageError(`warmupSeconds of ${where} is ${shown(warmupSeconds)}; expected is a number of 0 or more.`);
  }
  const rateAt = rate === undefined ? undefined : sampler(where, "rate", rate, 0, given);
  const workersAt = sampler(where, "workers", workers, Number.MIN_VALUE, given);
  const count = Math.min(mostSegments, Math.ceil(seconds));
  const samples = Array.from({ length: count + 1 }, (_, i) => {
    const second = (seconds * i) / count;
    return {
      second,
      ...(rateAt && { rate: rateAt(second) }),
      workers: Math.max(1, Math.ceil(workersAt(second) - tolerance)),
    };
  });
  const [first] = samples;
  const segments = straightened(samples);
  if (warmupSeconds > 0 && first !== undefined) {
    segments.unshift({
      phase: "warmup",
      seconds: warmupSeconds,
      ...(first.rate !== undefined && { rate: { from: first.rate, to: first.rate } }),
      workers: { from: first.workers, to: first.workers },
    });
  }
  return { description: "", ...rest, segments };
}

interface Sample {
  second: number;
  rate?: number;
  workers: number;
}

/** Lines between neighbours; as long as they go straight on, they are one. */
function straightened(samples: Sample[]): Segment[] {
  const kept = samples.filter((sample, i) => {
    const [before, after] = [samples[i - 1], samples[i + 1]];
    return before === undefined || after === undefined || !isBetween(before, sample, after);
  });
  return kept.slice(1).map((to, i) => {
    const from = kept[i] as Sample;
    return {
      phase: "measure",
      seconds: to.second - from.second,
      ...(from.rate !== undefined && to.rate !== undefined && { rate: { from: from.rate, to: to.rate } }),
      workers: { from: from.workers, to: to.workers },
    };
  });
}

function isBetween(before: Sample, sample: Sample, after: Sample): boolean {
  const middle = (a: number, b: number, c: number) =>
    Math.abs((a + c) / 2 - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(c));
  return (
    middle(before.rate ?? 0, sample.rate ?? 0, after.rate ?? 0) && middle(before.workers, sample.workers, after.workers)
  );
}

/** A function whose results are checked. */
function sampler(
  where: string,
  name: string,
  given: unknown,
  lowest: number,
  owner: object,
): (second: number) => number {
  if (typeof given === "number") return sampler(where, name, () => given, lowest, owner);
  if (typeof given !== "function") {
    throw new UsageError(`${name} of ${where} is ${shown(given)}; expected is a function of the second, or a number.`);
  }
  const expected = lowest === 0 ? "a number of 0 or more" : "a number above 0";
  return (second) => {
    let value: unknown;
    try {
      value = given.call(owner, second);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new UsageError(`${name}(${second}) of ${where} throws (${message}); expected is ${expected}.`);
    }
    if (typeof value !== "number" || !Number.isFinite(value) || value < lowest) {
      throw new UsageError(`${name}(${second}) of ${where} is ${shown(value)}; expected is ${expected}.`);
    }
    return value;
  };
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (value instanceof Promise) return "a promise";
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}

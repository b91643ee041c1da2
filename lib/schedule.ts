// A profile as pure functions of time, in seconds since the run's start. The native loop follows the same formulas.

import type { LoadProfile, Segment } from "./profile.ts";

/** Length of the whole profile in seconds. */
export function totalSeconds(profile: LoadProfile): number {
  return profile.segments.reduce((sum, segment) => sum + segment.seconds, 0);
}

/** Operations per second at a time; 0 before the start, after the end, and in a closed loop. */
export function rateAt(profile: LoadProfile, seconds: number): number {
  const place = placeOf(profile, seconds);
  if (!place?.segment.rate) return 0;
  return along(place.segment.rate, place.within / place.segment.seconds);
}

/** Workers at a time, a whole number; 0 before the start and after the end. */
export function workersAt(profile: LoadProfile, seconds: number): number {
  const place = placeOf(profile, seconds);
  return place === undefined ? 0 : Math.round(along(place.segment.workers, place.within / place.segment.seconds));
}

/** The most workers that the profile ever asks for. */
export function maximumWorkers(profile: LoadProfile): number {
  return Math.max(...profile.segments.flatMap(({ workers }) => [workers.from, workers.to]));
}

/** The highest rate that the profile ever asks for; 0 in a closed loop. */
export function maximumRate(profile: LoadProfile): number {
  return Math.max(0, ...profile.segments.flatMap(({ rate }) => (rate ? [rate.from, rate.to] : [])));
}

/**
 * The integral of the rate from the start to a time: so many operations have become due, fractions included.
 * Operation i (counted from 0) is due when it reaches i.
 */
export function dueAt(profile: LoadProfile, seconds: number): number {
  let due = 0;
  let start = 0;
  for (const segment of profile.segments) {
    const within = Math.min(seconds - start, segment.seconds);
    if (within <= 0) break;
    due += integral(segment, within);
    start += segment.seconds;
  }
  return due;
}

/** The inverse of dueAt: the time at which an operation is due; undefined for one that the profile never reaches. */
export function timeOf(profile: LoadProfile, index: number): number | undefined {
  let before = 0;
  let start = 0;
  for (const segment of profile.segments) {
    const count = integral(segment, segment.seconds);
    if (segment.rate && index >= before && index < before + count) {
      return start + inverse(segment.rate, segment.seconds, index - before);
    }
    before += count;
    start += segment.seconds;
  }
  return undefined;
}

/** from·t + (to − from)/(2·seconds)·t², the operations of a segment's first t seconds. */
function integral(segment: Segment, t: number): number {
  if (!segment.rate) return 0;
  const slope = (segment.rate.to - segment.rate.from) / segment.seconds;
  return segment.rate.from * t + (slope * t * t) / 2;
}

/** Solves the integral for t, in the form that keeps its precision when the rate hardly changes. */
function inverse(rate: { from: number; to: number }, seconds: number, count: number): number {
  if (count === 0) return 0;
  const slope = (rate.to - rate.from) / seconds;
  return (2 * count) / (rate.from + Math.sqrt(Math.max(0, rate.from * rate.from + 2 * slope * count)));
}

function along(line: { from: number; to: number }, share: number): number {
  return line.from + (line.to - line.from) * share;
}

/** The segment of a time, and the seconds since that segment's start. */
function placeOf(profile: LoadProfile, seconds: number): { segment: Segment; within: number } | undefined {
  let start = 0;
  for (const segment of profile.segments) {
    if (seconds >= start && seconds < start + segment.seconds) return { segment, within: seconds - start };
    start += segment.seconds;
  }
  return undefined;
}

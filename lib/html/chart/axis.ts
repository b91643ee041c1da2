/** Scales and ticks of charts. */

import { duration, latency } from "../../summary/units.ts";

/** A chart's axis: where it goes from and to, its ticks, and how they are written. */
export interface Axis {
  label: string;
  type: "linear" | "log" | "utc";
  domain: readonly [number, number];
  ticks: readonly number[];
  format(value: number): string;
}

/** Steps between ticks of time that a person counts in, in seconds. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** An axis of seconds. */
export function secondsAxis(from: number, to: number, label: string, most = 10): Axis {
  const end = Math.max(to, from + 1);
  const step = timeSteps.find((one) => (end - from) / one <= most) ?? Math.ceil((end - from) / most / 86_400) * 86_400;
  const ticks = [];
  for (let tick = Math.ceil(from / step) * step; tick <= end; tick += step) ticks.push(tick);
  return { label, type: "linear", domain: [from, end], ticks, format: instantText };
}

/** An instant of a run: seconds since its start, to a tenth below a minute. */
export function instantText(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds * 10) / 10} s` : duration(seconds);
}

/** An axis of values from 0 on; a little more than the greatest has room. */
export function linearAxis(values: Iterable<number>, label: string, format: (value: number) => string): Axis {
  let highest = 0;
  for (const value of values) if (value > highest) highest = value;
  const step = niceStep((highest === 0 ? 1 : highest) / 5);
  const end = Math.max(1, Math.ceil((highest / step) * 1.02)) * step;
  const ticks = [];
  for (let index = 0; index * step <= end * 1.0001; index++) ticks.push(index * step);
  return { label, type: "linear", domain: [0, end], ticks, format: (value) => tickText(value, format) };
}

/** A tick's value without the zeros that a measured value shows how exact it is by. */
function tickText(value: number, format: (value: number) => string): string {
  return value === 0 ? "0" : format(value).replace(/\.0+(?!\d)|(\.\d*[1-9])0+(?!\d)/, "$1");
}

function niceStep(about: number): number {
  const power = 10 ** Math.floor(Math.log10(about));
  return ([1, 2, 5, 10].find((factor) => factor * power >= about * 0.95) ?? 10) * power;
}

/** How many times the least latency the greatest is, from which on a linear axis would press most of them onto its foot. */
const logFrom = 10;

/** An axis of milliseconds: logarithmic where they differ much, else from 0 on. */
export function latencyAxis(values: readonly number[], label: string, always?: "log"): Axis {
  const positive = values.filter((value) => value > 0);
  const lowest = positive.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const highest = positive.reduce((most, value) => Math.max(most, value), 0);
  if (positive.length === 0 || (always === undefined && highest / lowest < logFrom)) {
    return linearAxis(positive, label, latency);
  }
  // From one tick to another, with at least a factor of ten between them.
  let low = tickBelow(lowest);
  let high = tickAbove(highest);
  if (high / low < 10) [low, high] = [tickBelow(low / 1.5), tickAbove(high * 1.5)];
  const sparse = high / low > 3000;
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high) + 1e-9; power++) {
    for (const factor of sparse ? [1] : high / low > 100 ? [1, 3] : [1, 2, 5]) {
      const tick = factor * 10 ** power;
      if (tick >= low * 0.9999 && tick <= high * 1.0001) ticks.push(tick);
    }
  }
  return {
    label: `${label} (logarithmic)`,
    type: "log",
    domain: [low, high],
    ticks,
    format: (value) => tickText(value, latency),
  };
}

const ticksOfADecade = [1, 2, 5, 10];

function tickBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return (ticksOfADecade.findLast((factor) => factor * power <= value * 1.0001) ?? 1) * power;
}

function tickAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return (ticksOfADecade.find((factor) => factor * power >= value * 0.9999) ?? 10) * power;
}

/** How many nines a share below a percentile has: 90 % one, 99 % two, 99.9 % three. */
export function ninesOf(percent: number): number {
  return -Math.log10(1 - percent / 100);
}

/** The percentile that has so many nines. */
export function percentOf(nines: number): number {
  return 100 * (1 - 10 ** -nines);
}

/** Percentiles that are written at an axis of nines, and that a table of a distribution has. */
export const namedPercentiles = [0, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 99.9999];

/** An axis of percentiles on which each nine takes the same room, up to so many nines. */
export function ninesAxis(nines: number, label: string): Axis {
  const written = namedPercentiles.filter((percent) => percent !== 75 && percent !== 95);
  return {
    label,
    type: "linear",
    domain: [0, nines],
    ticks: written.map(ninesOf).filter((tick) => tick <= nines + 1e-9),
    format: (tick) => `${percentText(percentOf(tick))} %`,
  };
}

/** A percentile without the digits that floating point adds. */
export function percentText(percent: number): string {
  return String(Number(percent.toFixed(6)));
}

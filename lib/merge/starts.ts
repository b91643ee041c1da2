/** When the instances of a run started, by one clock. */

import type { Part } from "./instance-runs.ts";

/** When one instance started. */
export interface Start {
  /** Seconds after the first one; by the target's clock where instances are on several machines and all know it. */
  offsetSeconds: number;
  /** Whole seconds that its windows are moved by, so that all count from the first one's start. */
  shift: number;
}

/** The starts of all instances, in their order. */
export interface Starts {
  /** ISO 8601 UTC, of the first one. */
  startedAt: string;
  starts: Start[];
  /** Why the instances did not send together, one sentence each; empty: they did. */
  apart: string[];
}

/**
 * How far instances may start from each other: a quarter of a window. Beyond it, windows of the same second are not of the same time, and a
 * load that changes is not the profile's.
 */
export const startLimitSeconds = 0.25;

/** Sets the starts beside each other. */
export function startsOf(parts: readonly Part[]): Starts {
  const clocks = clocksOf(parts);
  const times = parts.map(({ run }, place) => Date.parse(run.startedAt) / 1000 + (clocks?.[place]?.ahead ?? 0));
  const earliest = Math.min(...times);
  const first = parts[times.indexOf(earliest)];
  const starts = times.map((time) => {
    // Milliseconds are what the files have.
    const offsetSeconds = Math.round((time - earliest) * 1000) / 1000;
    return { offsetSeconds, shift: Math.round(offsetSeconds) };
  });
  return {
    startedAt: first?.run.startedAt ?? "",
    starts,
    apart: parts.flatMap((part, place) => {
      const uncertain = (clocks?.[place]?.uncertainty ?? 0) + (clocks?.[times.indexOf(earliest)]?.uncertainty ?? 0);
      const offset = starts[place]?.offsetSeconds ?? 0;
      return offset - uncertain > startLimitSeconds ? [whyApart(part, offset, clocks, place)] : [];
    }),
  };
}

interface Clock {
  /** Seconds. */
  ahead: number;
  uncertainty: number;
}

/** The target's clock beside each instance's; undefined: the instances share a clock, or not all of them know the target's. */
function clocksOf(parts: readonly Part[]): Clock[] | undefined {
  const machines = new Set(parts.map(({ run }) => run.host.machine));
  if (machines.size === 1 && !machines.has(undefined)) return undefined;
  const clocks = parts.flatMap(({ instance: { targetClock } }) =>
    targetClock === undefined ? [] : [{ ahead: targetClock.aheadSeconds, uncertainty: targetClock.uncertaintySeconds }],
  );
  return clocks.length === parts.length ? clocks : undefined;
}

function whyApart({ run, instance }: Part, offset: number, clocks: Clock[] | undefined, place: number): string {
  const started = `instance ${instance.segment} started ${seconds(offset)} after the first one (limit ${startLimitSeconds * 1000} ms)`;
  const late =
    instance.agreedStart === undefined ? 0 : (Date.parse(run.startedAt) - Date.parse(instance.agreedStart)) / 1000;
  if (late > startLimitSeconds) {
    return `${started}: it was ready ${seconds(late)} after the agreed start, so agree on a later one`;
  }
  const ahead = clocks?.map((clock) => clock.ahead) ?? [];
  const differ = Math.max(...ahead) - (ahead[place] ?? 0);
  const spread = Math.max(differ, (ahead[place] ?? 0) - Math.min(...ahead));
  if (spread > startLimitSeconds) {
    return `${started}: the clocks of the machines disagree by ${seconds(spread)}, by the clock of the target; set them by NTP`;
  }
  return instance.agreedStart === undefined
    ? `${started}: no start was agreed; set DBMARK_START_AT to the same instant in all of them`
    : started;
}

function seconds(value: number): string {
  return `${Number(value.toPrecision(3))} s`;
}

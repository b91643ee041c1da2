/** What a run was meant to do when: its phases and steps as bands of a chart, and the rate that its profile asked for. */

import type { RunFile } from "../../schema/run.generated.ts";
import type { Band, Point } from "../chart/line-chart.ts";

const phaseNames = { warmup: "warm-up", measure: "measured", cooldown: "cool-down" } as const;

/** Phases and steps as bands. Warm-up and cool-down are shaded, and every other step. */
export function bandsOf(run: RunFile): Band[] {
  if (run.profile.search !== undefined) return run.steps.flatMap(bandsOfStep);
  return run.phases.flatMap(({ name, startSecond, seconds }): Band[] => {
    const end = startSecond + (seconds ?? 0);
    if (name !== "measure") return [{ from: startSecond, to: end, name: phaseNames[name], shaded: true }];
    const parts = partsOf(run).filter(({ from }) => from < end);
    if (parts.length === 0) return [{ from: startSecond, to: end, name: phaseNames.measure, shaded: false }];
    return parts.map((part, index) => ({ ...part, to: Math.min(part.to, end), shaded: index % 2 === 1 }));
  });
}

/** A step of a search: its warm-up is shaded. */
function bandsOfStep({ name, startSecond, seconds, search }: RunFile["steps"][number]): Band[] {
  const warmup = search?.warmupSeconds ?? 0;
  return [
    { from: startSecond - warmup, to: startSecond, name: `warm-up of ${name}`, shaded: true },
    { from: startSecond, to: startSecond + seconds, name, shaded: false },
  ];
}

/** The named parts of the measured phase; segments that follow each other and have the same name are one. */
function partsOf({ profile }: RunFile): Omit<Band, "shaded">[] {
  const parts: Omit<Band, "shaded">[] = [];
  let second = 0;
  for (const { part, seconds, phase } of profile.segments) {
    const last = parts.at(-1);
    if (phase === "measure" && part !== undefined) {
      if (last?.name === part && last.to === second) last.to += seconds;
      else parts.push({ from: second, to: second + seconds, name: part });
    }
    second += seconds;
  }
  return parts;
}

/** Operations per second that the profile asked for, up to a second of the run; nothing in a closed loop. */
export function offeredPoints({ profile, steps }: RunFile, untilSecond: number): Point[] {
  const points: Point[] = [];
  if (profile.search !== undefined) {
    for (const { offered, startSecond, seconds, search } of steps) {
      if (offered === null) continue;
      points.push([startSecond - (search?.warmupSeconds ?? 0), offered], [startSecond + seconds, offered]);
    }
    return points;
  }
  let second = 0;
  for (const { rate, seconds } of profile.segments) {
    if (rate !== undefined && second < untilSecond) {
      const end = Math.min(second + seconds, untilSecond);
      points.push([second, rate.from], [end, rate.from + ((rate.to - rate.from) * (end - second)) / seconds]);
    }
    second += seconds;
  }
  return points;
}

/** How much an operation takes part in, in words. */
export function phaseName(name: keyof typeof phaseNames): string {
  return phaseNames[name];
}

/** The measured phase of a run as time: which part a second belongs to, and the rate that the profile asks for in it. */

import type { LoadProfile } from "../../profile.ts";
import { rateAt } from "../../schedule.ts";

/** A stretch of the measured phase with a name. */
export interface TimelinePart {
  name: string;
  /** Seconds since the run's start. */
  start: number;
  end: number;
  /** Operations per second: on average, and at its end. */
  offered: number;
  held: number;
  /** Whether there are such: not in a closed loop. */
  open: boolean;
}

/** The timeline of a profile. */
export class Timeline {
  /** Seconds since the run's start; -1: nothing is measured. */
  readonly start: number = -1;
  readonly end: number = 0;
  readonly parts: readonly TimelinePart[];
  readonly #profile: LoadProfile;

  constructor(profile: LoadProfile) {
    this.#profile = profile;
    const parts: TimelinePart[] = [];
    let now = 0;
    for (const { phase, part, seconds, rate } of profile.segments) {
      const from = now;
      now += seconds;
      if (phase !== "measure") continue;
      if (this.start < 0) this.start = from;
      this.end = now;
      if (part === undefined || part === "") continue;
      const operations = (seconds * ((rate?.from ?? 0) + (rate?.to ?? 0))) / 2;
      const last = parts.at(-1);
      if (last?.name === part) {
        last.offered = (last.offered * (last.end - last.start) + operations) / (now - last.start);
        last.end = now;
        last.held = rate?.to ?? 0;
      } else {
        parts.push({
          name: part,
          start: from,
          end: now,
          offered: operations / seconds,
          held: rate?.to ?? 0,
          open: rate !== undefined,
        });
      }
    }
    this.parts = parts;
  }

  /** The part in which the middle of a second lies; after the end, the last one, not inside; undefined: none. */
  partOf(second: number): { number: number; inside: boolean } | undefined {
    const at = second + 0.5;
    const number = this.parts.findIndex(({ start, end }) => at >= start && at < end);
    if (number >= 0) return { number, inside: true };
    const last = this.parts.at(-1);
    return last !== undefined && at >= last.end && last.end === this.end
      ? { number: this.parts.length - 1, inside: false }
      : undefined;
  }

  /** Whether the middle of a second lies in the measured phase. */
  measured(second: number): boolean {
    const at = second + 0.5;
    return at >= this.start && at < this.end;
  }

  /** The profile's rate in the middle of a second of the measured phase; 0 outside of it. */
  rateAt(second: number): number {
    return this.measured(second) ? rateAt(this.#profile, second + 0.5) : 0;
  }
}

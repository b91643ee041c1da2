// The form in which profiles are written down: like a LoadProfile, but workers may depend on the machine.

import type { LoadProfile, Segment } from "../lib/profile.ts";

/** Workers that go with the machine: so many for each core of the load generator. */
export interface WorkersPerCore {
  perCore: number;
}

/** A segment whose workers may depend on the machine. */
export interface DeclaredSegment extends Omit<Segment, "workers"> {
  workers: Segment["workers"] | WorkersPerCore;
}

/** A profile as it is written down. Every LoadProfile is one. */
export interface DeclaredProfile extends Omit<LoadProfile, "segments"> {
  segments: DeclaredSegment[];
}

/** Length of the warm-up where a profile has none of its own, in seconds. */
export const defaultWarmupSeconds = 10;

/** Operations per second that go with one worker of an open loop. */
export const operationsPerSecondAndWorker = 10;

/** A rate, or a line from one to another, with the workers that go with it. */
export function load(from: number, to = from): Pick<Segment, "workers"> & Required<Pick<Segment, "rate">> {
  return {
    rate: { from, to },
    workers: { from: from / operationsPerSecondAndWorker, to: to / operationsPerSecondAndWorker },
  };
}

/** The profile for one machine: workers per core become numbers. */
export function forCores(declared: DeclaredProfile, cores: number): LoadProfile {
  return {
    ...declared,
    segments: declared.segments.map((segment) => ({
      ...segment,
      workers:
        "perCore" in segment.workers
          ? { from: segment.workers.perCore * cores, to: segment.workers.perCore * cores }
          : segment.workers,
    })),
  };
}

/**
 * A load profile says how much load there is over time, whatever the workload: closed or open loop, rate, workers and
 * seconds. It is data and pure functions of time: nothing here has a clock.
 */

/** Part of a run; only `measure` counts. */
export type Phase = "warmup" | "measure" | "cooldown";

/** Some seconds in which rate and workers go in a straight line from one value to another. */
export interface Segment {
  phase: Phase;
  seconds: number;
  /** Operations per second at the start and at the end; absent in a closed loop. */
  rate?: { from: number; to: number };
  workers: { from: number; to: number };
}

/** A profile with every override applied: what is handed to the native loop and written to the result. */
export interface LoadProfile {
  name: string;
  description: string;
  /** `open`: operations are due on a schedule that no slow reply shifts. `closed`: each worker sends as soon as it is free. */
  loop: "open" | "closed";
  segments: Segment[];
}

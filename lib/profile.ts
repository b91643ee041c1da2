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
  /**
   * Name of the part of the measured phase that the segment belongs to; neighbours of the same name are one part. Each part becomes
   * an entry of the result's `steps`.
   */
  part?: string;
}

/**
 * What a profile reports besides the totals.
 * - `recovery`: after each part with more load than the first, how long until it is as it was before.
 * - `drift`: how latency and memory change over the measured phase.
 * - `steps`: the first part that fails its SLOs or does not reach its rate.
 * - `limit`: the rate at which an SLO was first missed.
 */
export type ReportKind = "recovery" | "drift" | "steps" | "limit";

/**
 * A search for the highest load at which every SLO holds, inside one run: step after step, each decided by what the ones before came to. Loads are
 * operations per second (of an open loop) or workers (of a closed one).
 */
export interface Search {
  of: "rate" | "workers";
  /** The first load; the others lie between the minimum and the maximum. */
  start: number;
  minimum: number;
  maximum: number;
  /** How far the lowest load that fails may lie above the highest that holds, as a share of it. */
  precision: number;
  /** The one load that is tried, instead of searching. */
  fixed?: number;
  /** Length of a step's measured part; half of it as long as the load only grows. */
  stepSeconds: number;
  /** Length of each step's own warm-up. */
  warmupSeconds: number;
}

/** A profile with every override applied: what is handed to the native loop and written to the result. */
export interface LoadProfile {
  name: string;
  description: string;
  /** `open`: operations are due on a schedule that no slow reply shifts. `closed`: each worker sends as soon as it is free. */
  loop: "open" | "closed";
  segments: Segment[];
  report?: ReportKind;
  /** The load is searched: the one segment says how long that may take, and its highest load. */
  search?: Search;
  /** The workload's preset of operations where MIX is not set. */
  mix?: string;
}

/**
 * A profile written as functions of time, in seconds since the measured phase began. They are sampled before the run into
 * segments with straight lines.
 */
export interface ProfileFunctions extends Omit<LoadProfile, "segments" | "description"> {
  description?: string;
  /** Length of the measured phase. */
  seconds: number;
  /** Length of a warm-up at the load of second 0; 10 s where it is not given, 0 for none. */
  warmupSeconds?: number;
  /** Operations per second; absent in a closed loop. */
  rate?: number | ((second: number) => number);
  /** Workers; fractions are rounded up. A number stands for as many all the time. */
  workers: number | ((second: number) => number);
}

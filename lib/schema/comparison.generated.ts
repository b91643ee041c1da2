// Made from comparison.schema.json by `npm run generate`. Do not edit.

/**
 * What dbmark compare --format json prints: up to five runs beside each other. Lists that are said to be by run are in the order of `runs`, of which the first is the base. Latencies are milliseconds, instants ISO 8601 UTC.
 */
export interface Comparison {
  /**
   * Version of this format. A reader refuses a version that it does not know.
   */
  schemaVersion: 1;
  /**
   * What was compared, the base first: two to five.
   */
  runs: ComparedRun[];
  /**
   * In what the set-ups differ: first what makes the runs measure different things.
   */
  differences: Difference[];
  /**
   * Whether the digests say that all runs asked for exactly the same operations; null: at least one run's cannot be compared, as in a closed loop.
   */
  sameOperations: boolean | null;
  variation: Variation;
  /**
   * All operations together under the name `all`, then each of them.
   */
  operations: OperationComparison[];
  /**
   * Each limit that a run had.
   */
  slos: SloComparison[];
  /**
   * Failed operations of the measured phase by type.
   */
  errors: ErrorComparison[];
}
/**
 * One of the runs.
 */
export interface ComparedRun {
  /**
   * A is the base.
   */
  label: "A" | "B" | "C" | "D" | "E";
  /**
   * Name of the run folder.
   */
  id: string;
  /**
   * As it was given.
   */
  path: string;
  /**
   * When.
   */
  startedAt: string;
  /**
   * How the run ended.
   */
  status: "complete" | "interrupted" | "crashed";
  /**
   * Name of the suite.
   */
  suite: string;
  /**
   * What the workload says of itself.
   */
  workload: string;
  /**
   * Such as postgres.
   */
  system: string;
  /**
   * Name and version that the server gives itself; the system's name where it gives none.
   */
  server: string;
  /**
   * Name of the load profile.
   */
  profile: string;
  /**
   * Of the load profile.
   */
  loop: "open" | "closed";
  /**
   * Length of the measured phase.
   */
  seconds: number;
  /**
   * Operations that finished in it.
   */
  operations: number;
  /**
   * The profile changes its load, and the figures add up all of it.
   */
  mixesLoads: boolean;
  /**
   * What the run says of itself.
   */
  valid: boolean;
  /**
   * Why it is not valid.
   */
  reasons: string[];
  /**
   * What the run warns of.
   */
  warnings: string[];
  /**
   * Seconds of an interval of its windows as they were used here; null: they could not be used.
   */
  overTime: number | null;
  /**
   * What of the run could not be used, and why, one sentence each.
   */
  missing: string[];
}
/**
 * Something in which the set-ups of at least two runs differ.
 */
export interface Difference {
  /**
   * What it belongs to.
   */
  group:
    | "workload"
    | "data"
    | "profile"
    | "seed"
    | "target"
    | "server"
    | "settings"
    | "host"
    | "topology"
    | "software"
    | "variables";
  /**
   * Its name.
   */
  what: string;
  /**
   * By run; null: the run does not have it.
   */
  values: (string | null)[];
  /**
   * Runs that differ in it measured different things. False: it should make no difference to what is measured, such as versions of dbmark itself.
   */
  matters: boolean;
}
/**
 * How the intervals of changes were made. They show how much the runs varied within themselves, and say nothing of whether another run would agree: they are no test.
 */
export interface Variation {
  method: "circular block bootstrap";
  /**
   * Length of the blocks that were drawn.
   */
  blockSeconds: number;
  /**
   * Of each run, independent of the base's.
   */
  resamples: number;
  /**
   * Share of the resamples within the interval.
   */
  confidence: number;
  /**
   * Of the resampling.
   */
  seed: number;
}
/**
 * One operation, or all together.
 */
export interface OperationComparison {
  /**
   * Its name, or all.
   */
  operation: string;
  /**
   * Operations that finished, by run; null: the run has no such operation.
   */
  counts: (number | null)[];
  /**
   * Each that a run has.
   */
  metrics: MetricComparison[];
}
/**
 * One figure.
 */
export interface MetricComparison {
  /**
   * Name of a metric, such as response-p99.
   */
  metric: string;
  /**
   * The same for people.
   */
  label: string;
  /**
   * Of the values.
   */
  unit: "perSecond" | "milliseconds" | "share" | "bytesPerSecond" | "microseconds" | "bytes";
  /**
   * Which way of changing would be an improvement, if it is one.
   */
  better: "higher" | "lower";
  /**
   * By run: the load profile decides the figure, as an open loop does with throughput. It is a result only where the run fell short of the profile.
   */
  given: boolean[];
  /**
   * By run; null: the run does not have it. A p99 needs 10,000 operations.
   */
  values: (number | null)[];
  /**
   * By run: value / base − 1, as a share. Null for the base itself, where a value is missing, and where the base is 0.
   */
  changes: (number | null)[];
  /**
   * By run: variation of the change within the runs. Null where there is no change, where the runs are too short or have no windows, and for a maximum.
   */
  intervals: (ChangeInterval | null)[];
}
/**
 * Both ends, as shares.
 */
export interface ChangeInterval {
  /**
   * Lower end.
   */
  lower: number;
  /**
   * Upper end.
   */
  upper: number;
}
/**
 * One limit in all runs.
 */
export interface SloComparison {
  /**
   * Its name.
   */
  operation: string;
  /**
   * p95 and p99 are of the response time.
   */
  metric: "p95" | "p99" | "errorRate";
  /**
   * By run; null: the run had no such limit.
   */
  verdicts: ({
    /**
     * Milliseconds, or a share.
     */
    limit: number;
    /**
     * The same; null: too few operations to tell.
     */
    actual: number | null;
    /**
     * Null when `actual` is.
     */
    met: boolean | null;
  } | null)[];
}
/**
 * One type of error of one operation.
 */
export interface ErrorComparison {
  /**
   * Its name.
   */
  operation: string;
  /**
   * Its type.
   */
  type: string;
  /**
   * Failed operations, by run.
   */
  counts: number[];
  /**
   * Of the operations that finished, by run; null: none did.
   */
  shares: (number | null)[];
}

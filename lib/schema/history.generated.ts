// Made from history.schema.json by `npm run generate`. Do not edit.

/**
 * Past runs as a list, or a metric of theirs over time, as `dbmark history --format json` prints them. Latencies are milliseconds, instants ISO 8601 in UTC.
 */
export type History = HistoryList | HistoryTrend;

/**
 * What `dbmark history --format json` prints: past runs, the oldest first.
 */
export interface HistoryList {
  /**
   * Version of this format. A reader refuses a version that it does not know.
   */
  schemaVersion: 1;
  /**
   * The folder, as it was named.
   */
  results: string;
  /**
   * Those that were asked for.
   */
  runs: PastRun[];
  /**
   * What could not be read as a run.
   */
  unreadable: {
    /**
     * Of its folder, relative to the results'.
     */
    path: string;
    /**
     * One sentence.
     */
    reason: string;
  }[];
}
/**
 * A run without its histograms.
 */
export interface PastRun {
  /**
   * Of its folder, relative to the results'.
   */
  path: string;
  /**
   * Name that the run has itself.
   */
  id: string;
  /**
   * An instant, ISO 8601 in UTC.
   */
  startedAt: string;
  /**
   * Name.
   */
  suite: string;
  /**
   * Name.
   */
  system: string;
  /**
   * Name of the load profile.
   */
  profile: string;
  /**
   * How it ended.
   */
  status: "complete" | "interrupted" | "crashed";
  /**
   * Whether it can be trusted.
   */
  valid: boolean;
  /**
   * Why not.
   */
  reasons: string[];
  /**
   * Null: it is not of an experiment.
   */
  experiment: ExperimentRun | null;
  /**
   * What it measured: runs that agree in all of it are comparable.
   */
  setup: Fact[];
  /**
   * What was around it: versions, settings, the rest of the machine.
   */
  surroundings: {
    [k: string]: string;
  };
  /**
   * Finished operations, by operation; `all` is their sum.
   */
  operations: {
    [k: string]: number;
  };
  /**
   * Values by operation and metric; null: the run does not have it.
   */
  metrics: {
    [k: string]: {
      [k: string]: number | null;
    };
  };
}
/**
 * Which repetition of an experiment a run is.
 */
export interface ExperimentRun {
  /**
   * The experiment's folder, relative to the results'.
   */
  experiment: string;
  /**
   * From 1; null: the experiment's file does not say.
   */
  pair: number | null;
  /**
   * Null: the experiment's file does not say.
   */
  variant: "a" | "b" | null;
  /**
   * What the variant changed that the run's file does not show; empty: nothing.
   */
  hidden: string;
}
/**
 * Something in which runs may differ.
 */
export interface Fact {
  /**
   * Its name.
   */
  what: string;
  /**
   * For people.
   */
  text: string;
  /**
   * Of the parts that the text leaves out; empty: it leaves out none.
   */
  hash: string;
}
/**
 * What `dbmark history --trend METRIC --format json` prints: a metric over time.
 */
export interface HistoryTrend {
  /**
   * Version of this format. A reader refuses a version that it does not know.
   */
  schemaVersion: 1;
  /**
   * The metric.
   */
  metric: {
    /**
     * As it is typed.
     */
    name: string;
    /**
     * As people read it.
     */
    label: string;
    /**
     * What values are counted in.
     */
    unit: "perSecond" | "milliseconds" | "share" | "bytesPerSecond" | "microseconds" | "bytes";
  };
  /**
   * Name of an operation, or all.
   */
  operation: string;
  /**
   * Runs that measured the same; the largest group, or all of them.
   */
  groups: TrendGroup[];
  /**
   * Groups that are not shown.
   */
  others: {
    /**
     * Their number.
     */
    runs: number;
    /**
     * In what it is another than the group that is shown.
     */
    differences: string[];
  }[];
}
/**
 * The runs of one set-up.
 */
export interface TrendGroup {
  /**
   * What they have in common.
   */
  setup: Fact[];
  /**
   * The oldest first.
   */
  points: TrendPoint[];
  /**
   * Where the level changed, the oldest first.
   */
  changes: TrendChange[];
  /**
   * Why no changes were looked for; null: they were.
   */
  notSearched: string | null;
  /**
   * What a reader should know, one sentence each.
   */
  remarks: string[];
}
/**
 * One run.
 */
export interface TrendPoint {
  /**
   * Of its folder, relative to the results'.
   */
  path: string;
  /**
   * An instant, ISO 8601 in UTC.
   */
  startedAt: string;
  /**
   * In the metric's unit; null: the run does not have it.
   */
  value: number | null;
  /**
   * Whether it can be trusted.
   */
  valid: boolean;
  /**
   * Why not.
   */
  reasons: string[];
  /**
   * It took part in the search for changes: it is valid, and has a value.
   */
  counts: boolean;
}
/**
 * A change of the level.
 */
export interface TrendChange {
  /**
   * Of the first run after it.
   */
  path: string;
  /**
   * An instant, ISO 8601 in UTC.
   */
  startedAt: string;
  /**
   * Mean of the runs since the change before it, geometric where all values are above zero.
   */
  before: number;
  /**
   * Mean of the runs up to the change after it.
   */
  after: number;
  /**
   * after / before − 1; null where before is 0.
   */
  change: number | null;
  /**
   * Of the permutation test.
   */
  pValue: number;
  /**
   * What else was different from the run before.
   */
  surroundings: string[];
}

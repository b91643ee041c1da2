// Made from experiment.schema.json by `npm run generate`. Do not edit.

/**
 * ab.json: one experiment of dbmark ab, two variants measured in interleaved pairs. Durations are seconds, latencies milliseconds, instants ISO 8601 UTC.
 */
export interface ExperimentFile {
  /**
   * Version of this format. A reader refuses a version that it does not know.
   */
  schemaVersion: 1;
  /**
   * Name of the experiment's folder.
   */
  id: string;
  /**
   * When its first repetition was started, or tried to.
   */
  startedAt: string;
  /**
   * When it ended; null: it has not, or was killed.
   */
  finishedAt: string | null;
  /**
   * `running` is also what an experiment says that was killed. `stopped`: ended before all pairs, by the rule of its plan. `failed`: a repetition could not be run.
   */
  status: "running" | "complete" | "stopped" | "interrupted" | "failed";
  /**
   * Why it failed; null: it did not.
   */
  failure: string | null;
  /**
   * What ran the experiment.
   */
  software: {
    /**
     * Version.
     */
    dbmark: string;
    /**
     * Of the sources; empty: not known.
     */
    gitRevision: string;
  };
  plan: Plan;
  /**
   * In the order in which they ran.
   */
  repetitions: Repetition[];
  /**
   * What differed between the variants' set-ups, by what their runs say of themselves.
   */
  differences: SetupDifference[];
  /**
   * Null: there are too few pairs to judge.
   */
  judgement: Judgement | null;
  /**
   * Whether it can be trusted.
   */
  validity: {
    /**
     * No reason speaks against it.
     */
    valid: boolean;
    /**
     * Why not, one sentence each.
     */
    reasons: string[];
    /**
     * What a reader should know.
     */
    warnings: string[];
  };
}
/**
 * What was decided before the first repetition. Nothing of it is changed by what was measured.
 */
export interface Plan {
  a: Variant;
  b: Variant;
  /**
   * Pairs of repetitions, at most.
   */
  pairs: number;
  /**
   * Variants in the order of their repetitions.
   */
  order: ("a" | "b")[];
  /**
   * Metrics that get a verdict, at most two. Empty until the first repetition where the default depends on the load profile.
   *
   * @maxItems 2
   */
  primary: [] | [MetricOfOperation] | [MetricOfOperation, MetricOfOperation];
  /**
   * Change below which a difference does not matter, as a share: 0.03 is 3 %.
   */
  minimumEffect: number;
  /**
   * Rate of false alarms that is accepted, over all primary metrics and looks.
   */
  alpha: number;
  /**
   * After which pair it may end, at which level; the last is the last pair. One entry: no early end.
   */
  looks: {
    /**
     * Number of complete pairs.
     */
    pair: number;
    /**
     * Level of the tests at this look.
     */
    level: number;
  }[];
  /**
   * Seconds of rest between repetitions.
   */
  pauseSeconds: number;
  /**
   * How the same state of the data is had before each repetition. `template`: a copy of a database made for its variant. `reset`: the run brings its data set back itself. `none`: the suite has no data.
   */
  state: "template" | "reset" | "none";
  /**
   * Why so, in words; empty: nothing to say.
   */
  stateReason: string;
}
/**
 * One of the two things that are compared.
 */
export interface Variant {
  /**
   * Name of the suite.
   */
  suite: string;
  /**
   * URL with its password replaced; null: an embedded PostgreSQL.
   */
  target: string | null;
  /**
   * Name of the load profile as it was asked for, or the path of a file; null: the default.
   */
  profile: string | null;
  /**
   * Variables that were set.
   */
  variables: {
    [k: string]: string;
  };
  /**
   * The file that was executed on the prepared data; null: none.
   */
  sql: {
    /**
     * As it was given.
     */
    path: string;
    /**
     * Its content.
     */
    text: string;
  } | null;
  /**
   * Settings of the embedded PostgreSQL.
   */
  server: {
    [k: string]: string;
  };
}
/**
 * A metric of one operation.
 */
export interface MetricOfOperation {
  /**
   * Name of a metric, such as response-p99.
   */
  metric: string;
  /**
   * Name of an operation, or all.
   */
  operation: string;
}
/**
 * One run of one variant.
 */
export interface Repetition {
  /**
   * From 1.
   */
  pair: number;
  variant: "a" | "b";
  /**
   * Its run folder, relative to the experiment's; null: it has none.
   */
  run: string | null;
  /**
   * When.
   */
  startedAt: string;
  /**
   * How the run ended. `failed`: without a result.
   */
  status: "complete" | "interrupted" | "crashed" | "failed";
  /**
   * Both repetitions of its pair are complete, and are used by the judgement. An interrupted one is run again, with its pair.
   */
  counts: boolean;
  /**
   * What the run says of itself.
   */
  valid: boolean;
  /**
   * Why it is not valid.
   */
  reasons: string[];
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
 * Something in which the set-ups differ.
 */
export interface SetupDifference {
  /**
   * What it belongs to.
   */
  group: string;
  /**
   * Its name.
   */
  what: string;
  /**
   * Of A.
   */
  a: string;
  /**
   * Of B.
   */
  b: string;
}
/**
 * What the pairs say.
 */
export interface Judgement {
  /**
   * Complete pairs that were used.
   */
  pairs: number;
  /**
   * Of the intervals, as a share.
   */
  confidence: number;
  /**
   * Level at which the primary metrics were tested.
   */
  level: number;
  /**
   * With verdicts.
   */
  primary: PrimaryResult[];
  /**
   * All others, with intervals and without verdict: so many intervals that some exclude no change by chance alone.
   */
  exploration: MetricResult[];
}
/**
 * A metric with its verdict.
 */
export interface PrimaryResult {
  result: MetricResult;
  /**
   * By Holm, over the primary metrics.
   */
  adjustedPValue: number | null;
  /**
   * Null: it could not be tested.
   */
  verdict: ("better" | "worse" | "no difference shown") | null;
  /**
   * The verdict in a sentence, or why there is none.
   */
  reason: string;
}
/**
 * How a metric of B differs from that of A. Ratios are B / A.
 */
export interface MetricResult {
  /**
   * Name of a metric.
   */
  metric: string;
  /**
   * Name of an operation, or all.
   */
  operation: string;
  /**
   * Pairs in which both runs have the metric, above zero.
   */
  pairs: number;
  /**
   * In the metric's unit; null: not known.
   */
  medianA: number | null;
  /**
   * In the metric's unit; null: not known.
   */
  medianB: number | null;
  /**
   * Geometric mean over the pairs; null: fewer than two pairs.
   */
  ratio: number | null;
  /**
   * Lower end of the interval.
   */
  lower: number | null;
  /**
   * Upper end.
   */
  upper: number | null;
  /**
   * Of the logarithms of the pairs' ratios.
   */
  standardDeviation: number | null;
  /**
   * Of the paired t test, unadjusted.
   */
  pValue: number | null;
  /**
   * Of the signed-rank test, as a check; null: fewer than six pairs.
   */
  wilcoxonPValue: number | null;
  /**
   * Smallest change that so many pairs with this scatter show with a power of 80 %, as a ratio above 1.
   */
  detectableRatio: number | null;
}

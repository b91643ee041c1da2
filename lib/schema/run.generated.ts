// Made from run.schema.json by `npm run generate`. Do not edit.

/**
 * Version of this format. A reader refuses a version that it does not know.
 */
export type SchemaVersion = 1;
/**
 * What an operation does to the target.
 */
export type OperationKind = "read" | "write" | "delete" | "batch";
/**
 * Part of a run; only `measure` counts.
 */
export type PhaseName = "warmup" | "measure" | "cooldown";
/**
 * An instant, ISO 8601 in UTC.
 */
export type Instant = string;
/**
 * Milliseconds; null when there is nothing to describe.
 */
export type Milliseconds = number | null;

/**
 * run.json: one run of dbmark. Durations are seconds, latencies milliseconds, instants ISO 8601 UTC.
 */
export interface RunFile {
  schemaVersion: SchemaVersion;
  /**
   * Name of the run folder.
   */
  id: string;
  /**
   * The tag `testid` of the run's metrics.
   */
  testid: string;
  /**
   * Start of the first phase; the windows' seconds count from it.
   */
  startedAt: string;
  suite: Suite;
  workload: Workload;
  profile: Profile;
  variables: Variables;
  /**
   * Seed of everything random.
   */
  seed: number;
  /**
   * Mode of the k6 metrics.
   */
  metrics: "operations" | "windows";
  software: Software;
  target: Target;
  host: Host;
  topology: Topology;
  instance?: Instance;
  /**
   * Null when the workload has no data set.
   */
  load: Load | null;
  /**
   * How the run ended. `crashed`: completed from its windows.
   */
  status: "complete" | "interrupted" | "crashed";
  finishedAt: Instant;
  /**
   * Null: not known.
   */
  digest: Digest | null;
  phases: PhaseSpan[];
  totals: RunTotals;
  resources: Resources;
  slo: Verdict[];
  validity: Validity;
  books: Book[];
  /**
   * The first message of each type of error of each operation, of all phases. Empty in a file that was completed after a crash.
   */
  errorExamples: ErrorExample[];
  /**
   * What became of the connections in the whole run. Null in a file that was completed after a crash.
   */
  connections: Connections | null;
  /**
   * Headroom of the harness. Null: not measured.
   */
  ceiling: Ceiling | null;
  /**
   * The named parts of the profile's measured phase, in their order; empty: it has none, or the file was completed after a crash, or an instance crashed.
   */
  steps: Step[];
  /**
   * What the profile was run for; null: nothing besides the totals, or the file was completed after a crash, or an instance crashed.
   */
  report: RecoveryReport | DriftReport | StepsReport | LimitReport | SearchReport | null;
  /**
   * The instances that were merged into this run, in the order of their segments; empty: one process was all of it.
   */
  instances: MergedInstance[];
  /**
   * What the server says of itself; null: not asked.
   */
  serverStatistics: {
    [k: string]: unknown;
  } | null;
  /**
   * Null: not known.
   */
  cost: {
    [k: string]: unknown;
  } | null;
}
/**
 * What was run.
 */
export interface Suite {
  /**
   * Name of the suite.
   */
  name: string;
}
/**
 * The workload as it was declared, its pools with a hash of what was taken.
 */
export interface Workload {
  name: string;
  system: string;
  description: string;
  operations: WorkloadOperation[];
  dataSet?: DataSet;
  pools?: Pool[];
  /**
   * Tables that the workload writes to and that dbmark did not make.
   */
  foreignTables?: string[];
  slo?: Slo;
  /**
   * Mixes by name, each with weights of operations: what a script's own executors ran.
   */
  scenarios?: {
    [k: string]: {
      [k: string]: number;
    };
  };
}
/**
 * One named request or transaction.
 */
export interface WorkloadOperation {
  name: string;
  kind: OperationKind;
  /**
   * Share in the mix, relative to the other operations'.
   */
  weight: number;
  description?: string;
  parameters: {
    name: string;
    generator: Generator;
  }[];
  steps: WorkloadStep[];
  transaction?: {
    isolation?: string;
    readOnly?: boolean;
  };
  retry?: {
    attempts: number;
    /**
     * Milliseconds.
     */
    backoffMilliseconds?: number;
    /**
     * Milliseconds.
     */
    maximumBackoffMilliseconds?: number;
  };
  slo?: Slo;
  /**
   * How the rows that this operation adds are counted and removed.
   */
  inserts?: {
    count: string;
    /**
     * Absent where the rows stay: then what count gave before the run is taken off.
     */
    remove?: string;
    keys?: string[];
    /**
     * The operation also changes rows of the data set.
     */
    changesOthers?: boolean;
    /**
     * Rows that one operation adds; absent: one. With more, the books count rows.
     */
    rows?: number;
  };
  /**
   * How the rows that this operation removes are counted.
   */
  removes?: {
    count: string;
  };
  /**
   * Name of the k6 check that each of these operations passes, or fails with it.
   */
  check?: string;
}
/**
 * Makes a value as a pure function of seed, operation, parameter and index; its parameters are those of lib/workload.ts.
 */
export interface Generator {
  /**
   * Name of the generator.
   */
  type: string;
  [k: string]: unknown;
}
/**
 * One round trip.
 */
export interface WorkloadStep {
  /**
   * In the system's language.
   */
  statement?: string;
  parameters?: string[];
  /**
   * A command with its arguments.
   */
  command?: string[];
  capture?: {
    column: number;
    parameter: string;
  }[];
  /**
   * Milliseconds to wait after the reply.
   */
  thinkMilliseconds?: number;
  expect?: {
    minimum: number;
    maximum: number;
    /**
     * Rows that were not there before, for commands that write rows whether they are there or not.
     */
    added?: number;
  };
}
/**
 * What an operation must meet; times are response times.
 */
export interface Slo {
  /**
   * Milliseconds.
   */
  p95Milliseconds?: number;
  /**
   * Milliseconds.
   */
  p99Milliseconds?: number;
  /**
   * Share of the due operations that failed or were undone, 0 to 1.
   */
  errorRate?: number;
}
/**
 * Data that was loaded before the run, in tables that belong to dbmark.
 */
export interface DataSet {
  name: string;
  tables: {
    name: string;
    rows: number;
    columns: {
      name: string;
      generator: Generator;
    }[];
    check?: string;
    /**
     * Adds one row, on systems that load by statements alone.
     */
    insert?: string;
  }[];
  create: string[];
  drop: string[];
  finish: string[];
  truncate: string[];
  removeInserted?: string[];
  /**
   * Gives the number of its tables that are there and that dbmark did not make.
   */
  foreign?: string;
}
/**
 * Values taken from the target before the run.
 */
export interface Pool {
  name: string;
  statement: string;
  /**
   * Number of rows taken.
   */
  rows?: number;
  /**
   * Hash of the rows taken.
   */
  hash?: string;
}
/**
 * The load profile as it was applied.
 */
export interface Profile {
  name: string;
  description: string;
  /**
   * `open`: operations are due on a schedule that no slow reply shifts. `closed`: each worker sends as soon as it is free.
   */
  loop: "open" | "closed";
  segments: Segment[];
  /**
   * Seconds that due work may drain after the schedule's end.
   */
  gracefulStopSeconds: number;
  /**
   * The run ends after exactly this many operations.
   */
  operationCount?: number;
  /**
   * Operations of one k6 iteration; absent: slices of time.
   */
  operationsPerIteration?: number;
  /**
   * What the profile reports besides the totals; absent: nothing.
   */
  report?: "recovery" | "drift" | "steps" | "limit";
  /**
   * The workload's preset of operations where MIX is not set.
   */
  mix?: string;
  search?: Search;
  /**
   * There is no load profile: executors of the script's own said what ran when.
   */
  executors?: boolean;
}
/**
 * Some seconds in which rate and workers go in a straight line from one value to another.
 */
export interface Segment {
  phase: PhaseName;
  /**
   * Seconds.
   */
  seconds: number;
  /**
   * Operations per second; absent in a closed loop.
   */
  rate?: {
    from: number;
    to: number;
  };
  workers: {
    from: number;
    to: number;
  };
  /**
   * Name of the part of the measured phase that the segment belongs to.
   */
  part?: string;
}
/**
 * The highest load at which every SLO holds was searched. Loads are operations per second, or workers.
 */
export interface Search {
  /**
   * `rate` of an open loop, `workers` of a closed one.
   */
  of: "rate" | "workers";
  /**
   * The first load.
   */
  start: number;
  /**
   * The lowest load that may be tried.
   */
  minimum: number;
  /**
   * The highest load that may be tried.
   */
  maximum: number;
  /**
   * How far the lowest load that fails may lie above the highest that holds, as a share of it.
   */
  precision: number;
  /**
   * The one load that was tried; absent: the highest was searched.
   */
  fixed?: number;
  /**
   * Seconds of a step's measured part.
   */
  stepSeconds: number;
  /**
   * Seconds of each step's own warm-up.
   */
  warmupSeconds: number;
}
/**
 * Environment variables that the user set.
 */
export interface Variables {
  [k: string]: string;
}
/**
 * Versions of what ran.
 */
export interface Software {
  dbmark: string;
  gitRevision: string;
  k6: string;
  go: string;
  /**
   * The client library.
   */
  driver: {
    name: string;
    version: string;
  };
}
/**
 * The system under test.
 */
export interface Target {
  system: string;
  /**
   * URL with its password replaced.
   */
  url: string;
  server: Server;
  /**
   * How statements were sent; empty where the system has only one way.
   */
  mode: string;
}
/**
 * What answered.
 */
export interface Server {
  /**
   * The name that the server gives itself.
   */
  product: string;
  version: string;
  /**
   * Settings that matter when figures are compared.
   */
  settings: {
    [k: string]: string;
  };
  /**
   * Connections that the server allows; 0: no limit, or it does not say.
   */
  maximumConnections: number;
  /**
   * Connections in use before the run, without ours.
   */
  usedConnections: number;
  processId?: number;
}
/**
 * The machine that the harness ran on; empty and 0 where not known.
 */
export interface Host {
  cpuModel: string;
  /**
   * Processors that the harness may use.
   */
  cores: number;
  /**
   * Bytes.
   */
  memoryBytes: number;
  kernel: string;
  os: string;
  architecture: string;
  /**
   * The same for all processes on one running machine, in containers too, and for no others; absent: not known.
   */
  machine?: string;
  /**
   * Processors of the machine, of which the harness may use fewer; absent: not known.
   */
  processors?: number;
}
/**
 * Who talks to the target, and through what.
 */
export interface Topology {
  /**
   * Workers at most.
   */
  workers: number;
  connections: "per-worker" | "pool";
  connectionCount: number;
  /**
   * Requests in flight on one connection, at most.
   */
  depth: number;
  /**
   * Processes that sent together.
   */
  instances: number;
}
/**
 * The part of a run that this process had; absent: all of it.
 */
export interface Instance {
  /**
   * k6's execution segment, such as `1/4:1/2`.
   */
  segment: string;
  /**
   * k6's execution segment sequence, which parts the run: `0,1/4,1/2,3/4,1`.
   */
  sequence: string;
  /**
   * Place of the segment in the sequence, from 1.
   */
  number: number;
  /**
   * Segments in the sequence.
   */
  of: number;
  /**
   * When all instances were to start; absent: none was agreed.
   */
  agreedStart?: string;
  targetClock?: TargetClock;
}
/**
 * The target's clock beside this machine's, before the run; absent: the target tells no time.
 */
export interface TargetClock {
  /**
   * How much later it was on the target's clock.
   */
  aheadSeconds: number;
  /**
   * Half of the round trip in which it was asked.
   */
  uncertaintySeconds: number;
}
/**
 * How the data set came to be there.
 */
export interface Load {
  rows: number;
  /**
   * Seconds of loading; null when it was reused.
   */
  seconds: number | null;
  /**
   * Null when it was reused.
   */
  rowsPerSecond: number | null;
  /**
   * The data set was there already.
   */
  reused: boolean;
  connections: number;
  /**
   * Why it was loaded or reused, in words.
   */
  reason: string;
}
/**
 * Fingerprint of the operations that ran and of their parameters, whatever their order.
 */
export interface Digest {
  /**
   * 16 hexadecimal digits.
   */
  value: string;
  operations: number;
  /**
   * Another run of the same operations has the same digest.
   */
  comparable: boolean;
  /**
   * Why it is not comparable.
   */
  reason?: string;
}
/**
 * When a phase was.
 */
export interface PhaseSpan {
  name: PhaseName;
  /**
   * Seconds since the start of the run.
   */
  startSecond: number;
  /**
   * Seconds; null: not known.
   */
  seconds: number | null;
}
/**
 * Sums of each phase.
 */
export interface RunTotals {
  warmup?: PhaseTotals;
  measure: PhaseTotals;
  cooldown?: PhaseTotals;
}
/**
 * Sums of one phase. `lag` is the harness's own: from due to started, with a worker free.
 */
export interface PhaseTotals {
  /**
   * Seconds, without the time in which the last operations drained.
   */
  seconds: number;
  operations: OperationTotals[];
  all: AllTotals;
  lag: Latency;
  instruments?: InstrumentTotals;
}
/**
 * Sums of one operation in one phase. `service` holds the service times of every finished operation, failed ones too; `response` their response times, from the intended start, and for every undone one the time it had waited.
 */
export interface OperationTotals {
  name: string;
  kind: OperationKind;
  /**
   * Operations finished: succeeded and failed.
   */
  operations: number;
  /**
   * Acknowledged by the target.
   */
  succeeded: number;
  failed: number;
  /**
   * Due, and never started; not among `operations`.
   */
  undone: number;
  /**
   * Those of the failed that the target may hold all the same.
   */
  unknown: number;
  /**
   * Tried again, an operation has several.
   */
  attempts: number;
  /**
   * Failed operations by type of error.
   */
  errors: {
    [k: string]: number;
  };
  rowsRead: number;
  rowsWritten: number;
  /**
   * Bytes of payload.
   */
  bytesRead: number;
  /**
   * Bytes of payload.
   */
  bytesWritten: number;
  /**
   * Succeeded operations per second of the phase; null when it had no length.
   */
  throughput: number | null;
  service: Latency;
  response: Latency;
}
/**
 * Times of operations, in milliseconds.
 */
export interface Latency {
  count: number;
  min: Milliseconds;
  mean: Milliseconds;
  p50: Milliseconds;
  p95: Milliseconds;
  /**
   * Milliseconds; null below 10,000 operations.
   */
  p99: number | null;
  max: Milliseconds;
  /**
   * Values outside of 1 ns to 1 h, counted at the border.
   */
  clamped: number;
  /**
   * HDR histogram, V2 compressed, base64; in nanoseconds.
   */
  histogram: string;
}
/**
 * Sums of all operations in one phase; histograms are merged.
 */
export interface AllTotals {
  /**
   * Operations finished: succeeded and failed.
   */
  operations: number;
  /**
   * Acknowledged by the target.
   */
  succeeded: number;
  failed: number;
  /**
   * Due, and never started; not among `operations`.
   */
  undone: number;
  /**
   * Those of the failed that the target may hold all the same.
   */
  unknown: number;
  /**
   * Tried again, an operation has several.
   */
  attempts: number;
  /**
   * Failed operations by type of error.
   */
  errors: {
    [k: string]: number;
  };
  rowsRead: number;
  rowsWritten: number;
  /**
   * Bytes of payload.
   */
  bytesRead: number;
  /**
   * Bytes of payload.
   */
  bytesWritten: number;
  /**
   * Succeeded operations per second of the phase; null when it had no length.
   */
  throughput: number | null;
  service: Latency;
  response: Latency;
}
/**
 * Absent where the driver has none. What happened between two readings, a second apart, is in the phase in the middle of them.
 */
export interface InstrumentTotals {
  counts: {
    [k: string]: number;
  };
  times: {
    [k: string]: Latency;
  };
}
/**
 * Processor time and memory.
 */
export interface Resources {
  harness: ProcessResources;
  /**
   * Null where the server is not on this host, or cannot be seen.
   */
  server: ServerResources | null;
}
/**
 * What a process used in the measured phase; null: not known.
 */
export interface ProcessResources {
  /**
   * Seconds of processor time.
   */
  cpuSecondsTotal: number | null;
  /**
   * Cores.
   */
  cpuAverage: number | null;
  /**
   * Cores, in the busiest second.
   */
  cpuMaximum: number | null;
  /**
   * Bytes resident.
   */
  memoryAverageBytes: number | null;
  /**
   * Bytes resident.
   */
  memoryMaximumBytes: number | null;
}
/**
 * What the server's processes used in the measured phase; null: not known.
 */
export interface ServerResources {
  /**
   * Seconds of processor time.
   */
  cpuSecondsTotal: number | null;
  /**
   * Cores.
   */
  cpuAverage: number | null;
  /**
   * Cores, in the busiest second.
   */
  cpuMaximum: number | null;
  /**
   * Bytes resident.
   */
  memoryAverageBytes: number | null;
  /**
   * Bytes resident.
   */
  memoryMaximumBytes: number | null;
  /**
   * Which processes these are.
   */
  label: string;
}
/**
 * Whether one operation met one limit in the measured phase.
 */
export interface Verdict {
  operation: string;
  /**
   * `p95`, `p99`: milliseconds of response time. `errorRate`: share of the due operations.
   */
  metric: "p95" | "p99" | "errorRate";
  limit: number;
  /**
   * Null: too few operations to tell.
   */
  actual: number | null;
  /**
   * Null when `actual` is.
   */
  met: boolean | null;
}
/**
 * Whether the run can be trusted.
 */
export interface Validity {
  valid: boolean;
  /**
   * Why it is not valid.
   */
  reasons: Reason[];
  /**
   * What does not make it invalid, or is not known.
   */
  warnings: Reason[];
}
/**
 * Something that speaks against a run, or that a reader should know.
 */
export interface Reason {
  code:
    | "harness_cpu"
    | "harness_lag"
    | "harness_ceiling"
    | "errors"
    | "undone"
    | "too_few_samples"
    | "not_steady"
    | "dirty_data"
    | "interrupted"
    | "crashed"
    | "books"
    | "nothing_measured"
    | "results_incomplete"
    | "output_incomplete"
    | "instances"
    | "search_unfinished"
    | "harness_limit";
  message: string;
}
/**
 * What an operation that adds or removes rows was told, and what the target holds.
 */
export interface Book {
  operation: string;
  acknowledged: number;
  unknown: number;
  /**
   * Rows; null when the target could not be asked.
   */
  held: number | null;
  /**
   * acknowledged ≤ held ≤ acknowledged + unknown.
   */
  balanced: boolean;
  /**
   * True: the operation removes rows, and `held` is the number of those that are gone.
   */
  removes?: boolean;
  /**
   * True: `held` is of all instances of the run together, counted when this one had ended, so that here only acknowledged ≤ held can be told; merged with the others', it can be balanced.
   */
  allInstances?: boolean;
}
export interface ErrorExample {
  operation: string;
  /**
   * Type of the error: a key of `errors` in the totals.
   */
  kind: string;
  /**
   * The system's own, such as an SQLSTATE; empty where there is none.
   */
  code: string;
  /**
   * What was said, without passwords; cut after 500 characters.
   */
  message: string;
}
/**
 * What became of the connections in the whole run, warm-up included.
 */
export interface Connections {
  /**
   * Connections opened in place of lost ones.
   */
  reconnects: number;
  /**
   * Attempts after the first of an operation.
   */
  retries: number;
  /**
   * Waiting for a connection of the shared pool, which is part of the response time. Null: each worker has its own connection.
   */
  poolWait: PoolWait | null;
}
/**
 * Times in milliseconds.
 */
export interface PoolWait {
  /**
   * How often a connection was taken from the pool.
   */
  count: number;
  /**
   * Null: none was taken.
   */
  mean: number | null;
  /**
   * Null: none was taken.
   */
  max: number | null;
}
/**
 * What the harness could do on this machine with the same workload against a target that answers at once.
 */
export interface Ceiling {
  operationsPerSecond: number;
  /**
   * Workers that it was measured with: those of the run, four for each core at most.
   */
  workers: number;
  /**
   * Operations in one k6 iteration; null where an iteration is a slice of time.
   */
  operationsPerIteration: number | null;
  /**
   * Median milliseconds that k6 took from the end of one iteration to the start of the next in this run; null where an iteration is a slice of time, or where there were too few.
   */
  betweenIterations: number | null;
  /**
   * How long measuring it took, before the run.
   */
  seconds: number;
  /**
   * Share of it that the run used: operations per second of its measured phase or, where the load changes, of its busiest second. Null when nothing was measured.
   */
  share: number | null;
}
/**
 * One named part of the profile's measured phase, or a step of a search. What finished in its seconds counts for it.
 */
export interface Step {
  name: string;
  /**
   * Seconds since the start of the run.
   */
  startSecond: number;
  /**
   * Length in seconds.
   */
  seconds: number;
  /**
   * Operations per second that the profile asked for, on average; null in a closed loop.
   */
  offered: number | null;
  /**
   * Succeeded operations per second; null: nothing of the step was seen.
   */
  reached: number | null;
  operations: number;
  failed: number;
  /**
   * Due and never started; all of a run's count for its last step.
   */
  undone: number;
  /**
   * Failed operations by type of error.
   */
  errors: {
    [k: string]: number;
  };
  response: StepLatency;
  /**
   * Verdicts of this step alone.
   */
  slo: Verdict[];
  /**
   * Whether it met its SLOs and reached its rate; null: neither can be told.
   */
  met: boolean | null;
  /**
   * Why it was not met, in words.
   */
  reasons: string[];
  search?: SearchStep;
}
/**
 * Response times of all operations of a step, in milliseconds.
 */
export interface StepLatency {
  count: number;
  p50: Milliseconds;
  p95: Milliseconds;
  /**
   * Null below 10,000 operations or, in a search, below 1,000.
   */
  p99: number | null;
  max: Milliseconds;
}
/**
 * What a step of a search has besides the others.
 */
export interface SearchStep {
  /**
   * From 1; windows of the step have it too.
   */
  number: number;
  /**
   * Operations per second, or workers.
   */
  load: number;
  purpose: "grow" | "shrink" | "narrow" | "confirm" | "check";
  /**
   * Seconds before its start that do not count.
   */
  warmupSeconds: number;
  /**
   * Seconds after its end until nothing was in flight.
   */
  drainSeconds: number;
  /**
   * It was ended before its time, because its limits could not be kept any more.
   */
  early: boolean;
  /**
   * Operations due and not started at its end.
   */
  backlog: number;
  /**
   * `harness`: the load was not really sent, so that it says nothing of the target. `cut short`: the search was ended while it went on.
   */
  outcome: "held" | "missed" | "harness" | "cut short";
  /**
   * Share of the operations that the harness itself started more than 10 ms late; null in a closed loop, or where none ran.
   */
  lateShare: number | null;
  /**
   * Cores that the harness used on average; null: not known.
   */
  harnessCpu: number | null;
  /**
   * Cores that the server's processes used on average; null: not known.
   */
  serverCpu: number | null;
  /**
   * What was missed by most, relative to its limit; null: nothing.
   */
  broke: Broke | null;
}
/**
 * A limit that a load broke.
 */
export interface Broke {
  /**
   * Absent: all operations together.
   */
  operation?: string;
  /**
   * `undone`: operations were due and never started, or none finished. `harness`: the load was not really sent.
   */
  metric: "p95" | "p99" | "errorRate" | "undone" | "harness";
  /**
   * Milliseconds of response time, or a share.
   */
  limit: number | null;
  /**
   * The same.
   */
  actual: number | null;
  /**
   * The same in words.
   */
  message: string;
}
/**
 * How long it took after each peak until all was as before the first.
 */
export interface RecoveryReport {
  kind: "recovery";
  /**
   * Percentile of a second's response times by which recovery was judged; null: not known.
   */
  percentile: number | null;
  /**
   * That percentile in an ordinary second of the first part, in milliseconds.
   */
  level: number | null;
  /**
   * Milliseconds below which a second has recovered.
   */
  limit: number | null;
  peaks: Peak[];
}
/**
 * A part of the profile with more load than its first.
 */
export interface Peak {
  part: string;
  /**
   * Its end, in seconds since the start of the run.
   */
  endSecond: number;
  /**
   * Of its response times, in milliseconds; null below 1,000 operations.
   */
  p99: number | null;
  /**
   * Operations due and not started at its end.
   */
  backlog: number;
  /**
   * `not recovered`: not before the next peak, or the end.
   */
  outcome: "recovered" | "not recovered" | "not known";
  /**
   * From its end until it had recovered; null when it had not, or that is not known.
   */
  seconds: number | null;
  /**
   * Why it is not known.
   */
  reason?: string;
}
/**
 * How latency and memory changed over the measured phase.
 */
export interface DriftReport {
  kind: "drift";
  /**
   * Length of the windows that were compared.
   */
  windowSeconds: number;
  windows: number;
  /**
   * Milliseconds; null: not known.
   */
  responseP50: Trend | null;
  /**
   * Milliseconds; null: not known.
   */
  responseP99: Trend | null;
  /**
   * Bytes; null: not known.
   */
  harnessMemory: Trend | null;
  /**
   * Bytes; null: not known.
   */
  serverMemory: Trend | null;
}
/**
 * A slope by Theil and Sen, with its 95 % interval. Milliseconds or bytes.
 */
export interface Trend {
  /**
   * Change in an hour.
   */
  perHour: number;
  /**
   * Lower end of the interval.
   */
  low: number;
  /**
   * Upper end.
   */
  high: number;
  /**
   * Of the windows.
   */
  median: number;
  /**
   * Change in an hour as a share of the median; null when the median is 0.
   */
  sharePerHour: number | null;
}
/**
 * The first step that failed.
 */
export interface StepsReport {
  kind: "steps";
  /**
   * Null: none did.
   */
  firstFailure: Failure | null;
}
/**
 * A step that failed.
 */
export interface Failure {
  step: string;
  /**
   * Operations per second; null in a closed loop.
   */
  offered: number | null;
  reasons: string[];
}
/**
 * Where a rising load first missed an SLO, or was not reached.
 */
export interface LimitReport {
  kind: "limit";
  /**
   * Null: never.
   */
  missed: Miss | null;
}
/**
 * The first of the seconds in which a limit was missed.
 */
export interface Miss {
  /**
   * Seconds since the start of the run.
   */
  second: number;
  /**
   * The profile's rate in that second.
   */
  offered: number;
  /**
   * Absent: all operations together.
   */
  operation?: string;
  /**
   * `rate`: the profile's rate was not reached.
   */
  metric: "p95" | "p99" | "errorRate" | "rate";
  /**
   * Milliseconds of response time, a share, or operations per second.
   */
  limit: number;
  /**
   * The same.
   */
  actual: number;
}
/**
 * What a search for the highest load came to.
 */
export interface SearchReport {
  kind: "findmax";
  of: "rate" | "workers";
  /**
   * `found`: between highest and lowest. `ceiling`: the highest load that was allowed holds. `harness limit`: the harness could not send more. `holds`, `fails`: the fixed load.
   */
  conclusion: "found" | "ceiling" | "harness limit" | "nothing holds" | "unfinished" | "holds" | "fails";
  /**
   * The highest load at which every SLO held; null: not known.
   */
  highest: number | null;
  /**
   * The lowest load above it at which one did not; null: not known.
   */
  lowest: number | null;
  /**
   * The one load that was tried; null: the highest was searched.
   */
  fixed: number | null;
  /**
   * As asked for; null with fixed.
   */
  precision: number | null;
  /**
   * Succeeded operations per second in the steps at the highest load, on average; null: not known.
   */
  reached: number | null;
  /**
   * What broke first, at the lowest load that did not hold; null: nothing.
   */
  broke: Broke | null;
  /**
   * Why the search ended without a sure result, or where the harness's own limit lies.
   */
  reason?: string;
}
/**
 * One of the instances of a merged run.
 */
export interface MergedInstance {
  /**
   * k6's execution segment.
   */
  segment: string;
  /**
   * Name of its run folder.
   */
  id: string;
  /**
   * An instant, ISO 8601 in UTC.
   */
  startedAt: string;
  /**
   * How long after the first of the instances it started; by the target's clock where all of them know it.
   */
  startOffsetSeconds: number;
  finishedAt: Instant;
  status: "complete" | "interrupted" | "crashed";
  valid: boolean;
  /**
   * Why it alone was not valid.
   */
  reasons: Reason[];
  workers: number;
  /**
   * Operations finished in its measured phase.
   */
  operations: number;
  /**
   * Of these, those that failed.
   */
  failed: number;
  /**
   * Due in its measured phase, and never started.
   */
  undone: number;
  /**
   * Succeeded operations per second of its measured phase; null: it had no length.
   */
  throughput: number | null;
  /**
   * Of its own operations; null: not known.
   */
  digest: string | null;
  host: Host;
}

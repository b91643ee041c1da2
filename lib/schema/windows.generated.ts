// Made from windows.schema.json by `npm run generate`. Do not edit.

/**
 * One line of windows.ndjson.
 */
export type WindowsLine = HeaderLine | WindowLine | HarnessLine | LoadLine | EndLine;

/**
 * The first line: all of run.json that is known at the start.
 */
export interface HeaderLine {
  type: "header";
  /**
   * Version of this format. A reader refuses a version that it does not know.
   */
  schemaVersion: 1;
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
   * Phases as they are planned.
   */
  phases: PhaseSpan[];
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
  /**
   * What an operation does to the target.
   */
  kind: "read" | "write" | "delete" | "batch";
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
  /**
   * Part of a run; only `measure` counts.
   */
  phase: "warmup" | "measure" | "cooldown";
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
 * When a phase was.
 */
export interface PhaseSpan {
  /**
   * Part of a run; only `measure` counts.
   */
  name: "warmup" | "measure" | "cooldown";
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
 * One operation in one phase and second. Lines of the same second, phase and operation add up.
 */
export interface WindowLine {
  type: "window";
  /**
   * Seconds since the start of the run.
   */
  second: number;
  /**
   * Part of a run; only `measure` counts.
   */
  phase: "warmup" | "measure" | "cooldown";
  operation: string;
  /**
   * Operations finished: succeeded and failed.
   */
  operations: number;
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
  service: WindowLatency;
  response: WindowLatency;
  /**
   * Number of the search's step; absent in other runs.
   */
  step?: number;
}
/**
 * Times of the operations of one window, in milliseconds.
 */
export interface WindowLatency {
  count: number;
  /**
   * Milliseconds; null when there is nothing to describe.
   */
  min: number | null;
  /**
   * Milliseconds; null when there is nothing to describe.
   */
  mean: number | null;
  /**
   * Milliseconds; null when there is nothing to describe.
   */
  max: number | null;
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
 * How the harness itself fared in one second.
 */
export interface HarnessLine {
  type: "harness";
  /**
   * Seconds since the start of the run.
   */
  second: number;
  /**
   * Seconds that this line and the windows of the same second cover.
   */
  seconds: number;
  /**
   * Part of a run; only `measure` counts.
   */
  phase: "warmup" | "measure" | "cooldown";
  /**
   * Seconds of processor time; null: not known.
   */
  cpuSeconds: number | null;
  /**
   * Bytes resident; null: not known.
   */
  memoryBytes: number | null;
  goroutines: number;
  /**
   * Workers that the profile wants.
   */
  workersActive: number;
  /**
   * Operations due and not started.
   */
  backlog: number;
  /**
   * Harness lag of each phase in which some was recorded.
   */
  lag: {
    warmup?: WindowLatency;
    measure?: WindowLatency;
    cooldown?: WindowLatency;
  };
  /**
   * Null where the server is not on this host, or was not looked at in this second.
   */
  server: ServerLine | null;
  /**
   * Number of the search's step at the end of this second; absent between steps, and in other runs.
   */
  step?: number;
  instruments?: InstrumentsLine;
}
/**
 * What the server's processes used since they were last read, which is not every second where there are so many that reading them would cost too much.
 */
export interface ServerLine {
  /**
   * Seconds of processor time.
   */
  cpuSeconds: number;
  /**
   * Seconds since they were last read; older files lack it, and mean those of the line.
   */
  seconds?: number;
  /**
   * Bytes resident.
   */
  memoryBytes: number;
}
/**
 * Absent where the driver has none.
 */
export interface InstrumentsLine {
  /**
   * Part of a run; only `measure` counts.
   */
  phase: "warmup" | "measure" | "cooldown";
  counts: {
    [k: string]: number;
  };
  times: {
    [k: string]: WindowLatency;
  };
}
/**
 * The load phase, where it ended after the header was written.
 */
export interface LoadLine {
  type: "load";
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
 * The last line of a run that was not cut off.
 */
export interface EndLine {
  type: "end";
  status: "complete" | "interrupted";
  /**
   * An instant, ISO 8601 in UTC.
   */
  finishedAt: string;
  /**
   * Phases as they were.
   */
  phases: PhaseSpan[];
}

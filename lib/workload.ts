/**
 * A workload as data: weighted operations, their parameters, their data set and
 * their SLOs. The same value is read by k6 (which hands it to the native loop as JSON), by the
 * command line (`dbmark inspect`), and written to the result file.
 */

/** What an operation does to the target. */
export type OperationKind = "read" | "write" | "delete" | "batch";

/**
 * Makes a value as a pure function of (seed, operation, parameter, index), whatever the number of workers.
 * `latest` alone also depends on the run's own past, and is marked so in the result.
 */
export type Generator =
  /** Whole numbers from `minimum` to `maximum`, both included, all equally likely. */
  | { type: "uniform"; minimum: number; maximum: number }
  /**
   * Zipf's law with exponent `theta` (default 0.99); `scrambled` (default true) spreads the popular ones over the range. `items` (default: the
   * size of the range) is how many items the law has: more of them are folded onto the range, as YCSB does with 10,000,000,000.
   */
  | { type: "zipfian"; minimum: number; maximum: number; theta?: number; scrambled?: boolean; items?: number }
  /** A share `hotProbability` (default 0.8) of the draws goes to the first `hotFraction` (default 0.2) of the range. */
  | { type: "hotspot"; minimum: number; maximum: number; hotFraction?: number; hotProbability?: number }
  /**
   * Zipfian towards the newest: first what acknowledged inserts added, the last acknowledged first, then from `maximum` down to `minimum`. The insert of
   * index i must have the value `maximum + 1 + i` (a `sequence`, or a `key` with such a `start`). Depends on the run's past.
   */
  | { type: "latest"; minimum: number; maximum: number; theta?: number }
  /** `start + index * step` (step 1 by default); with `repeat`, so many indexes in a row have the same number. */
  | { type: "sequence"; start: number; step?: number; repeat?: number }
  /** Normally distributed; rounded to whole numbers unless `integer` is false; clamped to the limits. */
  | { type: "normal"; mean: number; deviation: number; minimum?: number; maximum?: number; integer?: boolean }
  /** Real numbers, all equally likely; rounded to `decimals` places if given. */
  | { type: "float"; minimum: number; maximum: number; decimals?: number }
  | { type: "boolean"; probability?: number }
  | { type: "constant"; value: string | number | boolean | null }
  /** One of `values`, by `weights` if given. */
  | { type: "choice"; values: (string | number | boolean | null)[]; weights?: number[] }
  /** Version 4, or 7 with a time that starts at `epoch` (default: the seeded epoch) and goes on by one millisecond an index. */
  | { type: "uuid"; version?: 4 | 7; epoch?: string }
  /** Characters of `alphabet` (default: lower-case letters and digits). */
  | { type: "text"; length: number | { minimum: number; maximum: number }; alphabet?: string }
  /**
   * `prefix`, then a number in decimal padded with zeros to `digits`: `start + index`, or what `number` makes (uniform, zipfian, hotspot or latest).
   * `hashed` (default false) takes YCSB's hash of it instead (FNV-1a, at most 19 digits).
   */
  | { type: "key"; prefix: string; digits: number; start: number; hashed?: boolean }
  | { type: "key"; prefix: string; digits: number; number: Generator; hashed?: boolean }
  | { type: "bytes"; length: number | { minimum: number; maximum: number } }
  /** `epoch` (default: the seeded epoch) plus index times `stepMilliseconds` (default 1), or, with `spreadSeconds`, a random instant within it. */
  | { type: "timestamp"; epoch?: string; stepMilliseconds?: number; spreadSeconds?: number }
  /** A JSON object of generated fields. */
  | { type: "json"; fields: Record<string, Generator> }
  /**
   * A column of a row of a pool that a query filled before the run. Parameters of one operation that name the same
   * pool get columns of the same row. `distribution` (default uniform) picks the row: its range is set to the pool's.
   * `skipLast` leaves out the pool's last rows.
   */
  | { type: "pool"; pool: string; column: number; distribution?: "uniform" | "zipfian" | "hotspot"; skipLast?: number };

/** A named parameter, shared by the steps of its operation. */
export interface Parameter {
  name: string;
  generator: Generator;
}

/** One round trip. A system with a language has a `statement`, one without a `command`. */
export interface Step {
  /** In the system's language with its own placeholders, `$1`, `$2`, … */
  statement?: string;
  /** Names of parameters for the placeholders, in order. */
  parameters?: string[];
  /** A command with its arguments; `{name}` in an argument stands for a parameter. */
  command?: string[];
  /** Copies columns of the first row to parameters, for later steps. */
  capture?: { column: number; parameter: string }[];
  /** Milliseconds to wait after the reply. */
  thinkMilliseconds?: number;
  /**
   * Rows returned (or, where none are, written) outside of this range fail the operation as `validation`; so does another number of rows that
   * were not there before than `added`, for commands that write whether there is something or not, and tell which it was (Redis's HSET, ZADD).
   */
  expect?: { minimum: number; maximum: number; added?: number };
}

/**
 * How an operation is tried again whose error may go away by itself: `serialization` and `deadlock`. All attempts have the same parameters, and
 * all of them and the waits between them are in its times.
 */
export interface RetryRule {
  /** Attempts in all, the first one included. */
  attempts: number;
  /** Wait before the second attempt, in milliseconds; doubles with each, with jitter. */
  backoffMilliseconds?: number;
  maximumBackoffMilliseconds?: number;
}

/** The rule of a transaction that declares none; `attempts: 1` switches it off. The same numbers are in k6-ext/workload. */
export const defaultTransactionRetry: RetryRule = {
  attempts: 5,
  backoffMilliseconds: 5,
  maximumBackoffMilliseconds: 100,
};

/** What an operation must meet; times are response times in milliseconds. */
export interface Slo {
  p95Milliseconds?: number;
  p99Milliseconds?: number;
  /** Share of failed operations, 0 to 1. */
  errorRate?: number;
}

/** One named request or transaction. */
export interface Operation {
  name: string;
  kind: OperationKind;
  /** Share in the mix: relative to the other operations' weights. Zero: declared, not run by the mix. */
  weight: number;
  description?: string;
  parameters: Parameter[];
  steps: Step[];
  transaction?: { isolation?: string; readOnly?: boolean };
  /** Absent: a transaction is tried again by `defaultTransactionRetry`, anything else is not. */
  retry?: RetryRule;
  slo?: Slo;
  /** How the rows that this operation adds are counted and removed again. */
  inserts?: Inserts;
  /** How the rows that this operation removes are counted. */
  removes?: Removes;
  /** Name of the k6 check that each of these operations passes, or fails with it. Several operations may have the same. */
  check?: string;
}

/**
 * The books of an operation that adds rows. `count` gives one number, or rows of one number that are added up: the rows on the target that this
 * data set's runs inserted. `remove` removes them; without it they stay, and what `count` gave before the run is taken off. Operations with the same
 * `count` share a book. With `keys`, the keys are made again from the indexes that ran, and counted and removed by them:
 * `count` and `remove` then get, for each key column, one array of keys as their placeholders.
 */
export interface Inserts {
  count: string;
  remove?: string;
  /** Names of the parameters that are the key. */
  keys?: string[];
  /** The operation also changes rows of the data set, so that it has to be loaded again before the next run. */
  changesOthers?: boolean;
  /** Rows that one operation adds, 1 by default; with more, it may fail half way, and the books count rows. */
  rows?: number;
}

/**
 * The books of an operation that removes rows of the data set, one each. `count` gives one number: the rows that are gone. The data
 * set is loaded again before the next run.
 */
export interface Removes {
  count: string;
}

/** A column of a data set's table. */
export interface Column {
  name: string;
  generator: Generator;
}

/** A table of a data set: `rows` rows with indexes 0 to rows − 1; 0 for a table that only runs fill. */
export interface Table {
  name: string;
  rows: number;
  columns: Column[];
  /** Counts the data set's own rows: a table that somebody else changed is noticed and loaded again. */
  check?: string;
  /** Adds one row, with the columns as its placeholders in their order: on systems that load by statements alone. */
  insert?: string;
}

/** Data to be loaded before the run, in tables that belong to dbmark. */
export interface DataSet {
  name: string;
  tables: Table[];
  /** Statements that make the empty tables. */
  create: string[];
  /** Statements that remove them. */
  drop: string[];
  /** Statements after the rows are in: indexes, statistics. */
  finish: string[];
  /** Statements that empty the tables, keeping their definitions: a changed data set is brought back with them and a new load. */
  truncate: string[];
  /** Statements that remove what runs added, before every run: this one's mix may be another than that of the run which inserted. */
  removeInserted?: string[];
  /**
   * Gives the number of its tables that are there and that dbmark did not make, whatever its manifest says: for tables that other
   * programs make under the same names. Where there are any, nothing is touched.
   */
  foreign?: string;
}

/** Values taken from the target before the run. */
export interface Pool {
  name: string;
  /** Its rows, in a fixed order, are the pool. */
  statement: string;
}

/** What a run does to a target. */
export interface Workload {
  /** Suite and variant, for example "oltp". */
  name: string;
  /** The system whose language the steps speak. */
  system: string;
  description: string;
  operations: Operation[];
  /** Absent where the workload uses tables that dbmark did not make. */
  dataSet?: DataSet;
  pools?: Pool[];
  /** Tables that the workload writes to and that dbmark did not make; writing needs `--allow-writes`. */
  foreignTables?: string[];
  /** Mixes by name, each with the weights of some of the operations: what a script's own executors can run. */
  scenarios?: Record<string, Record<string, number>>;
  /** For every operation without its own. */
  slo?: Slo;
}

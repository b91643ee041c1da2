/**
 * `k6/x/dbmark`: the native loop that runs a declared workload against a real driver.
 *
 * Two ways to use it. A *run* declares everything as data and lets Go do the work: `declareRun`, then `open`, `load`,
 * `start` in `setup()`, `iterate` in the default function, `finish` in `teardown()`. A *client* makes single calls from
 * JavaScript, measured the same way when they call an operation of the run.
 *
 * Errors are thrown as `Error` with the properties of `DbmarkError`.
 */

import type { LoadProfile } from "../lib/profile.ts";
import type { Workload } from "../lib/workload.ts";

/** Everything about a run that is known before the target is asked. */
export interface RunDeclaration {
  /** Name of the suite; part of the run folder's name. */
  suite: string;
  /** URL of the target. */
  target: string;
  profile: LoadProfile;
  /** Seed of everything random: 0 to 2^53 − 1. */
  seed: number;
  /** End after exactly this many operations. */
  operationCount?: number;
  /** Operations of one k6 iteration; absent: slices of time. */
  operationsPerIteration?: number;
  /** Length of such a slice in seconds; absent: one. k6 keeps the duration of every iteration until the end of the test. */
  iterationSeconds?: number;
  /** `"per-worker"`: each worker its own session. A number: sessions in a shared pool. */
  connections: "per-worker" | number;
  /** Requests in flight on one session. */
  depth: number;
  /** The system's way to send statements, for example `prepared`, `statement`, `simple`; empty: its default. */
  mode?: string;
  timeoutMilliseconds: number;
  connectTimeoutMilliseconds: number;
  /** How long due work may drain after the schedule's end. */
  gracefulStopSeconds: number;
  /** See the two modes of metrics in docs/metrics.md. */
  metrics: "operations" | "windows";
  /** Folder under which the run folder is made. */
  resultsDirectory: string;
  /** The run may write to tables that dbmark did not make. */
  allowWrites: boolean;
  /** Load the data set again even if it is there. */
  reload: boolean;
  /** Only load the data set, in its first state: there is no start(), and nothing is run or written. */
  loadOnly?: boolean;
  /** Connections that load the data set side by side. */
  loadConnections: number;
  /** Environment variables the user set, for the record: no secrets. */
  variables: Record<string, string>;
  /** Version and git revision of dbmark. */
  version: string;
  gitRevision: string;
  /** The tag `testid`, which the instances of a run share; absent: the name of the run folder. */
  testId?: string;
  /** When all instances start: an instant, RFC 3339, or `told` for one that whoever listens to the events tells; absent: at once. */
  startAt?: string;
  /** The script's own executors say what runs when: the profile has one segment, without a length, with the most workers there can be. */
  executors?: boolean;
}

/** A run; every VU that declares it gets the same one. */
export interface Run {
  /** Setup: connects once and says what answers; refuses too few connections. */
  open(): Server;
  /** Setup: how a user's own table is made. */
  readTable(name: string): TableDefinition;
  /** Setup: checks the workload and loads or recognises its data set, brought back to its first state. */
  load(workload: Workload): void;
  /** Setup: opens the sessions and makes the run folder. */
  start(): void;
  /**
   * Default function: operations for a slice of time, or for `operationsPerIteration`.
   * @param scenario with `executors`, one of the workload's scenarios by its name; absent: the whole workload.
   */
  iterate(scenario?: string): void;
  /** Teardown: closes sessions, balances the books, removes what was inserted, writes `run.json`. */
  finish(): void;
  /** After `finish`: the content of `run.json`; null when there is none. */
  result(): string | null;
}

/** Declares a run, in the init context. */
export function declareRun(declaration: RunDeclaration): Run;

/** What a worker needs of a run. */
export type JoinedRun = Pick<Run, "iterate">;

/**
 * The run that another VU of this process declared last, for VUs that only work for it: they need not hold the declaration, nor what it is
 * made of. Call it past the init context.
 */
export function joinRun(): JoinedRun;

/** Sends the workload to whoever started this process (without DBMARK_EVENTS_FD: prints it), instead of running it. */
export function emitWorkload(workload: Workload): void;

/** Reports an error that the script found, so that whoever started the process knows its kind. */
export function reportError(message: string, kind?: string): void;

/** What answered. */
export interface Server {
  product: string;
  version: string;
  settings: Record<string, string>;
  maximumConnections: number;
  usedConnections: number;
}

/** How a user's table is made. */
export interface TableDefinition {
  schema: string;
  name: string;
  /** Schema and name, quoted for use in a statement. */
  qualified: string;
  type: "table" | "partitioned table" | "view" | "materialized view" | "foreign table";
  columns: ColumnDefinition[];
  /** Columns of the primary key, or of a unique index over columns that are not null; may be empty. */
  key: string[];
  /** From the system's statistics; −1 when it has none. */
  estimatedRows: number;
  ownedByDbmark: boolean;
  /** Columns of every other unique index. */
  unique: string[][] | null;
  /** Columns that a foreign key constrains. */
  references: string[] | null;
}

/** How a column is made. */
export interface ColumnDefinition {
  name: string;
  /** Quoted for use in a statement. */
  quoted: string;
  /** The system's own words: `character varying(40)`. */
  type: string;
  /** Short form without modifier, domains resolved: `int8`, `varchar`, `uuid`. */
  baseType: string;
  notNull: boolean;
  hasDefault: boolean;
  generated: boolean;
  identity: "" | "always" | "by default";
  /** Characters; 0: no limit. */
  maximumLength: number;
  precision: number;
  scale: number;
  labels?: string[];
}

/** Options of a client. */
export interface ClientOptions {
  mode?: string;
  timeoutMilliseconds?: number;
  connectTimeoutMilliseconds?: number;
}

/** Parameters of a call. Whole numbers are sent as integers; `undefined` is refused. */
export type Parameter = null | boolean | number | bigint | string | Date | ArrayBuffer | Uint8Array;

/** Arguments of a statement; an array has elements of one type. */
export type Argument = Parameter | Parameter[];

/** A value of a row: a bigint where a number would lose digits, instants and whatever has no type of its own as strings. */
export type RowValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | ArrayBuffer
  | RowValue[]
  | { [name: string]: RowValue };

/** What a call did. */
export interface CallResult {
  rowsRead: number;
  rowsWritten: number;
  bytesRead: number;
  bytesWritten: number;
  /** Milliseconds. */
  latency: number;
}

/**
 * One session of this VU, opened at its first call with the declared operations prepared. Where they cannot be, because the script has not
 * made their tables yet, the first `call` opens a new one. A session that was lost is replaced at the next call.
 */
export interface Client {
  /** Runs a statement (or a command, given as an array) and returns its rows as objects by column name, in the columns' order. */
  query(statement: string | string[], ...args: Argument[]): Record<string, RowValue>[];
  /** Runs a statement or command and returns the number of rows it changed, without fetching rows. */
  execute(statement: string | string[], ...args: Argument[]): number;
  /** How a table is made, on systems that have tables. */
  readTable(name: string): TableDefinition;
  /** Runs one declared operation with these parameters, measured like the native loop's. */
  call(operation: string, ...parameters: Parameter[]): CallResult;
  close(): void;
}

/**
 * Connects to a target: in the init context it only checks the URL. `operations` can be called by name with `Client.call`,
 * which records the metrics of docs/metrics.md.
 */
export function connect(target: string, options?: ClientOptions, operations?: Workload["operations"]): Client;

/** Properties of the errors that this module throws. */
export interface DbmarkError extends Error {
  /** `usage`, `unreachable`, `timeout`, …: see docs/errors.md. */
  kind: string;
  /** The system's own code, for example an SQLSTATE. */
  code: string;
}

/** The systems compiled in, with their URL schemes and libraries. */
export function systems(): { system: string; schemes: string[]; library: { name: string; version: string } }[];

/** The version of this extension. */
export const version: string;

/** Cores of this machine, as the process sees them. */
export const cores: number;

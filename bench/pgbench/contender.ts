// What runs against what: programs that put the same load on the same server.

/** A kind of load. */
export type Load = "select" | "tpcb" | "pipeline";

/** Loads in the order in which they are measured: those that write last. */
export const loads: readonly Load[] = ["select", "pipeline", "tpcb"];

/** Statements in flight on each connection in the load `pipeline`. */
export const depth = 8;

/** One load at a number of connections. */
export interface Cell {
  load: Load;
  clients: number;
}

/** A server with pgbench's tables. */
export interface Bank {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Branches. */
  scale: number;
}

/** What one run did: operations are transactions; in a pipeline, statements. */
export interface Outcome {
  operations: number;
  /** Per second, without the time to start and to connect. */
  throughput: number;
  /** Of the client alone, start-up included. */
  cpuSeconds: number;
  maximumMemoryBytes: number;
  /** What else is worth keeping. */
  details?: Record<string, unknown>;
}

/** How long a run is: so many seconds, or just a start-up with one operation for each connection. */
export type Length = { seconds: number } | "start-up";

/** A program that can run a cell. */
export interface Contender {
  name: string;
  loads: readonly Load[];
  /** @throws {BuildError} when the run failed, or any of its operations did. */
  run(cell: Cell, length: Length): Promise<Outcome>;
}

/** URL of the bank, for programs that take one. */
export function urlOf(bank: Bank): string {
  return `postgres://${bank.user}:${bank.password}@${bank.host}:${bank.port}/${bank.database}?sslmode=disable`;
}

// What the baseline compares: few and many workers, slices of a second and one operation in each iteration of k6.

import { availableParallelism } from "node:os";

/** One way to run the harness. */
export interface Cell {
  workers: number;
  /** Absent: an iteration of k6 is a slice of a second. */
  operationsPerIteration?: number;
}

/** Workers for each core where many are wanted, as in the profile `max`. */
const workersPerCore = 4;

/** The cells for a machine with so many cores. */
export function cellsFor(cores: number = availableParallelism()): Cell[] {
  return [1, cores * workersPerCore].flatMap((workers) => [{ workers }, { workers, operationsPerIteration: 1 }]);
}

/** A cell in words. */
export function nameOf({ workers, operationsPerIteration }: Cell): string {
  const way = operationsPerIteration === undefined ? "slices" : `${operationsPerIteration} per iteration`;
  return `${workers} ${workers === 1 ? "worker" : "workers"}, ${way}`;
}

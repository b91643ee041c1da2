// What has to hold of every run on SpacetimeDB, whatever went wrong: the server holds what the run says, and the driver's counts agree with
// the operations.

import { expect } from "vitest";
import { problemsOfRunFile, problemsOfWindowsLine, type RunFile } from "../lib/result/index.ts";
import type { EndedRun } from "./server.ts";
import type { TestSpacetimedb } from "./spacetimedb-server.ts";

/** How often each thing happened, by the names of the metrics. */
export type Counts = Record<string, number>;

/** Statements that give what runs inserted, by the operation's name. */
const statements: Record<string, string> = {
  increment: "SELECT value FROM counters",
  batch: "SELECT value FROM counters",
  "create-message": "SELECT COUNT(*) AS n FROM messages",
  "create-user": "SELECT COUNT(*) AS n FROM users WHERE active = false",
};

/**
 * Fails unless the server, asked by the test itself, holds what the run's books say, and that lies within what the run was told.
 * @returns the result.
 */
export async function expectBooks(server: TestSpacetimedb, run: EndedRun): Promise<RunFile> {
  const result = run.result();
  expect(problemsOfRunFile(result)).toEqual([]);
  for (const line of await run.lines()) expect(problemsOfWindowsLine(line)).toEqual([]);
  const writing = result.workload.operations.filter(({ name }) => statements[name] !== undefined);
  expect(result.books.map(({ operation }) => operation)).toEqual(writing.map(({ name }) => name));
  for (const { operation, acknowledged, unknown, held, balanced } of result.books) {
    expect(held).toBe(await server.sum(statements[operation] ?? ""));
    expect({ operation, acknowledged, unknown, held, balanced }).toMatchObject({ balanced: true });
    expect(acknowledged).toBeLessThanOrEqual(held ?? -1);
    expect(held).toBeLessThanOrEqual(acknowledged + unknown);
  }
  await expectInstruments(run, result);
  return result;
}

/** What the driver counted in the whole run. */
export function countsOf({ totals }: RunFile): Counts {
  const counts: Counts = {};
  for (const phase of [totals.warmup, totals.measure, totals.cooldown]) {
    for (const [name, count] of Object.entries(phase?.instruments?.counts ?? {})) {
      counts[name] = (counts[name] ?? 0) + count;
    }
  }
  return counts;
}

/** The seconds of the driver's counts add up to the totals, and each call was counted once. */
async function expectInstruments(run: EndedRun, result: RunFile): Promise<void> {
  const counted = countsOf(result);
  const seconds: Counts = Object.fromEntries(Object.keys(counted).map((name) => [name, 0]));
  for (const line of await run.lines()) {
    if (line.type !== "harness") continue;
    for (const [name, count] of Object.entries(line.instruments?.counts ?? {})) {
      seconds[name] = (seconds[name] ?? 0) + count;
    }
  }
  expect(seconds).toEqual(counted);
  const { spacetime_reducer_calls_total: calls = -1, spacetime_reducer_errors_total: errors = -1 } = counted;
  const written = allPhases(result).reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
  // A call that was acknowledged has written one row, as a row is counted here; the others failed.
  expect(calls - errors).toBe(written);
}

function allPhases({ totals }: RunFile) {
  return [totals.warmup, totals.measure, totals.cooldown].flatMap((phase) => (phase === undefined ? [] : [phase.all]));
}

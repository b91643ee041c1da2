// What has to hold in every result, whatever went wrong in the run: nothing is lost, nothing is counted twice, and the server holds what
// it said it did.

import { expect } from "vitest";
import { problemsOfRunFile, problemsOfWindowsLine, type RunFile } from "../lib/result/index.ts";
import type { EndedRun, TestServer } from "./server.ts";

/** The script whose effects can be counted. */
export const counters = "e2e/scripts/counters.ts";

/** Additions to the counters of the script, by operation: which rows, and how much each time. */
const additions: Record<string, { ids: string; each: number }> = {
  cross: { ids: "id BETWEEN 1 AND 4", each: 2 },
  add: { ids: "id BETWEEN 5 AND 6", each: 1 },
  increment: { ids: "id BETWEEN 7 AND 100", each: 1 },
};

/**
 * Fails unless the books of an ended run of that script balance.
 * @param due Operations that the schedule had, if it was not interrupted.
 */
export async function expectBalancedBooks(
  server: TestServer,
  run: EndedRun,
  due: number | undefined,
): Promise<RunFile> {
  const result = run.result();
  const { measure } = result.totals;
  expect(problemsOfRunFile(result)).toEqual([]);
  if (due !== undefined) expect(measure.all.operations + measure.all.undone).toBe(due);
  for (const totals of [...measure.operations, measure.all]) {
    expect(totals.operations).toBe(totals.succeeded + totals.failed);
    expect(Object.values(totals.errors).reduce((sum, count) => sum + count, 0)).toBe(totals.failed);
    expect(totals.unknown).toBeLessThanOrEqual(totals.failed);
    expect(totals.attempts).toBeGreaterThanOrEqual(totals.operations);
    expect(totals.service.count).toBe(totals.operations);
    expect(totals.response.count).toBe(totals.operations + totals.undone);
  }
  expectExamples(result);
  expect(result.connections?.retries).toBe(measure.all.attempts - measure.all.operations);
  await expectWindows(run, result);
  await expectHeld(server, result);
  expectDigest(result);
  return result;
}

/** What was said is there for each type of error of each operation, once. */
function expectExamples({ errorExamples, totals }: RunFile): void {
  const said = errorExamples.map(({ operation, kind }) => `${operation} ${kind}`);
  const counted = totals.measure.operations.flatMap(({ name, errors }) =>
    Object.keys(errors).map((kind) => `${name} ${kind}`),
  );
  expect(said.sort()).toEqual(counted.sort());
  for (const { message } of errorExamples) expect(message).not.toBe("");
}

/** The seconds add up to the totals. */
async function expectWindows(run: EndedRun, { totals }: RunFile): Promise<void> {
  const lines = await run.lines();
  for (const line of lines) expect(problemsOfWindowsLine(line)).toEqual([]);
  const windows = lines.filter((line) => line.type === "window");
  for (const key of ["operations", "failed", "undone", "unknown", "attempts"] as const)
    expect(
      windows.reduce((sum, line) => sum + line[key], 0),
      key,
    ).toBe(totals.measure.all[key]);
}

/** acknowledged ≤ held ≤ acknowledged + unknown, as the result says and as the server says now. */
async function expectHeld(server: TestServer, { books, totals }: RunFile): Promise<void> {
  const inserting = totals.measure.operations.filter(({ name }) => name === "insert");
  expect(books).toHaveLength(inserting.length);
  for (const book of books) {
    expect(book.balanced, JSON.stringify(book)).toBe(true);
    expect(book.held).toBe(await server.number("SELECT count(*) FROM dbmark_counters WHERE id > 100"));
  }
  for (const { name, succeeded, unknown } of totals.measure.operations) {
    const addition = additions[name];
    if (addition !== undefined) {
      const { ids, each } = addition;
      const held = await server.number(`SELECT sum(n) FROM dbmark_counters WHERE ${ids}`);
      expect(held, name).toBeGreaterThanOrEqual(succeeded * each);
      expect(held, name).toBeLessThanOrEqual((succeeded + unknown) * each);
    }
    const book = books.find(({ operation }) => operation === name);
    if (book !== undefined) expect(book).toMatchObject({ acknowledged: succeeded, unknown });
  }
}

/** Failed operations are in the digest too: without undone ones it is that of a run in which nothing went wrong. */
function expectDigest({ digest, totals, status, profile }: RunFile): void {
  const { undone, operations } = totals.measure.all;
  expect(digest?.operations).toBe(operations);
  // A closed loop that ends by time runs as many operations as it can.
  const planned = profile.loop === "open" || profile.operationCount !== undefined;
  expect(digest?.comparable).toBe(status === "complete" && undone === 0 && planned);
}

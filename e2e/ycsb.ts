// Runs of the YCSB suite, on any system.

import { expect } from "vitest";
import type { RunFile } from "../lib/result/index.ts";
import { type TestTarget, unjudged, type Variables } from "./server.ts";

/** A short run that ends by its number of operations, and is judged by nothing but its numbers. */
export const counted: Variables = {
  ROWS: "2000",
  LOAD_PROFILE: "smoke",
  OPERATION_COUNT: "4000",
  LOAD_WORKERS: "4",
  ...unjudged,
};

/** Runs a workload; no operation may have failed, which a miss does, and the books must balance. */
export async function runYcsb(target: TestTarget, variables: Variables): Promise<RunFile> {
  const run = await target.k6({ ...counted, ...variables }, { script: "scripts/ycsb.ts" });
  expect(run.code, run.stderr).toBe(0);
  const result = run.result();
  expect(result.totals.measure.all, JSON.stringify(result.totals.measure.all.errors)).toMatchObject({ failed: 0 });
  expect(result.validity.reasons).toEqual([]);
  for (const book of result.books) expect(book).toMatchObject({ balanced: true, unknown: 0, held: book.acknowledged });
  const inserts = result.totals.measure.operations.some(({ name }) => name === "insert");
  expect(result.books).toHaveLength(inserts ? 1 : 0);
  return result;
}

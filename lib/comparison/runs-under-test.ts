// Runs to compare for tests: those that the Go recorder wrote, and longer ones made of them.

import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readRun, readSeries } from "../result/index.ts";
import { repeatedMeasure, writeWindows } from "../result/windows-under-test.ts";
import schema from "../schema/comparison.schema.json" with { type: "json" };
import type { RunFile } from "../schema/run.generated.ts";
import type { RunToCompare } from "./compare.ts";

/** A run folder of the tests. */
export const folderOf = (name: "postgres" | "postgres-bad"): string =>
  fileURLToPath(new URL(`../result/testdata/2026-11-21T09-40-12Z-oltp-${name}`, import.meta.url));

/** One of them as it is read, perhaps with a change. */
export async function runToCompare(
  name: "postgres" | "postgres-bad",
  change: (run: RunFile) => void = () => {},
): Promise<RunToCompare> {
  const { run, folder } = readRun(folderOf(name));
  change(run);
  return { path: `results/${run.id}/run.json`, run, series: await readSeries(folder), missing: [] };
}

/** One of them whose measured phase went on four times as long: long enough for intervals. */
export async function longRun(
  name: "postgres" | "postgres-bad",
  folder: string,
  change: (run: RunFile) => void = () => {},
): Promise<RunToCompare> {
  const short = await runToCompare(name, change);
  const series = await readSeries(writeWindows(folder, repeatedMeasure(folderOf(name), 4)));
  rmSync(folder, { recursive: true, force: true });
  return { ...short, series };
}

/** What is wrong with a comparison by its schema; empty: nothing. */
export function problemsOfComparison(value: unknown): string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  const check = ajv.compile(schema);
  return check(value) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

// The instances of one run for tests, and the run as one process would have written it: all by the Go recorder, from the same operations.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRun, windowsFileName } from "../result/index.ts";
import type { RunFile } from "../schema/run.generated.ts";
import type { HarnessLine, WindowLine } from "../schema/windows.generated.ts";
import { mergedWindows, mergeRun, noFacts, partsOf, ReportFollower, setupOf, startsOf } from "./index.ts";

const testdata = fileURLToPath(new URL("testdata/", import.meta.url));

/** Run folders of the four instances, in the order of their segments. */
export const instanceFolders: readonly string[] = readdirSync(testdata)
  .filter((name) => /-\d-of-\d$/.test(name))
  .sort()
  .map((name) => join(testdata, name));

/** Run folder of the one process. */
export const wholeFolder: string = join(testdata, "2026-11-21T09-40-12Z-oltp-postgres");

/** The four instances as they are read, each perhaps with a change. */
export function instances(change: (run: RunFile, number: number) => void = () => {}): { path: string; run: RunFile }[] {
  return instanceFolders.map((path, place) => {
    const { run } = readRun(path);
    change(run, place + 1);
    return { path, run };
  });
}

/** Merges them, with the lines of their merged windows. */
export async function mergeAll(
  change?: (run: RunFile, number: number) => void,
): Promise<{ run: RunFile; lines: (WindowLine | HarnessLine)[] }> {
  const parts = partsOf(instances(change));
  const starts = startsOf(parts);
  const setup = setupOf("merged", parts, starts);
  const files = parts.map(({ path }, place) => ({
    path: join(path, windowsFileName),
    shift: starts.starts[place]?.shift ?? 0,
  }));
  const facts = noFacts(new ReportFollower(setup.profile, setup.workload));
  const lines: (WindowLine | HarnessLine)[] = [];
  const names = setup.workload.operations.map(({ name }) => name);
  for await (const line of mergedWindows(files, names, facts)) lines.push(line);
  return { run: mergeRun(setup, parts, starts, facts), lines };
}

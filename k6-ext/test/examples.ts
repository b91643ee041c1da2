// Runs an example as its first lines say.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../../cli/command-under-test.ts";
import { k6Binary } from "../../cli/installation.ts";
import { problemsOfRunFile, type RunFile, readRun } from "../../lib/result/index.ts";

/** What an example printed, how it ended, and the results that it left. */
export interface Example {
  code: number | null;
  output: string;
  runs: RunFile[];
}

/** Runs `k6 run k6-ext/examples/<name>` on a target; every run.json must be as its schema says. */
export async function runExample(name: string, target?: string): Promise<Example> {
  const results = mkdtempSync(join(tmpdir(), "dbmark-examples-"));
  try {
    const script = join(import.meta.dirname, "..", "examples", name);
    const { code, stdout, stderr } = await start([k6Binary, "run", "--quiet", "--no-usage-report", script], {
      DBMARK_RESULTS: results,
      ...(target !== undefined && { DBMARK_TARGET: target }),
    }).ended;
    const runs = readdirSync(results).map((folder) => readRun(join(results, folder)).run);
    for (const run of runs) {
      const problems = problemsOfRunFile(run);
      if (problems.length > 0) throw new Error(problems.join("\n"));
    }
    return { code, output: stdout + stderr, runs };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

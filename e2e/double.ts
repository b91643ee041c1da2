// Runs on noop://, a double of a server whose service time and stall are known.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../cli/command-under-test.ts";
import { k6Binary, scriptBundle } from "../cli/installation.ts";
import { type RunFile, readRun } from "../lib/result/index.ts";

/** Runs `bin/k6 run` on the OLTP script. @throws when it leaves no result. */
export async function runOnDouble(options: string, variables: Record<string, string>): Promise<RunFile> {
  const out = mkdtempSync(join(tmpdir(), "dbmark-e2e-"));
  try {
    const set = Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const args = ["run", "--quiet", "--no-usage-report", ...set, scriptBundle("oltp")];
    const { stderr } = await start([k6Binary, ...args], {
      DBMARK_TARGET: `noop://local?${options}`,
      DBMARK_RESULTS: out,
    }).ended;
    const [folder] = readdirSync(out);
    if (folder === undefined) throw new Error(`the run left no result:\n${stderr}`);
    return readRun(join(out, folder)).run;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

// Runs a benchmark as `npm run bench:NAME` does, on what is built already. What it wrote is read and removed: a short form is no measurement
// to be kept among real ones.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Ended, start } from "../cli/command-under-test.ts";
import { installationFolder } from "../cli/installation.ts";

/** A benchmark that ended, with what it wrote. */
export interface EndedBenchmark extends Ended {
  /** The content of the file that its output names; undefined where it names none. */
  measured: object | undefined;
}

/** Runs it to its end. */
export async function runBenchmark(name: string, args: string[]): Promise<EndedBenchmark> {
  const program = join(installationFolder, "build", "bench.mjs");
  const ended = await start([process.execPath, program, name, ...args], { DBMARK_PREPARED: "1" }).ended;
  const file = /^Written to (.+)$/m.exec(ended.stdout)?.[1];
  if (file === undefined) return { ...ended, measured: undefined };
  const path = join(installationFolder, file);
  const measured = JSON.parse(readFileSync(path, "utf8"));
  rmSync(path);
  return { ...ended, measured };
}

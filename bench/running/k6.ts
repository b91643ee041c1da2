// Runs bin/k6 as the thing that is measured, and watches its memory from outside.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installationFolder, k6Binary } from "../../cli/installation.ts";
import { type RunFile, readRun } from "../../lib/result/index.ts";
import { BenchmarkError } from "./benchmark.ts";
import { type ResidentMemory, residentMemory } from "./resident-memory.ts";

/** What to run. */
export interface Subject {
  /** Path of a script, from dbmark's folder. */
  script: string;
  /** Variables of the run. */
  environment: Record<string, string>;
}

/** Memory at a time. */
export interface MemoryReading extends ResidentMemory {
  /** Since the process started. */
  seconds: number;
}

/** A run that has ended. */
export interface Observed {
  /** Every twentieth of a second, from the start to the end. */
  memory: MemoryReading[];
  /** The result; undefined for a script that writes none. */
  run: RunFile | undefined;
}

/** The peak is read along with the rest, so what the last moments add is missed. */
const readEveryMilliseconds = 50;

/** Runs a script to its end. Its results are read and removed. @throws {BenchmarkError} when it does not end well. */
export async function runK6(
  subject: Subject,
  onReading: (reading: MemoryReading) => void = () => {},
): Promise<Observed> {
  const folder = mkdtempSync(join(tmpdir(), "dbmark-bench-"));
  try {
    // Not as arguments: those of a process are everybody's to read, and the target's URL has a password.
    const environment = { ...process.env, NO_COLOR: "1", ...subject.environment, DBMARK_RESULTS: folder };
    const script = join(installationFolder, subject.script);
    const child = spawn(k6Binary, ["run", "--quiet", "--no-usage-report", script], {
      env: environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    const memory: MemoryReading[] = [];
    const started = performance.now();
    const reading = setInterval(() => {
      const read = child.pid === undefined ? undefined : residentMemory(child.pid);
      if (read === undefined) return;
      const taken = { seconds: (performance.now() - started) / 1000, ...read };
      memory.push(taken);
      onReading(taken);
    }, readEveryMilliseconds);
    const end = () => child.kill("SIGINT");
    process.once("SIGINT", end).once("SIGTERM", end);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    }).finally(() => {
      clearInterval(reading);
      process.off("SIGINT", end).off("SIGTERM", end);
    });
    // 99: an SLO was missed, which a benchmark does not mind.
    if (code !== 0 && code !== 99) throw new BenchmarkError(`k6 run ${subject.script} ended with ${code}:\n${stderr}`);
    const [name] = readdirSync(folder);
    return { memory, run: name === undefined ? undefined : readRun(join(folder, name)).run };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

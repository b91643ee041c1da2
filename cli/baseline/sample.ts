// One measurement of the baseline: a real run of bin/k6 on noop, which answers at once, with its result in a folder that is removed.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { variables } from "../../lib/environment/index.ts";
import { type RunFile, readRun } from "../../lib/result/index.ts";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { Interrupted, type Interruption } from "../run/interruption.ts";
import { describeEnd, startK6 } from "../run/k6-process.ts";
import type { Cell } from "./cells.ts";

/** What one run of a cell came to. */
export interface Sample {
  operationsPerSecond: number;
  /** Operations for each second of processor time that k6 used; null where that is not known. */
  operationsPerCoreSecond: number | null;
  /** Processor time of one operation; null where it is not known. */
  nanosecondsPerOperation: number | null;
  /** Cores that k6 used on average; null where that is not known. */
  cores: number | null;
  memoryMaximumBytes: number | null;
}

/** How the cells are run. */
export interface Conditions {
  /** Bundle of the suite. */
  script: string;
  /** Length of the measured phase. */
  seconds: number;
  metrics: "operations" | "windows";
}

/** So long each run goes on before it is measured. */
const warmupSeconds = 1;

/** Runs a cell once. @throws {Interrupted} after Ctrl-C, and CommandError where k6 gave no result. */
export async function takeSample(cell: Cell, conditions: Conditions, interruption: Interruption): Promise<Sample> {
  interruption.signal.throwIfAborted();
  const folder = mkdtempSync(join(tmpdir(), "dbmark-baseline-"));
  const logFile = join(folder, "k6.log");
  let runFolder: string | undefined;
  const mistakes: string[] = [];
  try {
    const k6 = startK6({
      script: conditions.script,
      outputs: [],
      logFile,
      environment: { ...withoutVariables(process.env), ...variablesOf(cell, conditions), DBMARK_RESULTS: folder },
      receive(event) {
        if (event.event === "finished") runFolder = event.folder;
        if (event.event === "error") mistakes.push(event.message);
      },
    });
    const stop = () => (interruption.count === 1 ? k6.interrupt() : k6.kill());
    interruption.onSignal(stop);
    const end = await k6.ended;
    if (interruption.count > 0) throw new Interrupted();
    if (runFolder === undefined || end.code !== 0) {
      const log = existsSync(logFile) ? readFileSync(logFile, "utf8").trim().split("\n").slice(-10).join("\n") : "";
      throw new CommandError(
        mistakes.length > 0 ? mistakes.join("\n") : `${describeEnd(end)} without a result. It wrote:\n${log}`,
        exitCodes.invalid,
      );
    }
    return sampleOf(readRun(runFolder).run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a run's file says of its measured phase. */
export function sampleOf(run: RunFile): Sample {
  const { all, seconds } = run.totals.measure;
  const { cpuAverage, memoryMaximumBytes } = run.resources.harness;
  const rate = all.operations / seconds;
  const known = cpuAverage !== null && cpuAverage > 0;
  return {
    operationsPerSecond: rate,
    operationsPerCoreSecond: known ? rate / cpuAverage : null,
    nanosecondsPerOperation: known ? (cpuAverage / rate) * 1e9 : null,
    cores: cpuAverage,
    memoryMaximumBytes,
  };
}

function variablesOf({ workers, operationsPerIteration }: Cell, { seconds, metrics }: Conditions) {
  return {
    DBMARK_TARGET: "noop://local",
    LOAD_PROFILE: "max",
    LOAD_WORKERS: String(workers),
    WARMUP_DURATION: `${warmupSeconds}s`,
    STEADY_STATE_DURATION: `${seconds}s`,
    METRICS: metrics,
    SLO_P95: "none",
    SLO_P99: "none",
    SLO_ERROR_RATE: "none",
    ...(operationsPerIteration !== undefined && { OPERATIONS_PER_ITERATION: String(operationsPerIteration) }),
  };
}

/** The environment without what is set there for other runs: a baseline is always of the same thing. */
function withoutVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = new Set(variables.map(({ name }) => name));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.has(name)));
}

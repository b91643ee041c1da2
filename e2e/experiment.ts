// Experiments for the tests: short, on the tests' own server, and read from what they leave.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, type Running, startDbmark } from "../cli/command-under-test.ts";
import { loadExperiment } from "../lib/experiment/read-experiment.ts";
import { readRun } from "../lib/result/index.ts";
import type { ExperimentFile } from "../lib/schema/experiment.generated.ts";

/** Variables of a repetition of a few hundred operations, which takes a fraction of a second besides its preparation. */
const few = {
  ROWS: "3000",
  OPERATION_COUNT: "600",
  LOAD_WORKERS: "2",
  SLO_P95: "none",
  SLO_P99: "none",
  SLO_ERROR_RATE: "none",
};

/**
 * The suite oltp and options of an experiment of such repetitions; its metrics need no more operations than these have.
 * @param variables besides those; undefined: left out.
 */
export function quick(variables: Record<string, string | undefined> = {}, pairs = 5): string[] {
  const set = Object.entries({ ...few, ...variables }).flatMap(([name, value]) =>
    value === undefined ? [] : ["--set", `${name}=${value}`],
  );
  return ["oltp", "--profile", "smoke", "--pairs", String(pairs), ...primary, ...set];
}

const primary = ["--primary", "throughput", "--primary", "response-p50"];

/** What is started, and where it leaves its results. */
export interface RunningExperiment extends Running {
  /** @throws when there is none. */
  folder(): string;
  file(): ExperimentFile;
}

/** Starts `dbmark ab` with a folder of its own for results. */
export function startAb(out: string, args: string[], environment: Record<string, string> = {}): RunningExperiment {
  const running = startDbmark(["ab", ...args, ...(args.includes("--resume") ? [] : ["--out", out])], environment);
  const folder = () => {
    const [name, ...more] = readdirSync(out);
    if (name === undefined || more.length > 0) throw new Error(`${out} has ${more.length + 1} or no experiments`);
    return join(out, name);
  };
  return { ...running, folder, file: () => loadExperiment(folder()).experiment };
}

/** Runs it to its end. */
export async function ab(
  out: string,
  args: string[],
  environment: Record<string, string> = {},
): Promise<Ended & Pick<RunningExperiment, "folder" | "file">> {
  const { ended, folder, file } = startAb(out, args, environment);
  return { ...(await ended), folder, file };
}

/** A file of SQL. */
export function sqlFile(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The runs of an experiment that count, in their order. */
export function runsOf(folder: string, { repetitions }: ExperimentFile) {
  return repetitions
    .filter(({ counts }) => counts)
    .map(({ variant, run }) => ({ variant, run: readRun(join(folder, run ?? "")).run }));
}

/** Every text below a folder. */
export function textsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => readFileSync(join(parentPath ?? path, name), "utf8"));
}

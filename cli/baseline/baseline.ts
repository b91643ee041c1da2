// The harness's ceiling on this machine: every cell once in each round, so that what else the machine does meets all of them alike.

import { availableParallelism, cpus } from "node:os";
import { UsageError } from "../../lib/environment/index.ts";
import { findSuite, suiteOnSystem } from "../../modules/index.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { assertBuilt, scriptBundle, version } from "../installation.ts";
import { checkOutput, writeOutput } from "../output-file.ts";
import { Interrupted, Interruption } from "../run/interruption.ts";
import { cellsFor, nameOf } from "./cells.ts";
import { jsonReport, type MeasuredCell, textReport } from "./report.ts";
import { type Conditions, takeSample } from "./sample.ts";

/** Options as the command line gives them. */
export interface BaselineOptions {
  seconds: string;
  rounds: string;
  metrics: Conditions["metrics"];
  format: "text" | "json";
  output?: string;
}

const most = { seconds: 3600, rounds: 1000 };

/** Measures and prints. @throws UsageError or CommandError for what is not accepted, before anything starts. */
export async function baseline(suiteName: string, options: BaselineOptions): Promise<ExitCode> {
  const suite = findSuite(suiteName);
  suiteOnSystem(suite.name, "noop");
  const rounds = wholeNumber("rounds", options.rounds);
  const conditions: Conditions = {
    script: scriptBundle(suite.script),
    seconds: wholeNumber("seconds", options.seconds),
    metrics: options.metrics,
  };
  assertBuilt(conditions.script);
  const output = options.output === undefined ? undefined : checkOutput(options.output);

  const startedAt = new Date().toISOString();
  const measured: MeasuredCell[] = cellsFor().map((cell) => ({ cell, samples: [] }));
  const interruption = new Interruption();
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const { cell, samples } of measured) {
        process.stderr.write(`Round ${round} of ${rounds}: ${nameOf(cell)} …\n`);
        samples.push(await takeSample(cell, conditions, interruption));
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.stderr.write("Interrupted: there is no result\n");
    return exitCodes.interrupted;
  } finally {
    interruption.dispose();
  }
  const about = { version, startedAt, cpuModel: cpus()[0]?.model ?? "", cores: availableParallelism() };
  const text =
    options.format === "json"
      ? JSON.stringify(jsonReport(suite.name, conditions, measured, about), null, 2)
      : textReport(suite.name, conditions, measured);
  if (output === undefined) process.stdout.write(`${text}\n`);
  else write(output, `${text}\n`);
  return exitCodes.good;
}

function wholeNumber(name: keyof typeof most, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most[name]) return value;
  throw new UsageError(`--${name} ${text} is not accepted; expected is a whole number from 1 to ${most[name]}.`);
}

function write(file: string, text: string): void {
  try {
    writeOutput(file, text);
  } catch (error) {
    // What was measured is not lost with it.
    process.stdout.write(text);
    throw error;
  }
}

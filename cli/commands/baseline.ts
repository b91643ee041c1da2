// dbmark baseline: what the harness itself can do on this machine.

import { Command, Option } from "commander";
import { type BaselineOptions, baseline } from "../baseline/baseline.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";

/** The command. `finish` gets the exit code. */
export function baselineCommand(finish: (code: ExitCode) => void): Command {
  return new Command("baseline")
    .description("Measure what the harness itself can do on this machine, on a target that answers at once.")
    .argument("[suite]", "name of the suite whose operations are made", "oltp")
    .option("--seconds <number>", "length of each measurement", "5")
    .option("--rounds <number>", "measurements of each cell", "5")
    .addOption(
      new Option("--metrics <mode>", "k6 metrics with a sample for each operation, or with sums for each second")
        .choices(["operations", "windows"])
        .default("windows"),
    )
    .addOption(new Option("--format <format>", "text, or JSON for programs").choices(["text", "json"]).default("text"))
    .option("--output <file>", "write to a file instead of the terminal")
    .addHelpText(
      "after",
      `
It runs with one worker and with four for each core, in slices of a second and with one operation in
each k6 iteration. Every operation gets its parameters and is recorded, as in any run. Variables in
the environment are not used.

Exit codes:
  ${exitCodes.good} good, ${exitCodes.usage} wrong usage or bad input, ${exitCodes.invalid} k6 gave no result, ${exitCodes.interrupted} interrupted.`,
    )
    .action(async (suite: string, options: BaselineOptions) => finish(await baseline(suite, options)));
}

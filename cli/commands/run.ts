// dbmark run: the target, k6, the progress and the summary of one run.

import { Command, Option } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { checkRequest, type RunOptions } from "../run/request.ts";
import { run } from "../run/run.ts";
import { refuseK6Options } from "./k6-options.ts";
import { repeated } from "./repeated.ts";

/** The command. `finish` gets the exit code. */
export function runCommand(finish: (code: ExitCode) => void): Command {
  return refuseK6Options(new Command("run"))
    .description("Run a suite and write a run folder with its result.")
    .argument("<suite>", "name of the suite (dbmark list suites)")
    .option(
      "--target <url>",
      "system under test; also DBMARK_TARGET, which other users of the machine cannot read (default: an embedded PostgreSQL)",
    )
    .option("--profile <name|file>", "load profile: a name (dbmark list profiles), or a .json or .ts file of your own")
    .addOption(repeated("--set <key=value>", "set a variable (dbmark list variables); may be given several times"))
    .option("--out <folder>", "folder under which the run folder is made", "results")
    .option("--keep", "keep the embedded PostgreSQL's data, and use it again in the next run with --keep")
    .option("--reload", "load the data set again even if the target holds it")
    .option("--allow-writes", "allow writing to tables that dbmark did not make")
    .addOption(
      repeated(
        "--k6-out <output>",
        "an output of k6, for example json=samples.json or influxdb=http://127.0.0.1:8086/k6; may be given several times",
      ),
    )
    .addOption(
      new Option(
        "--metrics <mode>",
        "k6 metrics with a sample for each operation, or with sums for each second",
      ).choices(["operations", "windows"]),
    )
    .option("--instances <number>", "k6 processes on this machine that share the load; their results are merged", "1")
    .addHelpText(
      "after",
      `
Examples:
  dbmark run oltp
  dbmark run oltp --profile smoke --set ROWS=10000 --set MIX=write-heavy
  DBMARK_TARGET=postgres://user:password@host/database dbmark run oltp --profile tps1000
  dbmark run oltp --target postgres://host/database --set TABLE=orders --set MIX=read-only

Exit codes:
  ${exitCodes.good} good, ${exitCodes.no} an SLO was missed, ${exitCodes.usage} wrong usage or bad input, ${exitCodes.unreachable} target could not be reached,
  ${exitCodes.invalid} the run is invalid, ${exitCodes.interrupted} interrupted.`,
    )
    .action(async (suite: string, options: RunOptions) => {
      const { exitCode } = await run(await checkRequest(suite, options));
      finish(exitCode);
    });
}

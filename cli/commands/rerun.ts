// dbmark rerun: a run once more, from its file.

import { Command } from "commander";
import { workloadOf } from "../../lib/rerun/declaration.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { describeWorkload } from "../inspect/describe-workload.ts";
import { checkRerun, type RerunOptions, readWholeRun } from "../rerun/request.ts";
import { rerun } from "../rerun/rerun.ts";

/** The command. `finish` gets the exit code. */
export function rerunCommand(finish: (code: ExitCode) => void): Command {
  return new Command("rerun")
    .description("Run the workload, profile, seed and data of a run again, from its file alone.")
    .argument("<run>", "run folder, run.json, or an unambiguous part of a name in results/")
    .option(
      "--target <url>",
      "system under test; also DBMARK_TARGET (default: that of the file, or an embedded PostgreSQL where it had one)",
    )
    .option("--out <folder>", "folder under which the run folder is made", "results")
    .option("--results <folder>", "folder in which runs are looked for by name", "results")
    .option("--reload", "load the data set again even if the target holds it")
    .option("--allow-writes", "allow writing to tables that dbmark did not make, where the run did")
    .option("--inspect", "print the statements that would be executed, and run nothing")
    .addHelpText(
      "after",
      `
The statements are those of the file. Look at a file from somebody else with --inspect first.

Examples:
  dbmark rerun results/2026-11-21T18-42-05Z-oltp-postgres
  DBMARK_TARGET=postgres://user:password@host/database dbmark rerun run.json

Exit codes:
  ${exitCodes.good} good, ${exitCodes.no} an SLO was missed or other operations ran, ${exitCodes.usage} wrong usage or bad input,
  ${exitCodes.unreachable} target could not be reached, ${exitCodes.invalid} the run is invalid, ${exitCodes.interrupted} interrupted.`,
    )
    .action(async (path: string, { inspect, ...options }: RerunOptions & { inspect?: boolean }) => {
      if (inspect) process.stdout.write(`${describeWorkload(workloadOf(readWholeRun(path, options.results).run))}\n`);
      else finish(await rerun(checkRerun(path, options)));
    });
}

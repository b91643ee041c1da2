// dbmark merge: the instances of a run, joined into one result.

import { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { MergeOptions } from "../merge/merge.ts";

/** The command. `finish` gets the exit code. */
export function mergeCommand(finish: (code: ExitCode) => void): Command {
  return new Command("merge")
    .description(
      "Join the run folders of all instances of a run into the one that a single process would have written.",
    )
    .argument("<folders...>", "run folders of the instances, or a folder that holds them")
    .option("--out <folder>", "folder under which the merged run folder is made", "results")
    .addHelpText(
      "after",
      `
Examples:
  dbmark merge collected/
  dbmark merge first/load-test-1-of-2 second/load-test-2-of-2 --out results

Instances are the processes of dbmark run --instances, or plain k6 with --execution-segment,
--execution-segment-sequence and the same DBMARK_TEST_ID. dbmark run --instances merges by itself.

Exit codes:
  ${exitCodes.good} good, ${exitCodes.no} an SLO was missed, ${exitCodes.usage} wrong usage or bad input, ${exitCodes.invalid} the merged run is invalid,
  ${exitCodes.interrupted} an instance was interrupted.`,
    )
    .action(async (folders: string[], options: MergeOptions) => {
      const { merge } = await import("../merge/merge.ts");
      finish(await merge(folders, options));
    });
}

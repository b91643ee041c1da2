// dbmark compare: past runs beside each other.

import { Command, Option } from "commander";
import { UsageError } from "../../lib/environment/index.ts";
import type { CompareOptions } from "../compare/compare.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";

/** The command. `finish` gets the exit code. */
export function compareCommand(finish: (code: ExitCode) => void): Command {
  return refuseGate(new Command("compare"))
    .description("Show two to five past runs beside each other: figures, changes, and what differs in their set-ups.")
    .argument(
      "[runs...]",
      "run folders, run.json files, or unambiguous parts of names in results/; the first is the base",
    )
    .addOption(
      new Option(
        "--format <format>",
        "text, JSON for programs, CSV for spreadsheets, HTML with charts in one file, or SVG: a picture of the response times",
      )
        .choices(["text", "json", "csv", "html", "svg"])
        .default("text"),
    )
    .option("--output <file>", "write to a file instead of the terminal")
    .option("--results <folder>", "folder in which runs are looked for by name", "results")
    .addHelpText(
      "after",
      `
Examples:
  dbmark compare results/2026-11-21T10-46-42Z-oltp-postgres copies/of-a-run/run.json
  dbmark compare 2026-11-21T10 2026-11-21T12
  dbmark compare before.json after.json --format csv --output changes.csv
  dbmark compare before.json after.json --format html --output comparison.html

It never says that a run is better or worse than another: two runs of the same thing differ as well,
and one of each is no evidence. dbmark ab runs both in turn, several times, and tells.

Exit codes:
  ${exitCodes.good} good, also when a run is invalid, which is said; ${exitCodes.usage} wrong usage or bad input.`,
    )
    .action(async (runs: string[], options: CompareOptions) => {
      const { compare } = await import("../compare/compare.ts");
      finish(await compare(runs, options));
    });
}

/** A gate is a decision, and single runs are not enough for one. */
function refuseGate(command: Command): Command {
  command.addOption(new Option("--gate").hideHelp());
  command.on("option:gate", () => {
    throw new UsageError(
      "--gate cannot be decided by single runs: two runs of the same thing differ as well. Let dbmark ab --gate run both variants in turn, several times.",
    );
  });
  return command;
}

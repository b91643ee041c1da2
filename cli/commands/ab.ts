// dbmark ab: two variants, measured in turn.

import { Command } from "commander";
import { ab } from "../ab/ab.ts";
import { type AbOptions, checkAbRequest } from "../ab/request.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { refuseK6Options } from "./k6-options.ts";
import { repeated } from "./repeated.ts";

/** The command. `finish` gets the exit code. */
export function abCommand(finish: (code: ExitCode) => void): Command {
  return refuseK6Options(new Command("ab"))
    .description("Measure two variants in interleaved pairs of runs, and say whether they differ.")
    .argument("[suite]", "name of the suite (dbmark list suites)")
    .addOption(repeated("--a <key=value>", "what holds for A alone; may be given several times"))
    .addOption(repeated("--b <key=value>", "what holds for B alone; may be given several times"))
    .option("--pairs <number>", "pairs of repetitions, 5 to 100 (default: 8)")
    .addOption(
      repeated(
        "--primary <metric>",
        "metric that gets a verdict, METRIC or OPERATION:METRIC; at most two (default: response-p99 and, in a closed loop, throughput)",
      ),
    )
    .option("--min-effect <share>", "change below which a difference does not matter (default: 3%)")
    .option("--alpha <share>", "rate of false alarms that is accepted (default: 5%)")
    .option(
      "--stop-early",
      "end as soon as every primary metric has its verdict, at levels that keep the rate of false alarms",
    )
    .option("--pause <duration>", "rest between repetitions (default: 0s)")
    .option(
      "--target <url>",
      "system under test of both; also DBMARK_TARGET, or DBMARK_TARGET_A and DBMARK_TARGET_B (default: an embedded PostgreSQL)",
    )
    .option("--profile <name|file>", "load profile of both: a name (dbmark list profiles), or a .json or .ts file")
    .addOption(
      repeated("--set <key=value>", "set a variable for both (dbmark list variables); may be given several times"),
    )
    .option("--out <folder>", "folder under which the experiment's folder is made (default: results)")
    .option("--reload", "load the data sets again even if the targets hold them")
    .option("--allow-writes", "allow writing to tables that dbmark did not make")
    .option("--resume <folder>", "go on with an experiment that did not finish; show one that did")
    .option("--gate", "exit code 1 if a primary metric is worse, 4 if a run is not valid")
    .option("--junit <file>", "also write the verdicts as JUnit XML")
    .option("--markdown <file>", "also write the result as Markdown, for a comment")
    .addHelpText(
      "after",
      `
Keys of --a and --b:
  target=URL, profile=NAME|FILE, suite=NAME
  NAME=VALUE or set.NAME=VALUE   a variable (dbmark list variables)
  sql=FILE                       SQL that is executed once on the variant's prepared data
  server.NAME=VALUE              a setting of the embedded PostgreSQL

Examples:
  dbmark ab oltp --profile max --b DEPTH=8
  dbmark ab ycsb --profile max --b sql=drop-index.sql --pairs 12
  dbmark ab oltp --profile tps1000 --b server.synchronous_commit=off --primary insert:response-p95
  DBMARK_TARGET_A=postgres://…/old DBMARK_TARGET_B=postgres://…/new dbmark ab oltp --a SEED=1

Exit codes:
  ${exitCodes.good} good, ${exitCodes.no} with --gate: a primary metric is worse, ${exitCodes.usage} wrong usage or bad input,
  ${exitCodes.unreachable} target could not be reached, ${exitCodes.invalid} a repetition broke off, or with --gate: the experiment is
  not valid, ${exitCodes.interrupted} interrupted.`,
    )
    .action(async (suite: string | undefined, options: AbOptions) =>
      finish(await ab(await checkAbRequest(suite, options))),
    );
}

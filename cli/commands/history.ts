// dbmark history: past runs, and their figures over time.

import { Command, Option } from "commander";
import { metrics } from "../../lib/comparison/metrics.ts";
import { wrap } from "../../lib/summary/layout.ts";
import { history } from "../history/history.ts";
import type { HistoryOptions } from "../history/request.ts";

/** The command. */
export function historyCommand(): Command {
  return new Command("history")
    .description("List past runs, or show one of their figures over time and where its level changed.")
    .option("--suite <name>", "runs of this suite alone")
    .option("--system <name>", "runs on this system alone")
    .option("--results <folder>", "folder in which the run folders are", "results")
    .option("--limit <number>", "show the newest runs alone (default: 25 as text, else all)")
    .option("--trend <metric>", "this figure over time, in the largest group of runs that measured the same")
    .option("--operation <name>", "of this operation (default: all together)")
    .option("--all", "with --trend: every group of runs that measured the same")
    .addOption(
      new Option("--format <format>", "how it is written").choices(["text", "json", "csv", "html"]).default("text"),
    )
    .option("--output <file>", "write it to a file")
    .addHelpText(
      "after",
      `
${wrap(`Metrics: ${metrics.map(({ name }) => name).join(", ")}.`, "").join("\n")}

Examples:
  dbmark history --suite oltp
  dbmark history --trend throughput
  dbmark history --trend response-p99 --operation select --format html --output trend.html`,
    )
    .action((options: HistoryOptions) => history(options));
}

// dbmark report: one run as one HTML file.

import { Command } from "commander";
import type { ReportOptions } from "../report/report.ts";

/** The command. */
export function reportCommand(): Command {
  return new Command("report")
    .description("Write one run as one HTML file that needs nothing else: summary, percentiles, time series, set-up.")
    .argument("<run>", "a run folder, a run.json, or an unambiguous part of a name in results/")
    .option("--output <file>", "the file to write; - for standard output (default: report.html in the run folder)")
    .option("--results <folder>", "folder in which runs are looked for by name", "results")
    .addHelpText(
      "after",
      `
Examples:
  dbmark report results/2026-11-21T18-42-05Z-oltp-postgres
  dbmark report 2026-11-21T18-42 --output report.html`,
    )
    .action(async (run: string, options: ReportOptions) => {
      // Drawing needs libraries that the other commands would wait for.
      const { writeReport } = await import("../report/report.ts");
      await writeReport(run, options);
    });
}

// dbmark report: one run as one HTML file.

import { Command } from "commander";

/** The command. */
export function reportCommand(): Command {
  return new Command("report")
    .description("Write one run as one HTML file that needs nothing else: summary, percentiles, time series, set-up.")
    .argument("<run>", "a run folder, or a run.json")
    .option("--output <file>", "the file to write; - for standard output (default: report.html in the run folder)")
    .addHelpText(
      "after",
      `
Examples:
  dbmark report results/2026-11-21T18-42-05Z-oltp-postgres
  dbmark report results/2026-11-21T18-42-05Z-oltp-postgres --output report.html`,
    )
    .action(async (run: string, options: { output?: string }) => {
      // Drawing needs libraries that the other commands would wait for.
      const { writeReport } = await import("../report/report.ts");
      const path = await writeReport(run, options.output);
      if (path !== undefined) process.stdout.write(`${path}\n`);
    });
}

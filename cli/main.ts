// The command line: parses what was typed, runs the command, and turns errors into messages and exit codes.

import { Command, CommanderError } from "commander";
import { UsageError } from "../lib/environment/index.ts";
import { abCommand } from "./commands/ab.ts";
import { baselineCommand } from "./commands/baseline.ts";
import { compareCommand } from "./commands/compare.ts";
import { historyCommand } from "./commands/history.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { k8sCommand } from "./commands/k8s.ts";
import { listCommand } from "./commands/list.ts";
import { mergeCommand } from "./commands/merge.ts";
import { reportCommand } from "./commands/report.ts";
import { rerunCommand } from "./commands/rerun.ts";
import { runCommand } from "./commands/run.ts";
import { CommandError } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { version } from "./installation.ts";
import { redact } from "./redact.ts";

/** Runs one command line (`process.argv`) and returns its exit code. */
export async function main(argv: string[]): Promise<ExitCode> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  let exitCode: ExitCode = exitCodes.good;
  const finish = (code: ExitCode) => {
    exitCode = code;
  };
  const program = new Command("dbmark")
    .description("A benchmark for databases on k6: results that say what was measured and whether to believe them.")
    .version(version)
    .helpCommand(false)
    .addCommand(runCommand(finish))
    .addCommand(compareCommand(finish))
    .addCommand(reportCommand())
    .addCommand(abCommand(finish))
    .addCommand(mergeCommand(finish))
    .addCommand(k8sCommand())
    .addCommand(listCommand())
    .addCommand(inspectCommand())
    .addCommand(baselineCommand(finish))
    .addCommand(rerunCommand(finish))
    .addCommand(historyCommand());
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({ writeErr: (text) => process.stderr.write(redact(text)) })
      .showHelpAfterError("(--help shows what there is)")
      .configureHelp({ helpWidth: process.stdout.columns ?? 100 });
  }
  try {
    if (argv.length <= 2) program.help({ error: true });
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    // --help and --version end here as well, with 0; everything that commander refuses is wrong usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.good : exitCodes.usage;
    if (error instanceof UsageError || error instanceof CommandError) {
      process.stderr.write(`dbmark: ${error.message}\n`);
      return error instanceof CommandError ? error.exitCode : exitCodes.usage;
    }
    // A mistake of dbmark's own is not the user's, and never the verdict that exit code 1 is.
    const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`dbmark: this is a mistake of dbmark itself; please report it with what follows.\n${story}\n`);
    return exitCodes.invalid;
  }
}

/** A reader that has seen enough (`dbmark list | head`) is no error, nor a terminal that was closed, which a signal tells. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}

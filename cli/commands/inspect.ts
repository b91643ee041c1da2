// dbmark inspect: the workload that a run would execute, with its final statements, without running it.

import { Command, Option } from "commander";
import type { Workload } from "../../lib/workload.ts";
import { findSuite, tableOf, workloadOf } from "../../modules/index.ts";
import { CommandError } from "../errors.ts";
import { describeWorkload } from "../inspect/describe-workload.ts";
import { workloadOnTable } from "../inspect/workload-on-table.ts";
import { readSettings } from "../run/request.ts";
import { checkSettings } from "../run/settings.ts";
import { checkTarget } from "../run/target.ts";
import { repeated } from "./repeated.ts";

/** The command. */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description("Print the workload of a suite with its final statements, without running it.")
    .argument("<suite>", "name of the suite (dbmark list suites)")
    .option(
      "--target <url>",
      "system that would be asked; needed only with TABLE or DATA=existing, to read the table's definition (also DBMARK_TARGET)",
    )
    .addOption(repeated("--set <key=value>", "set a variable (dbmark list variables); may be given several times"))
    .addOption(new Option("--format <format>", "text, or JSON for programs").choices(["text", "json"]).default("text"))
    .action(async (name: string, options: { target?: string; set: string[]; format: string }) => {
      const workload = await readWorkload(name, options);
      process.stdout.write(
        `${options.format === "json" ? JSON.stringify(workload, null, 2) : describeWorkload(workload)}\n`,
      );
    });
}

async function readWorkload(name: string, options: { target?: string; set: string[] }): Promise<Workload> {
  const suite = findSuite(name);
  const settings = await readSettings(suite.name, options);
  const environment = { ...process.env, ...settings };
  const profile = checkSettings(suite.name, environment);
  const target = options.target ?? (process.env.DBMARK_TARGET || undefined);
  const system = target === undefined ? (suite.systems[0] ?? "") : checkTarget(target, suite.name);
  const table = tableOf(suite.name, system, environment);
  if (table === undefined) return workloadOf(suite.name, system, environment, profile);
  if (target === undefined) {
    throw new CommandError(`The workload on ${table} needs a --target: it is made from the table's definition`);
  }
  return await workloadOnTable(suite.script, target, settings);
}

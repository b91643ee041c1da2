// dbmark list: what there is to choose from.

import { availableParallelism } from "node:os";
import { Argument, Command, Option } from "commander";
import { accepted, variables } from "../../lib/environment/index.ts";
import { suites, systems } from "../../modules/index.ts";
import {
  defaultWarmupSeconds,
  describeRate,
  forCores,
  maximumWorkers,
  profiles,
  totalSeconds,
} from "../../profiles/index.ts";
import { type Cell, table } from "./table.ts";
import { describeVariables } from "./variable-list.ts";

type Row = Record<string, Cell>;

const topics: Record<string, () => Row[]> = {
  suites: () => suites.map(({ name, description, systems }) => ({ name, systems: [...systems], description })),
  profiles: () =>
    profiles.map((declared) => {
      const profile = forCores(declared, availableParallelism());
      return {
        name: profile.name,
        loop: profile.loop,
        rate: profile.loop === "open" ? `${describeRate(profile)}/s` : describeRate(profile),
        workers: maximumWorkers(profile),
        seconds: totalSeconds(profile),
        description: profile.description,
      };
    }),
  systems: () =>
    systems.map(({ name, description, exampleUrl, suites: onSystem }) => ({
      name,
      target: exampleUrl,
      suites: Object.keys(onSystem),
      description,
    })),
  variables: () =>
    variables.map((variable) => ({
      name: variable.name,
      accepts: accepted(variable),
      default: variable.default,
      meaning: variable.meaning,
    })),
};

/** Columns that are for programs alone: which suites a system runs is in the table of suites. */
const forPrograms: Record<string, string> = { systems: "suites" };

/** What a reader of a table has to know besides. */
const notes: Record<string, string> = {
  profiles: `  (seconds: the warm-up of ${defaultWarmupSeconds} s included; workers: on this machine)`,
};

/** The command. */
export function listCommand(): Command {
  return new Command("list")
    .description("Show the suites, load profiles, systems and variables that there are.")
    .addArgument(new Argument("[topic]", "one of them; without it, all but the variables").choices(Object.keys(topics)))
    .addOption(new Option("--format <format>", "text, or JSON for programs").choices(["text", "json"]).default("text"))
    .action((topic: string | undefined, options: { format: string }) => {
      const shown = topic === undefined ? ["suites", "profiles", "systems"] : [topic];
      const found = Object.fromEntries(shown.map((name) => [name, topics[name]?.() ?? []]));
      if (options.format === "json") {
        process.stdout.write(`${JSON.stringify(topic === undefined ? found : found[topic], null, 2)}\n`);
        return;
      }
      if (topic === "variables") {
        process.stdout.write(`${describeVariables()}\n`);
        return;
      }
      const parts = Object.entries(found).map(([name, all]) => {
        const rows = all.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([column]) => column !== forPrograms[name])),
        );
        const heading = topic === undefined ? `${name[0]?.toUpperCase()}${name.slice(1)}\n` : "";
        const note = notes[name];
        return [heading + table(rows, topic === undefined ? "  " : ""), ...(note === undefined ? [] : [note])].join(
          "\n",
        );
      });
      if (topic === undefined) parts.push("dbmark list variables explains what can be set with --set.");
      process.stdout.write(`${parts.join("\n\n")}\n`);
    });
}

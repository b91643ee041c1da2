// The tables of the documents that are made from the sources.

import {
  accepted,
  experimentVariables,
  harnessVariables,
  userVariables,
  type Variable,
} from "../lib/environment/index.ts";
import { detectableRatio } from "../lib/statistics/detectable-effect.ts";
import { mixes, operationNames } from "../modules/oltp/mix.ts";
import { coreWorkloads, operationNames as ycsbOperationNames } from "../modules/ycsb/core-workloads.ts";
import { describeRate, maximumWorkers, profiles } from "../profiles/index.ts";

/** A table's rows as Markdown, its heading first. */
function markdown(rows: string[][]): string {
  const [heading = [], ...body] = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  return [heading, heading.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function variableTable(variables: readonly Variable[]): string {
  return markdown([
    ["variable", "accepts", "default", "meaning"],
    ...variables.map((variable) => [`\`${variable.name}\``, accepted(variable), variable.default, variable.meaning]),
  ]);
}

function profileTable(): string {
  return markdown([
    ["profile", "loop", "operations per second", "workers", "measured"],
    ...profiles.map((profile) => {
      const [first] = profile.segments;
      const workers =
        first !== undefined && "perCore" in first.workers ? `${first.workers.perCore} for each core` : undefined;
      const measured = profile.segments.filter(({ phase }) => phase === "measure");
      return [
        `\`${profile.name}\``,
        profile.loop,
        describeRate(profile),
        workers ?? String(maximumWorkers(profile as Parameters<typeof maximumWorkers>[0])),
        `${profile.search === undefined ? "" : "at most "}${measured.reduce((sum, { seconds }) => sum + seconds, 0)} s`,
      ];
    }),
  ]);
}

function mixTable(): string {
  return markdown([
    ["`MIX`", ...operationNames.map((name) => `\`${name}\``)],
    ...Object.entries(mixes).map(([name, weights]) => [
      `\`${name}\``,
      ...operationNames.map((operation) => (weights[operation] > 0 ? `${weights[operation]} %` : "")),
    ]),
  ]);
}

function coreWorkloadTable(): string {
  return markdown([
    ["`WORKLOAD`", "", ...ycsbOperationNames.map((name) => `\`${name}\``), "keys"],
    ...Object.entries(coreWorkloads).map(([name, { title, proportions, distribution }]) => [
      `\`${name}\``,
      title,
      ...ycsbOperationNames.map((operation) => (proportions[operation] ? `${proportions[operation]} %` : "")),
      `\`${distribution}\``,
    ]),
  ]);
}

/** The change that pairs find with a power of 80 %, at 5 % over two primary metrics, by how much ln(B / A) scatters. */
function detectableTable(): string {
  const deviations = [0.02, 0.05, 0.1, 0.2];
  return markdown([
    ["pairs", ...deviations.map((deviation) => `standard deviation ${deviation * 100} %`)],
    ...[5, 8, 12, 20, 40].map((pairs) => [
      `${pairs}`,
      ...deviations.map((deviation) => {
        const ratio = detectableRatio(pairs, deviation, { alpha: 0.05 / 2 });
        return `${Number(((ratio - 1) * 100).toPrecision(2))} %`;
      }),
    ]),
  ]);
}

/** What stands in a document between `<!-- made: name -->` and `<!-- end -->`, by that name. */
export const madeTables: Readonly<Record<string, string>> = {
  profiles: profileTable(),
  variables: variableTable(userVariables),
  "variables of the harness": variableTable(harnessVariables),
  "variables of experiments": variableTable(experimentVariables),
  mixes: mixTable(),
  "core workloads": coreWorkloadTable(),
  "detectable changes": detectableTable(),
};

const made = /<!-- made: (.*) -->\n[\s\S]*?<!-- end -->/g;

/** A document with its tables made anew. */
export function withTables(text: string): string {
  return text.replace(made, (_, name: string) => `<!-- made: ${name} -->\n${madeTables[name] ?? ""}\n<!-- end -->`);
}

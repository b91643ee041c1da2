// Every variable in words: what `dbmark list variables` prints for people.

import {
  accepted,
  experimentVariables,
  harnessVariables,
  type Variable,
  variables,
} from "../../lib/environment/index.ts";
import { wrap } from "../../lib/summary/layout.ts";

/** The variables by who reads them. */
export function describeVariables(): string {
  const own = variables.filter((variable) => ![...harnessVariables, ...experimentVariables].includes(variable));
  const suites = [...new Set(own.flatMap((variable) => variable.suites ?? []))];
  const groups: [string, readonly Variable[]][] = [
    [
      "Every suite (--set NAME=value, -e NAME=value for plain k6, or the environment)",
      own.filter((variable) => variable.suites === undefined),
    ],
    ...suites.map((suite): [string, Variable[]] => [
      `Suite ${suite}`,
      own.filter((variable) => variable.suites?.includes(suite)),
    ]),
    ["For plain k6 (dbmark run has options for them)", harnessVariables],
    ["For dbmark ab", experimentVariables],
  ];
  return groups.map(([heading, group]) => [heading, ...group.flatMap(describe)].join("\n")).join("\n\n");
}

function describe(variable: Variable): string[] {
  return [
    `  ${variable.name}`,
    ...wrap(variable.meaning, "      "),
    ...wrap(`accepts ${accepted(variable)}`, "      "),
    ...wrap(`default: ${variable.default}`, "      "),
  ];
}

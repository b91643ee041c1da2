/** The tables of a comparison's text. */

import type { ComparedRun, Comparison, Difference, MetricComparison } from "../schema/comparison.generated.ts";
import { columns, shorten, titled, width, wrap } from "../summary/layout.ts";
import type { Palette } from "../summary/palette.ts";
import { count, latency, share, unknown } from "../summary/units.ts";
import { allOperations } from "./metrics.ts";
import { changeText, intervalText, valueText } from "./words.ts";

/** Metrics of the text, in its order; all others are in the other formats. */
const shown = [
  "highest-rate",
  "highest-workers-throughput",
  "throughput",
  ...["response", "service"].flatMap((time) => ["p50", "p95", "p99", "max"].map((of) => `${time}-${of}`)),
  "error-rate",
  "bytes-read",
  "bytes-written",
  "client-cpu",
  "server-cpu",
  "client-memory",
];

/** The words of the table, where those of the metric are too long. */
const shortly: Record<string, string> = {
  throughput: "throughput /s",
  "highest-rate": "highest rate /s",
  "highest-workers-throughput": "throughput /s, most workers",
  "bytes-read": "read /s",
  "bytes-written": "written /s",
  "client-cpu": "client CPU",
  "server-cpu": "server CPU",
};

/** Whether service and response times are the same in all runs, so that one of them is enough. */
export function timesAreSame({ operations }: Comparison): boolean {
  return operations.every(({ metrics }) =>
    metrics
      .filter(({ metric }) => metric.startsWith("service-"))
      .every((service) => {
        const response = metrics.find(({ metric }) => metric === service.metric.replace("service-", "response-"));
        return JSON.stringify(response?.values) === JSON.stringify(service.values);
      }),
  );
}

/** The operations to show: where there is only one, all together are the same. */
function operationsOf({
  operations,
}: Comparison): { name: string; metrics: MetricComparison[]; counts: (number | null)[] }[] {
  const [all, only, ...others] = operations;
  if (all !== undefined && only !== undefined && others.length === 0) {
    return [{ ...all, name: only.operation }];
  }
  return operations.map((one) => ({ ...one, name: one.operation }));
}

/** Metrics that say something: known of a run, and not 0 in all of them. */
function rowsOf(metrics: readonly MetricComparison[], once: boolean): MetricComparison[] {
  return shown.flatMap((name) => {
    const metric = metrics.find((one) => one.metric === name);
    if (metric === undefined || (once && name.startsWith("service-"))) return [];
    // Where it is known of none, it is a metric that these runs do not have.
    return (name === "throughput" && metric.values.some((value) => value !== null)) ||
      metric.values.some((value) => value !== null && value !== 0)
      ? [metric]
      : [];
  });
}

function labelOf({ metric, label }: MetricComparison, once: boolean): string {
  if (once && metric.startsWith("response-")) return metric.replace("response-", "");
  return shortly[metric] ?? label.replace(" time", "");
}

/** Marks what an open loop's profile decides. */
export const givenMark = "*";

/**
 * For each operation the figures of all runs, with their changes; of two runs the variation of the change as well. Several tables where one
 * would be too wide, each with the base.
 */
export function figureTables(comparison: Comparison, palette: Palette): string[] {
  return fitting(comparison.runs.length, (places) => figureTable(comparison, places, palette));
}

function figureTable(comparison: Comparison, places: readonly number[], palette: Palette): string[] {
  const { runs } = comparison;
  const once = timesAreSame(comparison);
  const two = runs.length === 2;
  const heading = [
    "Figures",
    ...places.flatMap((place) => [runs[place]?.label ?? "", ...(place === 0 ? [] : ["change"])]),
    ...(two ? ["within-run variation"] : []),
  ];
  const groups = operationsOf(comparison).map(({ name, metrics, counts }) => ({
    title: groupTitle(
      name,
      places.map((place) => counts[place] ?? null),
      palette,
    ),
    rows: rowsOf(metrics, once).map((metric) => [
      `  ${labelOf(metric, once)}${isMarked(metric) ? ` ${givenMark}` : ""}`,
      ...places.flatMap((place) => [
        valueText(metric.unit, metric.values[place] ?? null),
        ...(place === 0 ? [] : [changeText(metric.changes[place] ?? null)]),
      ]),
      ...(two ? [intervalText(metric.intervals[1] ?? null)] : []),
    ]),
  }));
  return inGroups(heading, groups, palette);
}

/** Whether a row has the mark: of what a profile gives, throughput is what a reader would take for a result. */
export function isMarked({ metric, given }: MetricComparison): boolean {
  return metric === "throughput" && given.some((each) => each);
}

/** Of three runs and more: how the changes of the main figures vary within the runs. */
export function variationTables(comparison: Comparison, palette: Palette): string[] {
  const { runs } = comparison;
  if (runs.length === 2) return [];
  const once = timesAreSame(comparison);
  const main = ["throughput", "response-p50", "response-p95", "response-p99"];
  const found = operationsOf(comparison).flatMap(({ name, metrics }) => {
    const own = rowsOf(metrics, once).filter(
      ({ metric, intervals }) => main.includes(metric) && intervals.some((interval) => interval !== null),
    );
    return own.length === 0 ? [] : [{ title: palette.strong(titleOf(name)), own }];
  });
  if (found.length === 0) return [];
  const tables = fitting(runs.length, (places) => {
    const others = places.filter((place) => place > 0);
    const groups = found.map(({ title, own }) => ({
      title,
      rows: own.map((metric) => [
        `  ${labelOf(metric, once)}`,
        ...others.map((place) => intervalText(metric.intervals[place] ?? null)),
      ]),
    }));
    return inGroups(["Within-run variation", ...others.map((place) => runs[place]?.label ?? "")], groups, palette);
  });
  return ["", ...tables];
}

/** A table of all runs; where it is wider than a terminal, several of them, each with the base and fewer of the others. */
function fitting(runs: number, table: (places: readonly number[]) => string[]): string[] {
  const others = Array.from({ length: runs - 1 }, (_, place) => place + 1);
  for (let tables = 1; ; tables += 1) {
    const each = Math.ceil(others.length / tables);
    const parts = Array.from({ length: Math.ceil(others.length / each) }, (_, part) =>
      table([0, ...others.slice(part * each, (part + 1) * each)]),
    );
    if (each === 1 || parts.every((lines) => lines.every((line) => widthOf(line) <= width))) {
      return parts.flatMap((lines, part) => (part === 0 ? lines : ["", ...lines]));
    }
  }
}

/** Width on the screen: colours have none. */
function widthOf(line: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
  return line.replaceAll(/\u001b\[\d+m/g, "").length;
}

interface Group {
  title: string;
  rows: string[][];
}

/** A table whose rows stand below the title of their group. */
function inGroups(heading: readonly string[], groups: readonly Group[], palette: Palette): string[] {
  const [first = "", ...body] = columns([heading, ...groups.flatMap(({ rows }) => rows)], ["left"]);
  let next = 0;
  return [
    palette.strong(first),
    ...groups.flatMap(({ title, rows }) => {
      const own = body.slice(next, next + rows.length);
      next += rows.length;
      return [title, ...own];
    }),
  ];
}

const titleOf = (name: string) => shorten(name === allOperations ? "all operations" : name, 30);

/** The operation, and how many of them each run did. */
function groupTitle(name: string, counts: readonly (number | null)[], palette: Palette): string {
  const each = counts.map((number) => (number === null ? unknown : count(number)));
  const numbers = new Set(each).size === 1 ? (each[0] ?? unknown) : each.join(" / ");
  const text = shorten(`${numbers} operations`, width - titleOf(name).length - 3);
  return `${palette.strong(titleOf(name))}${palette.quiet(` · ${text}`)}`;
}

/** What of the set-ups makes the runs measure different things, or should not. */
export function differenceLines(comparison: Comparison, palette: Palette): string[] {
  const { differences, runs } = comparison;
  const mattering = differences.filter(({ matters }) => matters);
  const others = differences.filter(({ matters }) => !matters);
  return [
    "",
    ...(mattering.length === 0
      ? [palette.strong("By their files, all runs measured the same thing.")]
      : [
          palette.warning("The runs measured different things"),
          ...mattering.flatMap((difference) => differenceText(difference, runs)),
        ]),
    ...(others.length === 0
      ? []
      : [
          palette.strong(mattering.length === 0 ? "What differs otherwise" : "What else differs"),
          ...others.flatMap((difference) => differenceText(difference, runs)),
        ]),
  ];
}

/** Longest value that is shown; the other formats have all of it. */
const longest = 300;
const differenceColumn = 26;
/** Groups whose names say what they are without the group's. */
const plain: Difference["group"][] = ["seed", "settings", "topology", "variables"];
/** What it means that a run does not have it. */
const missing: Partial<Record<Difference["group"], string>> = { variables: "not set", settings: "not known" };

function differenceText(difference: Difference, runs: readonly ComparedRun[]): string[] {
  const { group, what } = difference;
  const byValue = new Map<string, string[]>();
  for (const [place, value] of withoutCommonParts(difference).entries()) {
    const text = value === null ? (missing[group] ?? "none") : shorten(value.replace(/\s+/g, " "), longest);
    byValue.set(text, [...(byValue.get(text) ?? []), runs[place]?.label ?? ""]);
  }
  const name = plain.includes(group) ? what : `${group}: ${what}`;
  const parts = [...byValue].map(([text, labels]) => `${labels.join(", ")}: ${text}`);
  const line = `${`  ${name}`.padEnd(differenceColumn)}  ${parts.join(" · ")}`;
  if (line.length <= width) return [line];
  return [...wrap(name, "  "), ...parts.flatMap((part) => wrap(part, "    "))];
}

/** Lists of statements, without those that all runs have: an index more or less is seen among ten other statements. */
function withoutCommonParts({ group, what, values }: Difference): (string | null)[] {
  if (!(group === "data" && what === "definition") && !what.startsWith("statements of ")) return values;
  const lists = values.map((value) => value?.split("; ") ?? null);
  const common = (lists[0] ?? []).filter((part) => lists.every((list) => list?.includes(part) ?? false));
  if (common.length === 0) return values;
  return lists.map((list) => {
    const own = list?.filter((part) => !common.includes(part)) ?? [];
    return own.length === 0 ? "without" : own.join("; ");
  });
}

/** Limits and what became of them, a line for each; nothing where no run had any. */
export function sloTables(comparison: Comparison, palette: Palette): string[] {
  const { slos, runs } = comparison;
  if (slos.length === 0) return [];
  const show = (metric: string, value: number | null) => (metric === "errorRate" ? share(value) : latency(value));
  const lines = slos.flatMap(({ operation, metric, verdicts }) =>
    [...new Set(verdicts.flatMap((verdict) => verdict?.limit ?? []))].map((limit) => ({
      name: [
        `  ${titleOf(operation)}`,
        metric === "errorRate" ? "error rate" : `${metric} response`,
        show(metric, limit),
      ],
      cells: verdicts.map((verdict) => {
        if (verdict === null || verdict.limit !== limit) return unknown;
        return verdict.met === null ? "not known" : `${show(metric, verdict.actual)} ${verdict.met ? "met" : "MISSED"}`;
      }),
    })),
  );
  const tables = fitting(runs.length, (places) => {
    const heading = ["SLOs", "metric", "limit", ...places.map((place) => runs[place]?.label ?? "")];
    const rows = lines.map(({ name, cells }) => [...name, ...places.map((place) => cells[place] ?? "")]);
    return titled(columns([heading, ...rows], ["left", "left"]), palette);
  });
  return ["", ...tables.map((line) => line.replace(/MISSED/g, (text) => palette.bad(text)))];
}

/** Failed operations by type; nothing when there were none. */
export function errorTables({ errors, runs }: Comparison, palette: Palette): string[] {
  if (errors.length === 0) return [];
  const cell = (number: number, of: number | null) => (number === 0 ? "0" : `${count(number)} (${share(of)})`);
  const tables = fitting(runs.length, (places) => {
    const heading = ["Errors", "type", ...places.map((place) => runs[place]?.label ?? "")];
    const rows = errors.map(({ operation, type, counts, shares }) => [
      `  ${titleOf(operation)}`,
      type,
      ...places.map((place) => cell(counts[place] ?? 0, shares[place] ?? null)),
    ]);
    return titled(columns([heading, ...rows], ["left", "left"]), palette);
  });
  return ["", ...tables];
}

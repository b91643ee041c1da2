// The tables that Grafana's plugins for the two data sources make of answers, and a panel's transformations of them.

import type { Answered, Answering } from "./answers.ts";
import { type Field, type Frame, type Grafana, type Transformation, transformed } from "./grafana.ts";
import type { DrawnPanel, Target } from "./interpolation.ts";

/** What a panel draws, of the answers to its queries in their order. */
export async function framesOf(
  grafana: Grafana,
  type: Answering["type"],
  panel: DrawnPanel,
  answers: Answered[][],
): Promise<Frame[]> {
  const frames = panel.targets.flatMap((target, index) => {
    const answered = answers[index] ?? [];
    return isTable(target) ? tableOf(type, target, answered) : answered.map((one) => seriesOf(target, one));
  });
  const transformations = (panel.transformations ?? []) as Transformation[];
  return transformations.length === 0 ? frames : transformed(grafana, transformations, frames);
}

function isTable({ resultFormat, format }: Target): boolean {
  return resultFormat === "table" || format === "table";
}

function seriesOf({ refId }: Target, { name, tags, values }: Answered): Frame {
  return {
    name,
    refId,
    fields: [
      { name: "Time", type: "time", config: {}, values: values.map(({ time }) => time) },
      {
        name: "Value",
        type: "number",
        labels: tags,
        config: { displayNameFromDS: name },
        values: values.map(({ value }) => value),
      },
    ],
    length: values.length,
  };
}

/** One table of all series: a column of the time, one for each tag, and the value's. */
function tableOf(type: Answering["type"], { refId }: Target, answered: Answered[]): Frame[] {
  const [first] = answered;
  if (first === undefined) return [];
  // InfluxDB's plugin gives columns a name of their own, which wins over what transformations call them.
  const named = (name: string) => (type === "influxdb" ? { displayNameFromDS: name } : {});
  const rows = answered.flatMap(({ tags, values }) => values.map((value) => ({ tags, ...value })));
  const valueName = type === "influxdb" ? first.column : `Value #${refId}`;
  const fields: Field[] = [
    { name: "Time", type: "time", config: {}, values: rows.map(({ time }) => time) },
    ...Object.keys(first.tags).map((tag): Field => {
      return { name: tag, type: "string", config: named(tag), values: rows.map(({ tags }) => tags[tag] ?? null) };
    }),
    { name: valueName, type: "number", config: named(valueName), values: rows.map(({ value }) => value) },
  ];
  return [{ refId, fields, length: rows.length }];
}

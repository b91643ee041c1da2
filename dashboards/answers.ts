// What the two databases answer to a dashboard's queries, as series that can be set beside each other.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { InfluxdbServer } from "../bench/influxdb/server.ts";
import type { TestPrometheus } from "../e2e/prometheus.ts";
import { type Chosen, interpolated, type Target } from "./interpolation.ts";

/** A line, a row of a heat map, or a run, with its values by the milliseconds since 1970. */
export interface Answered {
  /** What the legend would say. */
  name: string;
  tags: Record<string, string>;
  /** What the query calls the values. */
  column: string;
  values: { time: number; value: number }[];
}

/** A data source, as the panels and variables of a dashboard use it. */
export interface Answering {
  type: "influxdb" | "prometheus";
  /** @throws for what the server refuses. */
  answer(dashboard: Dashboard, target: Target, chosen: Chosen): Promise<Answered[]>;
  /** Values of a variable, in the order that Grafana gives them. */
  options(dashboard: Dashboard, name: string, chosen: Chosen): Promise<string[]>;
}

export function answeringInfluxdb(server: InfluxdbServer, database: string): Answering {
  const query = (dashboard: Dashboard, text: string, chosen: Chosen) =>
    server.query(database, interpolated(text, "influxdb", dashboard.templating?.list ?? [], chosen));
  return {
    type: "influxdb",
    async answer(dashboard, target, chosen) {
      const series = await query(dashboard, target.query ?? "", chosen);
      return series.map(({ name, tags = {}, columns, values }) => ({
        name: (target.alias ?? name).replace(/\$tag_(\w+)/g, (_, tag) => tags[tag] ?? ""),
        tags,
        column: columns.at(-1) ?? "",
        values: values
          .filter((row) => row[columns.length - 1] !== null)
          .map((row) => ({ time: Number(row[0]) / 1e6, value: Number(row[columns.length - 1]) })),
      }));
    },
    async options(dashboard, name, chosen) {
      const { query: text, sort } = variableOf(dashboard, name);
      const series = await query(dashboard, text, chosen);
      return sorted(
        series.flatMap(({ values }) => values.map(([, value]) => String(value))),
        sort,
      );
    },
  };
}

export function answeringPrometheus(server: TestPrometheus): Answering {
  const get = async (path: string, parameters: Record<string, string>) => {
    const response = await fetch(`${server.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { error?: string; data: unknown };
    if (answer.error !== undefined)
      throw new Error(`Prometheus refuses ${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  };
  const seconds = (milliseconds: number) => String(milliseconds / 1000);
  return {
    type: "prometheus",
    async answer(dashboard, target, chosen) {
      const variables = dashboard.templating?.list ?? [];
      const query = interpolated(target.expr ?? "", "prometheus", variables, chosen);
      // Grafana takes whole steps.
      const step = chosen.intervalSeconds * 1000;
      const [start, end] = [chosen.from, chosen.to].map((time) => Math.floor(time / step) * step) as [number, number];
      const data = (await (target.instant
        ? get("query", { query, time: seconds(chosen.to) })
        : get("query_range", { query, start: seconds(start), end: seconds(end), step: seconds(step) }))) as {
        result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
      };
      return data.result.map(({ metric, value, values }) => ({
        name: (target.legendFormat ?? "").replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ""),
        tags: metric,
        column: "Value",
        values: (values ?? (value === undefined ? [] : [value])).map(([time, text]) => ({
          time: time * 1000,
          value: Number(text),
        })),
      }));
    },
    async options(dashboard, name, chosen) {
      const { query, sort } = variableOf(dashboard, name);
      const [, series = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      const match = interpolated(series, "prometheus", dashboard.templating?.list ?? [], chosen);
      const values = await get(`label/${label}/values`, {
        "match[]": match,
        start: seconds(chosen.from),
        end: seconds(chosen.to),
      });
      return sorted(values as string[], sort);
    },
  };
}

function variableOf(dashboard: Dashboard, name: string): { query: string; sort: number } {
  const variable = dashboard.templating?.list?.find((one) => one.name === name);
  if (typeof variable?.query !== "string") throw new Error(`${name} has no query`);
  return { query: variable.query, sort: variable.sort ?? 0 };
}

/** @param sort Grafana's: 1 is ascending, 2 descending. */
function sorted(values: string[], sort: number): string[] {
  const ascending = [...new Set(values)].sort();
  return sort === 2 ? ascending.reverse() : ascending;
}

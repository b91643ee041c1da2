// Figures in InfluxQL. A Counter's point holds what one second added, so that points are summed up.

import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { datasourceOf, type Figure, type Runs, type Source, type Tag } from "./source.ts";

/** What Grafana's InfluxDB plugin takes as a query in InfluxQL. The SDK has no type of it. */
interface InfluxqlQuery extends Dataquery {
  refId: string;
  datasource: { type: string; uid: string };
  query: string;
  rawQuery: true;
  resultFormat: "table" | "time_series";
  alias?: string;
}

export const influxdb: Source = {
  type: "influxdb",
  name: "InfluxDB",
  note: "It needs runs with `--k6-out influxdb=…`, and a data source with the query language InfluxQL.",
  runNames: ({ metric }) => `SHOW TAG VALUES FROM "${metric}" WITH KEY = "testid"`,
  operationsOf: (runs) => `SHOW TAG VALUES FROM "transactions_total" WITH KEY = "operation" WHERE ${conditionOf(runs)}`,
  query(figure, refId) {
    const alias = figure.legend ?? (figure.by === undefined ? undefined : `$tag_${figure.by}`);
    const query = statement(figure, "run", { interval: "$__interval", bySecond: "* 1000 / $__interval_ms" });
    return built({ refId, query, resultFormat: "time_series", ...(alias === undefined ? {} : { alias }) });
  },
  aligned(figure) {
    const interval = { interval: `\${resolution}s`, bySecond: `/ \${resolution}` };
    const seconds: Figure = { metric: "run_elapsed_seconds", as: "highest", by: "testid" };
    return {
      queries: [
        built({ refId: "A", query: statement(seconds, "runs", interval, "second"), resultFormat: "table" }),
        built({
          refId: "B",
          query: statement({ ...figure, by: "testid" }, "runs", interval, "value"),
          resultFormat: "table",
        }),
      ],
      columns: { second: "second", value: "value" },
      // To have it filled with 0 would make a row of each second of the time range.
      missingIsZero: figure.as === "perSecond",
    };
  },
};

function built(query: Omit<InfluxqlQuery, keyof Dataquery | "datasource" | "rawQuery">): Builder<Dataquery> {
  return {
    build: () =>
      // A method would be no part of the JSON; the type wants one.
      ({ ...query, rawQuery: true, datasource: datasourceOf(influxdb) }) as Omit<
        InfluxqlQuery,
        keyof Dataquery
      > as InfluxqlQuery,
  };
}

/** An interval, and what makes of its sum one by second. */
interface Interval {
  interval: string;
  bySecond: string;
}

function statement(figure: Figure, runs: Runs, { interval, bySecond }: Interval, column?: string): string {
  const where = conditions(figure, runs).join(" AND ");
  const from = (what: string) => `SELECT ${what} FROM "${figure.metric}" WHERE ${where}`;
  const named = (expression: string) => (column === undefined ? expression : `${expression} AS "${column}"`);
  const every = (tags: (Tag | "instance" | undefined)[]) =>
    [
      "GROUP BY",
      [`time(${interval})`, ...tags.filter((tag) => tag !== undefined).map((tag) => `"${tag}"`)].join(", "),
    ].join(" ");
  switch (figure.as) {
    case "perSecond":
      return `${from(named(`sum("value") ${bySecond}`))} ${every([figure.by])} fill(${column === undefined ? "0" : "none"})`;
    case "count":
      return `${from(named('sum("value")'))} ${every([figure.by])} fill(none)`;
    case "highest":
      return `${from(named('max("value")'))} ${every([figure.by])} fill(none)`;
    case "ofInstances": {
      const each = `${from('max("value") AS "highest"')} ${every([figure.by, "instance"])} fill(none)`;
      return `SELECT ${named('sum("highest")')} FROM (${each}) WHERE $timeFilter ${every([figure.by])} fill(none)`;
    }
    case "total":
      return from(named('sum("value")')) + groupedBy(figure.by);
    case "highestOfAll":
      return from(named('max("value")')) + groupedBy(figure.by);
  }
}

function groupedBy(tag: Tag | undefined): string {
  return tag === undefined ? "" : ` GROUP BY "${tag}"`;
}

function conditions({ phase, ofOperation }: Figure, runs: Runs): string[] {
  return [
    conditionOf(runs),
    ...(phase === "chosen" ? [`"phase" =~ /^\${phase:regex}$/`] : []),
    ...(phase === "measure" ? [`"phase" = 'measure'`] : []),
    ...(ofOperation ? [`"operation" =~ /^\${operation:regex}$/`] : []),
    "$timeFilter",
  ];
}

/** The format is said, so that a name with characters that mean something in a regular expression is taken as it is. */
function conditionOf(runs: Runs): string {
  return `"testid" =~ /^\${${runs}:regex}$/`;
}

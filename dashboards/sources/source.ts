// What panels ask for, and who makes queries of it: a panel says which figure it shows, a source says it in its language.

import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** A tag by which a figure is drawn: a line, or a row of a heat map, for each of its values. */
export type Tag = "check" | "error" | "le" | "operation" | "testid";

/** One figure of a run, as a panel shows it. Metrics and tags are those of docs/metrics.md. */
export interface Figure {
  metric: string;
  /**
   * How the values of an interval, or of the whole time range, become one.
   * - `perSecond`: a Counter's sum in each interval, by second; 0 where nothing came;
   * - `count`: a Counter's sum in each interval, where something came;
   * - `highest`: a Gauge's highest value in each interval. Percentiles must not be averaged: this is the worst second;
   * - `ofInstances`: the highest of each instance in each interval, all instances added up;
   * - `total`: a Counter's sum; one value;
   * - `highestOfAll`: a Gauge's highest value; one value.
   */
  as: "perSecond" | "count" | "highest" | "ofInstances" | "total" | "highestOfAll";
  /** Without it, all that is chosen is put together. */
  by?: Tag;
  /** The phases that count: those of the variable `phase`, or the measured one; by default all. */
  phase?: "chosen" | "measure";
  /** Only the operations of the variable `operation`. */
  ofOperation?: boolean;
  /** Name in the legend where it is not the tag's value. */
  legend?: string;
}

/** Whose points: those of the variable `run`, or of the several in `runs`. */
export type Runs = "run" | "runs";

/** A metric by which a run is found. */
export interface RunMetric {
  metric: string;
  counter?: boolean;
}

/** One that every run has. */
export const everyRun: RunMetric = { metric: "run_elapsed_seconds" };

/** Names of the columns that queries of `table` give. */
export interface Columns {
  second: string;
  value: string;
}

/** A kind of data source. */
export interface Source {
  /** Grafana's name of the plugin. */
  type: "influxdb" | "prometheus";
  /** Its name for people. */
  name: string;
  /** What else a user has to know, in the dashboard's description. */
  note: string;
  /** Queries of variables: the names of the runs that there are, and what those that were chosen have. */
  runNames(having: RunMetric): string;
  operationsOf(runs: Runs): string;
  /** Values over time; `total` and `highestOfAll` are one value. */
  query(figure: Figure, refId: string): Builder<Dataquery>;
  /**
   * For the runs of `runs` a row of time, run, second since its start (query A), and value (query B). `missingIsZero`: where a second has no
   * value, that means 0.
   */
  aligned(figure: Figure): { queries: Builder<Dataquery>[]; columns: Columns; missingIsZero: boolean };
}

/** The variable with the data source, as panels and variables refer to it. */
export function datasourceOf({ type }: Source): { type: string; uid: string } {
  return { type, uid: "$datasource" };
}

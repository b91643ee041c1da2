// How dbmark's panels look. Times are milliseconds, as in the metrics.

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  HeatmapTooltipBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { PanelBuilder as TrendBuilder } from "@grafana/grafana-foundation-sdk/trend";
import { datasourceOf, type Figure, type Source } from "./sources/source.ts";

/** What a panel shows. */
export interface Content {
  title: string;
  description?: string;
  /** Grafana's name of a unit. */
  unit: string;
  /** Digits behind the point; Grafana's own choice by default. */
  decimals?: number;
  figures: Figure[];
  /** Width in Grafana's columns, of which there are 24, and height in its rows. */
  width: number;
  height?: number;
  /** Said where there is no value. */
  noValue?: string;
}

/** How a panel draws its lines. */
export interface Drawing {
  /** For values of which some are many times others; the axis is linear by default. */
  logarithmic?: boolean;
  /** Milliseconds between two values from which on a line is broken. */
  gap?: number;
}

const usualHeight = 8;
/** Of a panel with four lines: Grafana gives a legend 35 % of the height at most, and has the rest scrolled to. */
export const heightOfFourLines = 11;
const usualGap = 5_000;

const refIds = "ABCDEFGH";
function queriesOf(source: Source, figures: Figure[]) {
  return figures.map((figure, number) => source.query(figure, refIds.charAt(number)));
}

/** One number, of the whole time range. */
export function numberPanel(source: Source, content: Content) {
  const { title, description = "", unit, figures, width, height = 4, noValue = "–" } = content;
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(datasourceOf(source))
    .targets(queriesOf(source, figures))
    .unit(unit)
    .noValue(noValue)
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false))
    .span(width)
    .height(height);
}

/** Lines over time. */
export function linePanel(source: Source, content: Content & Drawing): Builder<Panel> {
  const { title, description = "", unit, decimals, figures, width, height = usualHeight, noValue } = content;
  const { logarithmic = false, gap = usualGap } = content;
  const panel = new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .datasource(datasourceOf(source))
    .targets(queriesOf(source, figures))
    .interval("1s")
    .unit(unit)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(gap)
    .legend(legendOf(["lastNotNull", "max"]))
    .tooltip(allValues())
    .span(width)
    .height(height);
  if (decimals !== undefined) panel.decimals(decimals);
  if (noValue !== undefined) panel.noValue(noValue);
  // A logarithmic axis has no 0 to begin at.
  return logarithmic
    ? panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10))
    : panel.min(0);
}

/** How times are distributed in each interval. The series' names are the upper limits of buckets, and each counts for itself. */
export function heatmapPanel(source: Source, content: Omit<Content, "unit">): Builder<Panel> {
  const { title, description = "", figures, width, height = usualHeight } = content;
  return new HeatmapBuilder()
    .title(title)
    .description(description)
    .datasource(datasourceOf(source))
    .targets(queriesOf(source, figures))
    .interval("1s")
    .calculate(false)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme("Oranges")
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64)
        .reverse(false),
    )
    .yAxis(new YAxisConfigBuilder().unit("ms"))
    .cellGap(0)
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true).showColorScale(true))
    .showLegend()
    .span(width)
    .height(height);
}

/** A panel of several runs. */
export interface Aligned extends Omit<Content, "figures" | "noValue"> {
  figure: Figure;
  /** What the legend says of each run, by Grafana's names. */
  legend: string[];
}

/** A figure of several runs over the seconds since the start of each, a line for each run. */
export function alignedPanel(source: Source, content: Aligned): Builder<Panel> {
  const { title, description = "", unit, decimals, figure, width, height = usualHeight, legend } = content;
  const { queries, columns, missingIsZero } = source.aligned(figure);
  // groupingToMatrix names its first column so.
  const seconds = `${columns.second}\\testid`;
  const panel = new TrendBuilder()
    .title(title)
    .description(description)
    .datasource(datasourceOf(source))
    .targets(queries)
    .interval(`\${resolution}s`)
    .maxDataPoints(mostDataPoints)
    .transformations([
      // One table with a row for each run and interval; of it, a column for each run and a row for each second.
      { id: "merge", options: {} },
      plainColumn(columns.value, missingIsZero),
      {
        id: "groupingToMatrix",
        options: { columnField: "testid", rowField: columns.second, valueField: plainName, emptyValue: "null" },
      },
      {
        id: "convertFieldType",
        options: { conversions: [{ targetField: seconds, destinationType: "number" }], fields: {} },
      },
      { id: "sortBy", options: { fields: {}, sort: [{ field: seconds }] } },
    ])
    .xField(seconds)
    .overrideByName(seconds, [{ id: "unit", value: "s" }])
    .unit(unit)
    .min(0)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Auto)
    // Runs whose seconds are not the same have rows without a value.
    .spanNulls(true)
    .legend(legendOf(legend))
    .tooltip(allValues())
    .span(width)
    .height(height);
  return decimals === undefined ? panel : panel.decimals(decimals);
}

const plainName = "plain";

/**
 * A column of its own with a column's values, and with 0 where that has none and it means so. Made anew, it lacks what Grafana's InfluxDB
 * plugin says of how the column is called: the columns of runs, which are made of it, would all be called so.
 */
function plainColumn(column: string, missingIsZero: boolean) {
  const reduce = missingIsZero
    ? { reducer: "sum", include: [column], nullValueMode: "null as zero" }
    : { reducer: "max", include: [column] };
  return { id: "calculateField", options: { mode: "reduceRow", reduce, alias: plainName, replaceFields: false } };
}

/** As many as Prometheus gives at most: three hours of seconds. */
const mostDataPoints = 11_000;

function legendOf(calculations: string[]): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(calculations);
}

function allValues(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);
}

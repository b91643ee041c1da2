// Axes of panels.

import { axisX, axisY, type Markish, ruleY } from "@observablehq/plot";
import { type Axis, latencyAxis, linearAxis, secondsAxis } from "../../lib/html/chart/axis.ts";
import { widthOf } from "./drawing.ts";

/** The time of day, which Grafana shows in the reader's time zone, in UTC. */
export function timeAxis(from: number, to: number, width: number): Axis {
  const axis = secondsAxis(from / 1000, to / 1000, "", Math.max(2, Math.floor(width / 75)));
  const milliseconds = axis.ticks.map((tick) => tick * 1000);
  return {
    ...axis,
    domain: [from, to],
    ticks: milliseconds,
    format: (time) => new Date(time).toISOString().slice(11, 19),
  };
}

/** Seconds since the start of runs. */
export function sinceAxis(to: number, width: number, format: (value: number) => string): Axis {
  return { ...secondsAxis(0, to, "", Math.max(2, Math.floor(width / 60))), format };
}

/**
 * An axis of a panel's values.
 * @param kind `logarithmic` where the panel says so; `binary` where units are 1024 times the one before.
 */
export function valueAxis(
  values: readonly number[],
  format: (value: number) => string,
  { logarithmic, binary }: { logarithmic: boolean; binary: boolean },
): Axis {
  if (logarithmic) return { ...latencyAxis(values, "", "log"), format: trimmed(format) };
  if (!binary) return linearAxis(values, "", format);
  const highest = values.reduce((most, value) => Math.max(most, value), 1);
  const unit = 1024 ** Math.floor(Math.log2(highest) / 10);
  const axis = linearAxis(
    values.map((value) => value / unit),
    "",
    String,
  );
  return {
    ...axis,
    domain: [0, axis.domain[1] * unit],
    ticks: axis.ticks.map((tick) => tick * unit),
    format: trimmed(format),
  };
}

/** Without zeros that only show how exact a measured value is. */
export function trimmed(format: (value: number) => string): (value: number) => string {
  return linearAxis([], "", format).format;
}

/** Lines at the ticks of both axes, and their texts. */
export function axisMarks(x: Axis, y: Axis): Markish[] {
  return [
    ruleY(y.ticks, { stroke: "var(--rule)", strokeWidth: 0.75 }),
    axisY([...y.ticks], { text: y.format, tickSize: 0, label: null, color: "var(--quiet)" }),
    axisX([...x.ticks], { text: x.format, tickSize: 4, label: null, color: "var(--quiet)" }),
  ];
}

/** Room for the texts of a vertical axis. */
export function roomFor(texts: string[]): number {
  return Math.ceil(Math.max(...texts.map((text) => widthOf(text)), 20)) + 10;
}

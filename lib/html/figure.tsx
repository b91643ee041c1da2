/** A chart on a page: the picture, what it shows, and its values as a table for those who do not see it or want the numbers. */

import type { ComponentChildren } from "preact";
import { type LineChart, lineChart } from "./chart/line-chart.ts";
import { Table, type TableContent } from "./table.tsx";

/** A chart with its heading and its values. */
export function Figure({
  chart,
  values,
  children,
}: {
  chart: LineChart;
  /** The values of the chart. */
  values: TableContent;
  /** What a reader should know of it. */
  children?: ComponentChildren;
}) {
  return (
    <figure>
      <figcaption>
        <h3>{chart.title}</h3>
        {children === undefined ? null : <p class="note">{children}</p>}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached by the keyboard. */}
      <section class="scroll" tabIndex={0} aria-label={`${chart.title}, chart`}>
        {/* What draws it escapes every text. */}
        <div class="drawing" dangerouslySetInnerHTML={{ __html: lineChart(chart) }} />
      </section>
      <details class="values">
        <summary>Values: {chart.title}</summary>
        <Table {...values} />
      </details>
    </figure>
  );
}

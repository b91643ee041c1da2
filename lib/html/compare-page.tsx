/** Runs beside each other as one page, and as one picture. For Node. */

import type { Comparison } from "../schema/comparison.generated.ts";
import { duration, share } from "../summary/units.ts";
import { standAlone } from "./chart/stand-alone.ts";
import { LatencyFigure, PercentileFigure, percentilesOf, ThroughputFigure } from "./comparison/charts.tsx";
import { type DrawnRun, RunNotes, RunTable } from "./comparison/runs.tsx";
import { Differences, Errors, Glance, OperationTable, Setups, Slos } from "./comparison/tables.tsx";
import { page, Section } from "./page.tsx";

/**
 * The picture of a comparison stands for itself: response time by percentile of all runs, as SVG.
 * @param runs those of the comparison, in its order, of which at least one measured something.
 */
export function comparisonPicture(comparison: Comparison, runs: readonly DrawnRun[]): string {
  const made = percentilesOf({ comparison, runs, operation: "all", slug: "all" });
  if (made === null) throw new RangeError("no run of the comparison measured anything");
  return standAlone(made.chart);
}

/**
 * The page.
 * @param runs those of the comparison, in its order.
 */
export function comparisonPage(comparison: Comparison, runs: readonly DrawnRun[]): string {
  const [base] = comparison.runs;
  const { confidence, blockSeconds, resamples } = comparison.variation;
  const all = comparison.operations.filter(({ operation }) => operation === "all");
  const each = comparison.operations.filter(({ operation }) => operation !== "all");
  const invalid = comparison.runs.filter(({ valid }) => !valid);
  const mixes = comparison.runs.some(({ mixesLoads }) => mixesLoads);
  const heading = (
    <>
      <h1>
        {base?.suite}: {comparison.runs.length} runs compared
      </h1>
      {invalid.length === 0 ? null : (
        <ul class="verdicts" aria-label="Verdicts">
          <li class="bad">
            ✗ {invalid.map(({ label }) => label).join(", ")} {invalid.length === 1 ? "is" : "are"} INVALID: do not use{" "}
            {invalid.length === 1 ? "its" : "their"} figures
          </li>
        </ul>
      )}
      <RunTable comparison={comparison} />
      <RunNotes comparison={comparison} />
    </>
  );
  const drawn = { comparison, runs, operation: "all", slug: "all" };
  const note = (
    <p class="note">
      Changes are against {base?.label}. The ranges below them are where {share(confidence)} of {resamples} resamples
      lie of {duration(blockSeconds)} blocks of both runs: variation within the runs, not significance. Two runs do not
      tell whether another pair would agree; <code>dbmark ab</code> does.
      {mixes ? " A profile changes its load: these figures mix all of it." : ""}
    </p>
  );
  return page({
    title: `${base?.suite}: ${comparison.runs.map(({ id }) => id).join(", ")} – dbmark`,
    heading,
    body: [
      <Section key="differences" id="differences" title="What differs">
        <Differences comparison={comparison} />
      </Section>,
      <Section key="changes" id="changes" title="Changes">
        <Glance comparison={comparison} />
        {note}
      </Section>,
      <Section key="percentiles" id="percentiles" title="Latency by percentile">
        <PercentileFigure {...drawn} />
      </Section>,
      <Section key="over-time" id="over-time" title="Over time">
        <ThroughputFigure {...drawn} />
        <LatencyFigure {...drawn} />
        {runs.some(({ series }) => series === null) ? (
          <p class="note">Runs of which there is no windows.ndjson are not drawn over time.</p>
        ) : null}
      </Section>,
      <Section key="figures" id="figures" title="Figures">
        {all.map((operation) => (
          <OperationTable key="all" comparison={comparison} operation={operation} />
        ))}
        {each.map((operation, index) => (
          <details class="part" key={operation.operation}>
            <summary>{operation.operation}</summary>
            <OperationTable comparison={comparison} operation={operation} />
            {[PercentileFigure, ThroughputFigure, LatencyFigure].map((Part) => (
              <Part key={Part.name} {...drawn} operation={operation.operation} slug={`operation-${index + 1}`} />
            ))}
          </details>
        ))}
      </Section>,
      <Section key="slos" id="slos" title="SLOs">
        <Slos comparison={comparison} />
      </Section>,
      <Section key="errors" id="errors" title="Errors">
        <Errors comparison={comparison} />
      </Section>,
      <Section key="setups" id="setups" title="Set-ups">
        <Setups comparison={comparison} runs={runs} />
      </Section>,
    ],
    foot: "Made by dbmark compare. This page loads nothing and runs no program.",
  });
}

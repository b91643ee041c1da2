/** One run as one page. For Node. */

import type { RunSeries } from "../result/series.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { checkResults } from "../summary/instruments.ts";
import { page, Section } from "./page.tsx";
import { Headline, systemOf } from "./report/headline.tsx";
import { CheckTable, InstrumentTables } from "./report/instruments.tsx";
import { Operations, PercentileChart } from "./report/operations.tsx";
import { SearchSteps } from "./report/search.tsx";
import { Load, Resources, Setup, Statistics } from "./report/setup.tsx";
import { ErrorTable, LatencyTable, SloTable, Steps, ThroughputTable } from "./report/tables.tsx";
import { ErrorChart, LatencyChart, ResourceCharts, ThroughputChart } from "./report/time-charts.tsx";

/** What a report is made of. */
export interface Report {
  run: RunFile;
  /** Null: only the run file is there, and nothing over time is shown. */
  series: RunSeries | null;
  /** The workload with its statements, as text. */
  workload: string;
  /** What the page cannot show and why, in sentences. */
  missing?: readonly string[];
}

/** The page. */
export function reportPage({ run, series, workload, missing = [] }: Report): string {
  const { measure } = run.totals;
  const measured = measure.all.operations + measure.all.undone > 0;
  // Of all loads of a search together there are no figures: its steps have them.
  const search = run.profile.search !== undefined;
  const several = measure.operations.filter((totals) => totals.operations + totals.undone > 0).length > 1;
  const sections = [
    measured && !search ? (
      <Section id="figures" title="Figures">
        <ThroughputTable run={run} />
        <LatencyTable run={run} />
        <PercentileChart run={run} />
      </Section>
    ) : null,
    search && run.steps.length > 0 ? (
      <Section id="steps" title="Steps of the search">
        <SearchSteps run={run} />
      </Section>
    ) : null,
    series === null ? null : (
      <Section id="over-time" title="Over time">
        <ThroughputChart run={run} series={series} of="all" slug="all" />
        <LatencyChart run={run} series={series} of="all" slug="all" />
        <ErrorChart run={run} series={series} />
      </Section>
    ),
    search || (run.steps.length === 0 && run.report === null) ? null : (
      <Section id="steps" title="Steps">
        <Steps run={run} />
      </Section>
    ),
    run.slo.length === 0 ? null : (
      <Section id="slos" title="SLOs">
        <SloTable run={run} />
      </Section>
    ),
    <Section key="errors" id="errors" title="Errors">
      <ErrorTable run={run} />
    </Section>,
    run.totals.measure.instruments === undefined && checkResults(run).length === 0 ? null : (
      <Section id="driver" title="Checks and the driver">
        <CheckTable run={run} />
        <InstrumentTables run={run} />
      </Section>
    ),
    measured && !search ? (
      <Section id="operations" title={several ? "Operations, one by one" : "The operation"}>
        <Operations run={run} series={series} />
      </Section>
    ) : null,
    <Section key="load" id="load" title="Load phase">
      <Load run={run} />
    </Section>,
    <Section key="resources" id="resources" title="Resources">
      <Resources run={run} />
      {series === null ? null : <ResourceCharts run={run} series={series} />}
    </Section>,
    <Section key="server" id="server" title="Server statistics">
      {run.serverStatistics === null ? (
        <p>The server was not asked for statistics of its own.</p>
      ) : (
        <Statistics statistics={run.serverStatistics} />
      )}
    </Section>,
    run.cost === null ? null : (
      <Section id="cost" title="Cost">
        <Statistics statistics={run.cost} />
      </Section>
    ),
    <Section key="setup" id="setup" title="Set-up">
      <Setup run={run} workload={workload} />
    </Section>,
  ];
  return page({
    title: `${run.workload.name} on ${systemOf(run)}, ${run.startedAt} – dbmark`,
    heading: <Headline run={run} missing={missing} />,
    body: sections.filter((section) => section !== null),
    foot: `Made by dbmark ${run.software.dbmark} from ${run.id}. This page loads nothing and runs no program.`,
  });
}

/** Past runs, and a figure of theirs over time, as pages. For Node. */

import type { MetricUnit } from "../comparison/metrics.ts";
import { allOperations } from "../comparison/metrics.ts";
import { changeText } from "../comparison/words.ts";
import { type History, type HistoryEntry, metricValue } from "../history/entry.ts";
import { stateOf } from "../history/list-text.ts";
import type { Trend } from "../history/trend.ts";
import { caveat, levels } from "../history/trend-text.ts";
import { instantText, valueText } from "../history/value-text.ts";
import type { Fact, TrendChange, TrendGroup } from "../schema/history.generated.ts";
import { type Axis, linearAxis } from "./chart/axis.ts";
import type { Line, LineChart, Point } from "./chart/line-chart.ts";
import { Figure } from "./figure.tsx";
import { page, Section } from "./page.tsx";
import { Facts, Table } from "./table.tsx";

/** What made a page, at its foot. */
export interface HistoryPageOptions {
  operation: string;
  /** Of dbmark. */
  version: string;
}

const foot = (version: string) => `Made by dbmark ${version}. This page loads nothing and runs no program.`;
const ofOperation = (operation: string) => (operation === allOperations ? "all operations" : operation);

/** The list of runs, the newest first. */
export function historyPage(
  { results, runs, unreadable }: History,
  { operation, version }: HistoryPageOptions,
): string {
  const invalid = runs.filter(({ valid }) => !valid);
  const sections = [
    <Section key="runs" id="runs" title="Runs">
      {runs.length === 0 ? <p>There are no such runs.</p> : <RunTable runs={runs} operation={operation} />}
    </Section>,
    invalid.length === 0 ? null : (
      <Section id="not-valid" title="Not valid">
        <Table
          caption="Runs that are not valid"
          hideCaption
          columns={[
            { heading: "run", text: true },
            { heading: "why", text: true, wrap: true },
          ]}
          rows={invalid.toReversed().map(({ path, reasons }) => [path, reasons.join("; ")])}
        />
      </Section>
    ),
    unreadable.length === 0 ? null : (
      <Section id="not-readable" title="Not readable">
        <Table
          caption="What could not be read"
          hideCaption
          columns={[
            { heading: "run", text: true },
            { heading: "why", text: true, wrap: true },
          ]}
          rows={unreadable.map(({ path, reason }) => [path, reason])}
        />
      </Section>
    ),
  ];
  return page({
    title: `Runs in ${results} – dbmark`,
    heading: (
      <>
        <h1>Runs in {results}</h1>
        <p class="quiet">
          {runs.length} {runs.length === 1 ? "run" : "runs"}
          {invalid.length > 0 ? `, ${invalid.length} not valid` : ""}
          {unreadable.length > 0 ? `, ${unreadable.length} not readable` : ""} · {ofOperation(operation)}
        </p>
      </>
    ),
    body: sections.filter((section) => section !== null),
    foot: foot(version),
  });
}

function RunTable({ runs, operation }: { runs: readonly HistoryEntry[]; operation: string }) {
  const value = (run: HistoryEntry, metric: string, unit: MetricUnit) =>
    valueText(unit, metricValue(run, metric, operation));
  return (
    <Table
      caption={`Runs, the newest first, ${ofOperation(operation)}`}
      columns={[
        ...["started (UTC)", "profile"].map((heading) => ({ heading, text: true })),
        ...["throughput", "p50", "p95", "p99", "error rate"].map((heading) => ({ heading })),
        { heading: "state", text: true },
        { heading: "run", text: true, wrap: true },
      ]}
      rows={runs
        .toReversed()
        .map((run) => [
          instantText(run.startedAt),
          run.profile,
          value(run, "throughput", "perSecond"),
          value(run, "response-p50", "milliseconds"),
          value(run, "response-p95", "milliseconds"),
          value(run, "response-p99", "milliseconds"),
          value(run, "error-rate", "share"),
          run.valid ? "valid" : <span class="bad">{stateOf(run)}</span>,
          run.experiment?.variant ? `${run.path} (${run.experiment.variant.toUpperCase()})` : run.path,
        ])}
    />
  );
}

/** A metric over time. */
export function trendPage(trend: Trend, results: string, version: string): string {
  const { metric, operation, groups, others } = trend;
  const title = `${capital(metric.label)} of ${ofOperation(operation)}, over time`;
  const sections = [
    ...groups.map((group, place) => (
      <Section
        key={place}
        id={`group-${place + 1}`}
        title={groups.length > 1 ? `Group ${place + 1}: ${group.points.length} runs` : "Over time"}
      >
        <Group group={group} trend={trend} slug={`trend-${place + 1}`} />
      </Section>
    )),
    groups.length === 0 ? (
      <Section id="none" title="Over time">
        <p>There are no such runs.</p>
      </Section>
    ) : null,
    others.length === 0 ? null : (
      <Section id="others" title="Other runs">
        <p>They measured something else, and are not mixed in.</p>
        <Table
          caption="Runs that are not shown"
          hideCaption
          columns={[
            { heading: "runs", text: true },
            { heading: "what is different", text: true, wrap: true },
          ]}
          rows={others.map(({ runs, differences }) => [String(runs), differences.join("; ")])}
        />
      </Section>
    ),
  ];
  return page({
    title: `${title} – dbmark`,
    heading: (
      <>
        <h1>{title}</h1>
        <p class="quiet">Runs in {results}</p>
        <p class="note">{caveat}</p>
      </>
    ),
    body: sections.filter((section) => section !== null),
    foot: foot(version),
  });
}

function Group({ group, trend, slug }: { group: TrendGroup; trend: Trend; slug: string }) {
  const { setup, points, changes, notSearched, remarks } = group;
  const { unit } = trend.metric;
  const values = points.some(({ value }) => value !== null);
  return (
    <>
      {remarks.length === 0 ? null : (
        <ul class="reasons" aria-label="Remarks">
          {remarks.map((remark) => (
            <li key={remark} class="warning" data-sign="!">
              {remark}
            </li>
          ))}
        </ul>
      )}
      {values ? <TrendFigure group={group} trend={trend} slug={slug} /> : <p>No run of it has a value.</p>}
      <h3>Changes of the level</h3>
      {notSearched !== null ? <p>No search for changes: {notSearched}.</p> : null}
      {notSearched === null && changes.length === 0 ? <p>None was found.</p> : null}
      {changes.length === 0 ? null : <ChangeTable changes={changes} unit={unit} />}
      <h3>What its runs have in common</h3>
      <Facts facts={setup.map(({ what, text }: Fact) => [what, text] as const)} />
    </>
  );
}

function ChangeTable({ changes, unit }: { changes: readonly TrendChange[]; unit: MetricUnit }) {
  return (
    <Table
      caption="Changes of the level"
      hideCaption
      columns={[
        { heading: "from run", text: true, wrap: true },
        { heading: "before" },
        { heading: "after" },
        { heading: "change" },
        { heading: "p" },
        { heading: "what else changed there", text: true, wrap: true },
      ]}
      rows={changes.map(({ path, before, after, change, pValue, surroundings }) => [
        path,
        valueText(unit, before),
        valueText(unit, after),
        changeText(change),
        pValue.toPrecision(1),
        surroundings.length === 0 ? "nothing that the files show" : surroundings.join("; "),
      ])}
      note="Of E-divisive with means, by permutation. Means of the runs since the change before, and up to the one after."
    />
  );
}

/** Beyond so many runs their dots would be one band. */
const mostDots = 150;

function TrendFigure({ group, trend, slug }: { group: TrendGroup; trend: Trend; slug: string }) {
  const { metric, operation } = trend;
  return (
    <Figure
      chart={trendChart(group, trend, slug)}
      values={{
        caption: `${capital(metric.label)} of ${ofOperation(operation)}`,
        columns: [
          { heading: "started (UTC)", text: true },
          { heading: metric.label },
          { heading: "state", text: true, wrap: true },
          { heading: "run", text: true },
        ],
        rows: group.points.map(({ startedAt, value, valid, reasons, path }) => [
          instantText(startedAt),
          valueText(metric.unit, value),
          valid ? "valid" : ["not valid", ...reasons].join("; "),
          path,
        ]),
      }}
    >
      Each run takes the same room, whenever it was. The level is the mean between two changes.
    </Figure>
  );
}

function trendChart({ points, changes }: TrendGroup, { metric, operation }: Trend, id: string): LineChart {
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const placeOf = (path: string) => points.findIndex((point) => point.path === path);
  const select = (wanted: boolean) =>
    points.map(({ value, valid }, place): Point => [place, valid === wanted ? value : null]);
  const dots = points.length <= mostDots;
  const lines: Line[] = [
    { name: "valid runs", points: select(true), dots },
    ...(changes.length > 0 ? [{ name: "level", points: levelPoints(points.length, changes, placeOf), style: 1 }] : []),
    ...(points.some(({ valid, value }) => !valid && value !== null)
      ? [{ name: "runs that are not valid", points: select(false), dots: true, style: 3 }]
      : []),
  ];
  return {
    id,
    title: `${capital(metric.label)} of ${ofOperation(operation)}`,
    description:
      changes.length === 0
        ? `${points.length} runs, without a change of the level that was found.`
        : changes.map((change) => `From run ${change.path} on: ${levels(change, metric.unit)}.`).join(" "),
    x: runsAxis(points.map(({ startedAt }) => startedAt)),
    y: linearAxis(known, metric.label, (value) => valueText(metric.unit, value)),
    lines,
    marks: changes
      .filter(({ path }) => placeOf(path) > 0)
      .map((change) => ({ at: placeOf(change.path) - 0.5, name: changeText(change.change) })),
    height: 280,
  };
}

/** The means between changes, with a gap at each change. A change before the first run that is shown is at its start. */
function levelPoints(count: number, changes: readonly TrendChange[], placeOf: (path: string) => number): Point[] {
  const ends = [...changes.map(({ path }) => Math.max(0, placeOf(path))), count];
  return ends.flatMap((end, place): Point[] => {
    const start = place === 0 ? 0 : (ends[place - 1] ?? 0);
    if (end <= start) return [];
    const level = changes[place]?.before ?? changes[place - 1]?.after ?? null;
    return [
      [start, level],
      [end - 1, level],
      [end - 0.5, null],
    ];
  });
}

/** Days that are written at the axis, at most. */
const mostTicks = 8;

/** An axis on which each run takes the same room; ticks say on which day some of them were. */
function runsAxis(instants: readonly string[]): Axis {
  const last = Math.max(1, instants.length - 1);
  const step = Math.max(1, Math.ceil(instants.length / mostTicks));
  const ticks = [];
  for (let place = 0; place < instants.length; place += step) ticks.push(place);
  const oneDay = new Set(instants.map((instant) => instant.slice(0, 10))).size === 1;
  return {
    label: "runs in the order of time (UTC)",
    type: "linear",
    domain: [-0.5, last + 0.5],
    ticks,
    format: (place) => {
      const instant = instants[place];
      if (instant === undefined) return "";
      return oneDay ? instantText(instant).slice(11, 16) : instantText(instant).slice(0, 10);
    },
  };
}

function capital(text: string): string {
  // p99 stays as it is.
  return /^p\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** The tables of a comparison: changes, values, what differs, SLOs, errors, set-ups. */

import { changeText, intervalText, valueText } from "../../comparison/words.ts";
import type {
  Comparison,
  Difference,
  MetricComparison,
  OperationComparison,
} from "../../schema/comparison.generated.ts";
import { setupFacts } from "../../summary/setup.ts";
import { count, latency, share, unknown } from "../../summary/units.ts";
import { type Cell, Table } from "../table.tsx";
import { Met } from "../verdicts.tsx";
import type { DrawnRun } from "./runs.tsx";

/** The metrics that everybody looks at first. */
const glanced = ["throughput", "response-p50", "response-p95", "response-p99", "error-rate"];

/** Changes of all operations in one table. */
export function Glance({ comparison }: { comparison: Comparison }) {
  const others = comparison.runs.slice(1);
  const metrics = glanced.flatMap((name) => {
    const found = comparison.operations[0]?.metrics.find(({ metric }) => metric === name);
    return found === undefined ? [] : [found];
  });
  const several = others.length > 1;
  return (
    <Table
      caption={`Changes against ${comparison.runs[0]?.label ?? "A"}`}
      hideCaption
      columns={[
        { heading: "operation", text: true },
        ...(several ? [{ heading: "run", text: true }] : []),
        ...metrics.map(({ label }) => ({ heading: label })),
      ]}
      rows={comparison.operations.flatMap((operation) =>
        others.map((run, index) => [
          operation.operation,
          ...(several ? [run.label] : []),
          ...metrics.map(({ metric }) => {
            const found = operation.metrics.find((one) => one.metric === metric);
            return <ChangeCell key={metric} metric={found} place={index + 1} />;
          }),
        ]),
      )}
    />
  );
}

function ChangeCell({ metric, place }: { metric: MetricComparison | undefined; place: number }) {
  const interval = metric?.intervals[place] ?? null;
  return (
    <>
      {changeOf(metric, place)}
      {interval === null || metric?.changes[place] === 0 || isGiven(metric, place) ? null : (
        <>
          <br />
          <span class="interval">{intervalText(interval)}</span>
        </>
      )}
    </>
  );
}

/** A change in words. From 0 there is none in percent: then both values are told. */
function changeOf(metric: MetricComparison | undefined, place: number): string {
  if (metric === undefined) return unknown;
  if (isGiven(metric, place)) return "given";
  const change = metric.changes[place] ?? null;
  const [base = null, value = null] = [metric.values[0], metric.values[place]];
  if (change !== null || base === null || value === null) return changeText(change);
  return base === value ? "the same" : `${valueText(metric.unit, base)} → ${valueText(metric.unit, value)}`;
}

/** In open loops the profile decides the throughput: it is no result to be compared, unless one fell short. */
function isGiven(metric: MetricComparison | undefined, place: number): boolean {
  return metric?.given[0] === true && metric.given[place] === true;
}

/** More runs than these beside the base, and changes stand below the values, for which there is no room beside them. */
const mostBeside = 2;

/** All figures of an operation: values and changes. */
export function OperationTable({ comparison, operation }: { comparison: Comparison; operation: OperationComparison }) {
  const { runs } = comparison;
  const beside = runs.length - 1 <= mostBeside;
  const metrics = operation.metrics.filter((metric) => !repeatsResponse(metric, operation));
  const columns = runs.flatMap(({ label }, place) => {
    if (place === 0) return [{ heading: `${label} (base)` }];
    return [
      { heading: label },
      ...(beside ? [{ heading: `change of ${label}` }, { heading: "within-run variation" }] : []),
    ];
  });
  return (
    <Table
      caption={`Figures of ${operation.operation === "all" ? "all operations together" : operation.operation}`}
      columns={[{ heading: "metric", text: true }, ...columns]}
      rows={[
        [
          "operations",
          ...operation.counts.flatMap((number, place) => [
            number === null ? unknown : count(number),
            ...(beside && place > 0 ? ["", ""] : []),
          ]),
        ],
        ...metrics.map((metric) => [
          labelOf(metric),
          ...metric.values.flatMap((value, place): Cell[] => {
            const text = valueText(metric.unit, value);
            if (place === 0) return [text];
            if (beside) return [text, changeOf(metric, place), intervalText(metric.intervals[place] ?? null)];
            return [
              <>
                {text}
                <br />
                <span class="change">
                  <ChangeCell metric={metric} place={place} />
                </span>
              </>,
            ];
          }),
        ]),
      ]}
      note={
        metrics.length < operation.metrics.length
          ? "Response time and service time are the same: no operation waited before it was sent."
          : undefined
      }
    />
  );
}

function labelOf({ label, unit }: MetricComparison): string {
  return unit === "perSecond" || unit === "bytesPerSecond" ? `${label} per second` : label;
}

/** Whether it is a service time that says what the response time says. */
function repeatsResponse({ metric, values }: MetricComparison, { metrics }: OperationComparison): boolean {
  const response = metrics.find(
    (one) => one.metric !== metric && one.metric === metric.replace(/^service-/, "response-"),
  );
  return response?.values.every((value, place) => value === values[place]) ?? false;
}

/** In what the set-ups differ. */
export function Differences({ comparison: { runs, differences, sameOperations } }: { comparison: Comparison }) {
  const table = (caption: string, found: readonly Difference[]) => (
    <Table
      caption={caption}
      columns={[
        { heading: "what", text: true },
        ...runs.map(({ label }) => ({ heading: label, text: true, wrap: true })),
      ]}
      rows={found.map(({ group, what, values }) => [`${group}: ${what}`, ...values.map((value) => value ?? unknown)])}
    />
  );
  const matter = differences.filter(({ matters }) => matters);
  const aside = differences.filter(({ matters }) => !matters);
  return (
    <>
      {matter.length === 0 ? (
        <p>Nothing differs that decides what a run measures.</p>
      ) : (
        table("The runs measured different things", matter)
      )}
      {sameOperations === true ? <p>By their digests, all runs asked for exactly the same operations.</p> : null}
      {sameOperations === false ? <p>By their digests, the runs did not ask for the same operations.</p> : null}
      {aside.length === 0 ? null : (
        <details class="part">
          <summary>
            {count(aside.length)} other {aside.length === 1 ? "difference" : "differences"}
          </summary>
          {table("Differences that should not matter", aside)}
        </details>
      )}
    </>
  );
}

/** Limits and verdicts. */
export function Slos({ comparison: { runs, slos } }: { comparison: Comparison }) {
  if (slos.length === 0) return <p>No run had an SLO.</p>;
  return (
    <Table
      caption="SLOs of all runs"
      hideCaption
      columns={[
        { heading: "operation", text: true },
        { heading: "metric", text: true },
        ...runs.map(({ label }) => ({ heading: label, text: true })),
      ]}
      rows={slos.map(({ operation, metric, verdicts }) => {
        const show = metric === "errorRate" ? share : latency;
        return [
          operation,
          metric === "errorRate" ? "error rate" : `${metric} response time`,
          ...verdicts.map((verdict, place) =>
            verdict === null ? (
              unknown
            ) : (
              <span key={runs[place]?.label}>
                <Met met={verdict.met} notMet="MISSED" /> ({show(verdict.actual)}, limit {show(verdict.limit)})
              </span>
            ),
          ),
        ];
      })}
    />
  );
}

/** Failed operations by type. */
export function Errors({ comparison: { runs, errors } }: { comparison: Comparison }) {
  if (errors.length === 0) return <p>No operation of any measured phase failed.</p>;
  return (
    <Table
      caption="Failed operations by type of error"
      hideCaption
      columns={[
        { heading: "operation", text: true },
        { heading: "type", text: true },
        ...runs.map(({ label }) => ({ heading: label })),
      ]}
      rows={errors.map(({ operation, type, counts, shares }) => [
        operation,
        type,
        ...counts.map((number, place) => `${count(number)} (${share(shares[place] ?? null)})`),
      ])}
    />
  );
}

/** The set-ups side by side. */
export function Setups({ comparison, runs }: { comparison: Comparison; runs: readonly DrawnRun[] }) {
  const facts = runs.map(
    ({ run }) =>
      new Map<string, string>([
        ["Target", run.target.url],
        ["Server", [run.target.server.product, run.target.server.version].filter(Boolean).join(" ")],
        ["How statements are sent", run.target.mode],
        ["Profile", `${run.profile.name}: ${run.profile.description}`],
        ...Object.entries(run.variables).map(([name, value]): [string, string] => [name, value]),
        ...setupFacts(run).map(([name, text]): [string, string] => [name, text ?? ""]),
        ["Software", `dbmark ${run.software.dbmark} (${run.software.gitRevision}), k6 ${run.software.k6}`],
        ["Run", run.id],
      ]),
  );
  const names = [...new Set(facts.flatMap((of) => [...of.keys()]))].filter((name) => facts.some((of) => of.get(name)));
  return (
    <Table
      caption="Set-ups of all runs"
      hideCaption
      columns={[
        { heading: "what", text: true },
        ...comparison.runs.map(({ label }) => ({ heading: label, text: true, wrap: true })),
      ]}
      rows={names.map((name) => [name, ...facts.map((of) => of.get(name) || unknown)])}
    />
  );
}

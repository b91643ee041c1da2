/** The tables of a report: what was done, how long it took, what failed, which SLOs were met, how each step went. */

import type { AllTotals, OperationTotals, RunFile } from "../../schema/run.generated.ts";
import { reportFacts } from "../../summary/shape.ts";
import { bytes, count, duration, latency, rate, share } from "../../summary/units.ts";
import { Facts, Table } from "../table.tsx";
import { Met } from "../verdicts.tsx";

type Totals = OperationTotals | AllTotals;

/** Operations that ran, and all together where there are several. */
export function rowsOf(run: RunFile): Totals[] {
  const { operations, all } = run.totals.measure;
  const ran = operations.filter((totals) => totals.operations + totals.undone > 0);
  return ran.length === 1 ? ran : [...ran, all];
}

/** The name of what a row is of. */
export function nameOf(totals: Totals): string {
  return "name" in totals ? totals.name : "all";
}

/** Throughput and counts; columns in which nothing happened are left out. */
export function ThroughputTable({ run }: { run: RunFile }) {
  const rows = rowsOf(run);
  const { seconds } = run.totals.measure;
  const perSecond = (sum: number) => (seconds > 0 ? `${bytes(sum / seconds)}/s` : bytes(null));
  const optional: { heading: string; value(totals: Totals): number; show(value: number): string }[] = [
    { heading: "undone", value: (totals) => totals.undone, show: count },
    { heading: "unknown outcome", value: (totals) => totals.unknown, show: count },
    { heading: "tried again", value: (totals) => totals.attempts - totals.operations, show: count },
    { heading: "rows read", value: (totals) => totals.rowsRead, show: count },
    { heading: "rows written", value: (totals) => totals.rowsWritten, show: count },
    { heading: "read", value: (totals) => totals.bytesRead, show: perSecond },
    { heading: "written", value: (totals) => totals.bytesWritten, show: perSecond },
  ];
  const used = optional.filter(({ value }) => rows.some((totals) => value(totals) !== 0));
  return (
    <Table
      caption="Throughput in the measured phase"
      columns={[
        { heading: "operation", text: true },
        { heading: "per second" },
        { heading: "operations" },
        { heading: "failed" },
        ...used.map(({ heading }) => ({ heading })),
      ]}
      rows={rows.map((totals) => [
        nameOf(totals),
        rate(totals.throughput),
        count(totals.operations),
        count(totals.failed),
        ...used.map(({ value, show }) => show(value(totals))),
      ])}
    />
  );
}

/** Response and service times. */
export function LatencyTable({ run }: { run: RunFile }) {
  const times = (totals: Totals, kind: "response" | "service") => {
    const { p50, p95, p99, max, mean } = totals[kind];
    return [nameOf(totals), kind, ...[p50, p95, p99, max, mean].map(latency)];
  };
  const numbers = ["p50", "p95", "p99", "max", "mean"].map((heading) => ({ heading }));
  return (
    <Table
      caption="Latency in the measured phase"
      columns={[{ heading: "operation", text: true }, { heading: "time", text: true }, ...numbers]}
      rows={rowsOf(run).flatMap((totals) => [times(totals, "response"), times(totals, "service")])}
      note="Response time counts from the scheduled start, service time from sending. A p99 is given from 10,000 operations on."
    />
  );
}

/** SLO verdicts. */
export function SloTable({ run }: { run: RunFile }) {
  return (
    <Table
      caption="Limits and what was measured"
      hideCaption
      columns={[
        { heading: "operation", text: true },
        { heading: "metric", text: true },
        { heading: "limit" },
        { heading: "actual" },
        { heading: "verdict", text: true },
      ]}
      rows={run.slo.map(({ operation, metric, limit, actual, met }) => {
        const show = metric === "errorRate" ? share : latency;
        return [
          operation,
          metric === "errorRate" ? "error rate" : `${metric} response time`,
          show(limit),
          show(actual),
          <Met key="met" met={met} notMet="MISSED" />,
        ];
      })}
    />
  );
}

/** Errors by type, with what was said the first time. */
export function ErrorTable({ run }: { run: RunFile }) {
  const rows = run.totals.measure.operations.flatMap(({ name, errors, operations }) =>
    Object.entries(errors)
      .sort(([, a], [, b]) => b - a)
      .map(([kind, number]) => {
        const example = run.errorExamples.find((one) => one.operation === name && one.kind === kind);
        const said =
          example === undefined ? "" : `${example.message}${example.code === "" ? "" : ` (${example.code})`}`;
        return [name, kind, count(number), share(number / operations), <span key="said">{said}</span>];
      }),
  );
  if (rows.length === 0) return <p>No operation of the measured phase failed.</p>;
  return (
    <Table
      caption="Failed operations by type of error"
      hideCaption
      columns={[
        { heading: "operation", text: true },
        { heading: "type", text: true },
        { heading: "operations" },
        { heading: "share" },
        { heading: "first message", text: true, wrap: true },
      ]}
      rows={rows}
    />
  );
}

/** The profile's steps, and what it was run for. */
export function Steps({ run }: { run: RunFile }) {
  const why = run.steps.some(({ reasons }) => reasons.length > 0);
  const undone = run.steps.some((step) => step.undone > 0);
  return (
    <>
      <Facts facts={reportFacts(run)} />
      {run.steps.length === 0 ? null : (
        <Table
          caption="Steps of the profile"
          hideCaption
          columns={[
            { heading: "step", text: true },
            { heading: "from" },
            { heading: "length" },
            { heading: "offered/s" },
            { heading: "reached/s" },
            { heading: "failed" },
            ...(undone ? [{ heading: "undone" }] : []),
            ...["p50", "p95", "p99", "max"].map((heading) => ({ heading })),
            { heading: "verdict", text: true },
            ...(why ? [{ heading: "why", text: true, wrap: true }] : []),
          ]}
          rows={run.steps.map((step) => [
            step.name,
            duration(step.startSecond),
            duration(step.seconds),
            rate(step.offered),
            rate(step.reached),
            count(step.failed),
            ...(undone ? [count(step.undone)] : []),
            ...[step.response.p50, step.response.p95, step.response.p99, step.response.max].map(latency),
            <Met key="met" met={step.met} notMet="FAILED" />,
            ...(why ? [step.reasons.join("; ")] : []),
          ])}
        />
      )}
    </>
  );
}

/** What only some suites have: the k6 checks of operations, and what the driver counts and times besides them. */

import type { RunFile } from "../../schema/run.generated.ts";
import { checkResults } from "../../summary/instruments.ts";
import { count, latency, rate, share } from "../../summary/units.ts";
import { Table } from "../table.tsx";

/** The checks; nothing where the workload has none. */
export function CheckTable({ run }: { run: RunFile }) {
  const results = checkResults(run);
  if (results.length === 0) return null;
  return (
    <Table
      caption="Checks in the measured phase"
      columns={[
        { heading: "check", text: true },
        { heading: "passed" },
        { heading: "failed" },
        { heading: "share passed" },
      ]}
      rows={results.map(({ name, passed, failed }) => [
        name,
        count(passed),
        count(failed),
        share(passed / (passed + failed)),
      ])}
    />
  );
}

/** Counts and times; nothing where the driver has no instruments. */
export function InstrumentTables({ run }: { run: RunFile }) {
  const { instruments, seconds } = run.totals.measure;
  if (instruments === undefined) return null;
  const times = Object.entries(instruments.times).filter(([, { count: timed }]) => timed > 0);
  return (
    <>
      <Table
        caption="Counted by the driver in the measured phase"
        columns={[{ heading: "metric", text: true }, { heading: "total" }, { heading: "per second" }]}
        rows={Object.entries(instruments.counts).map(([name, total]) => [
          name,
          count(total),
          seconds > 0 ? rate(total / seconds) : rate(null),
        ])}
      />
      {times.length === 0 ? null : (
        <Table
          caption="Timed by the driver in the measured phase"
          columns={[
            { heading: "metric", text: true },
            ...["count", "p50", "p95", "p99", "max", "mean"].map((heading) => ({ heading })),
          ]}
          rows={times.map(([name, { count: timed, p50, p95, p99, max, mean }]) => [
            name,
            count(timed),
            ...[p50, p95, p99, max, mean].map(latency),
          ])}
        />
      )}
    </>
  );
}

/** The top of a report: what ran, whether to believe it, and the figures that everybody looks for. */

import type { RunFile } from "../../schema/run.generated.ts";
import { answerOf, searchOf } from "../../summary/search.ts";
import { mixesLoads } from "../../summary/shape.ts";
import { count, duration, latency, rate, share } from "../../summary/units.ts";
import { Figures, Reasons, Verdicts } from "../verdicts.tsx";

/** What the run measured, in words. */
export function systemOf({ target: { server, system } }: RunFile): string {
  const product = server.product === "" ? system : server.product;
  return [product, server.version].filter((part) => part !== "").join(" ");
}

/** The heading. */
export function Headline({ run, missing }: { run: RunFile; missing: readonly string[] }) {
  const { measure } = run.totals;
  const { all } = measure;
  const due = all.operations + all.undone;
  const search = searchOf(run);
  return (
    <>
      <h1>
        {run.workload.name} on {systemOf(run)}
      </h1>
      <p class="quiet">
        {[
          `profile ${run.profile.name} (${run.profile.loop} loop)`,
          `${duration(measure.seconds)} measured`,
          ...(run.target.mode === "" ? [] : [`mode ${run.target.mode}`]),
          run.startedAt,
        ].join(" · ")}
        <br />
        {run.target.url}
      </p>
      <Verdicts run={run} />
      <Reasons validity={run.validity} missing={missing} />
      {due === 0 ? (
        <p>
          <strong>Nothing was measured.</strong>
        </p>
      ) : search !== undefined ? (
        <p>
          <strong>{answerOf(search)}</strong>
        </p>
      ) : (
        <Figures
          figures={[
            [mixesLoads(run) ? "operations per second, on average" : "operations per second", rate(all.throughput)],
            ["p50 response time", latency(all.response.p50)],
            ["p95 response time", latency(all.response.p95)],
            ["p99 response time", latency(all.response.p99)],
            ["failed or undone", share((all.failed + all.undone) / due)],
            ["operations", count(all.operations)],
          ]}
        />
      )}
    </>
  );
}

/** What a search for the highest load came to, and its steps. */

import type { RunFile } from "../../schema/run.generated.ts";
import { searchWords } from "../../summary/search.ts";
import { reportFacts } from "../../summary/shape.ts";
import { count, duration, latency, rate, share } from "../../summary/units.ts";
import { Facts, Table } from "../table.tsx";
import { Met } from "../verdicts.tsx";

/** The facts and the table. */
export function SearchSteps({ run }: { run: RunFile }) {
  const undone = run.steps.some((step) => step.undone > 0);
  const rates = run.profile.search?.of !== "workers";
  return (
    <>
      <Facts facts={reportFacts(run)} />
      <Table
        caption="Steps of the search"
        hideCaption
        columns={[
          { heading: "step" },
          { heading: "purpose", text: true },
          { heading: "from" },
          { heading: "length" },
          { heading: rates ? "offered/s" : "workers" },
          { heading: "reached/s" },
          { heading: "failed" },
          ...(undone ? [{ heading: "undone" }] : []),
          ...["p50", "p95", "p99", "max"].map((heading) => ({ heading })),
          { heading: "harness late" },
          { heading: "verdict", text: true },
          { heading: "why", text: true, wrap: true },
        ]}
        rows={run.steps.map((step) => [
          count(step.search?.number ?? 0),
          step.search?.purpose ?? "",
          duration(step.startSecond),
          duration(step.seconds),
          (rates ? rate : count)(step.search?.load ?? 0),
          rate(step.reached),
          count(step.failed),
          ...(undone ? [count(step.undone)] : []),
          ...[step.response.p50, step.response.p95, step.response.p99, step.response.max].map(latency),
          share(step.search?.lateShare ?? null),
          step.met === null ? searchWords(step) : <Met key="met" met={step.met} notMet="FAILED" />,
          step.reasons.join("; "),
        ])}
        note="Each step has a warm-up of its own before, which is not counted, and is drained before the next. A p99 is given from 1,000 operations on."
      />
    </>
  );
}

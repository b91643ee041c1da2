/** A run as a search leaves it, for tests. */

import type { RunFile, SearchReport } from "../schema/run.generated.ts";

type Step = RunFile["steps"][number];
type Outcome = NonNullable<Step["search"]>["outcome"];

/** The run of another profile as a search would have it that tried these loads. */
export function searchedRun(
  run: RunFile,
  report: Partial<SearchReport> = {},
  tried: readonly [load: number, outcome: Outcome][] = [
    [200, "held"],
    [400, "missed"],
    [283, "held"],
    [400, "missed"],
    [283, "harness"],
    [283, "held"],
  ],
): RunFile {
  const searched = structuredClone(run);
  const of = report.of ?? "rate";
  searched.profile = {
    ...searched.profile,
    name: "findmax",
    loop: of === "rate" ? "open" : "closed",
    segments: [{ phase: "measure", seconds: 600, workers: { from: 16, to: 16 } }],
    search: { of, start: 200, minimum: 1, maximum: 1000, precision: 0.5, stepSeconds: 10, warmupSeconds: 2 },
  };
  searched.steps = tried.map(([load, outcome], i) => stepOf(i + 1, load, outcome, of));
  searched.report = {
    kind: "findmax",
    of,
    conclusion: "found",
    highest: 283,
    lowest: 400,
    fixed: null,
    precision: 0.5,
    reached: 282.9,
    broke: {
      operation: "select",
      metric: "p95",
      limit: 50,
      actual: 148,
      message: "select: p95 of the response time 148 ms (limit 50 ms)",
    },
    ...report,
  };
  const { operations, all, lag } = searched.totals.measure;
  for (const times of [lag, ...[...operations, all].flatMap(({ service, response }) => [service, response])])
    Object.assign(times, { mean: null, p50: null, p95: null, p99: null });
  return searched;
}

function stepOf(number: number, load: number, outcome: Outcome, of: SearchReport["of"]): Step {
  const held = outcome === "held";
  return {
    name: `step ${number}`,
    startSecond: 13 * number,
    seconds: 10,
    offered: of === "rate" ? load : null,
    reached: held ? load : 290,
    operations: 10 * load,
    failed: 0,
    undone: held ? 0 : 40,
    errors: {},
    response: { count: 10 * load, p50: 0.4, p95: held ? 12 : 148, p99: held ? 30 : 160, max: 200 },
    slo: [],
    met: outcome === "harness" || outcome === "cut short" ? null : held,
    reasons: held
      ? []
      : [outcome === "missed" ? "select: p95 of the response time 148 ms (limit 50 ms)" : "harness: late"],
    search: {
      number,
      load,
      purpose: number < 3 ? "grow" : "confirm",
      warmupSeconds: 2,
      drainSeconds: 0.1,
      early: false,
      backlog: held ? 0 : 40,
      outcome,
      lateShare: 0,
      harnessCpu: 0.3,
      serverCpu: 1.6,
      broke: null,
    },
  };
}

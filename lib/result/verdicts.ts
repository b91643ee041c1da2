/** Judges SLOs and the share of errors from totals, by the recorder's rules. */

import type { OperationTotals, Reason, Slo, Verdict, Workload } from "../schema/run.generated.ts";

/** Share of failed operations above which a run is not valid. */
export const errorLimit = 0.01;

/** One verdict for each limit of each operation that ran. */
export function verdictsOf(workload: Workload, operations: readonly OperationTotals[]): Verdict[] {
  return operations.flatMap((totals) => {
    const declared = workload.operations.find((operation) => operation.name === totals.name);
    return declared === undefined || declared.weight === 0 ? [] : judge(totals, declared.slo ?? workload.slo ?? {});
  });
}

function judge(totals: OperationTotals, slo: Slo): Verdict[] {
  const due = totals.operations + totals.undone;
  const verdict = (metric: Verdict["metric"], limit: number | undefined, actual: number | null): Verdict[] =>
    limit === undefined
      ? []
      : [{ operation: totals.name, metric, limit, actual, met: actual === null ? null : actual <= limit }];
  return [
    ...verdict("p95", slo.p95Milliseconds, totals.response.p95),
    ...verdict("p99", slo.p99Milliseconds, totals.response.p99),
    ...verdict("errorRate", slo.errorRate, due === 0 ? null : (totals.failed + totals.undone) / due),
  ];
}

/** What the counts of the measured phase say against a run. */
export function reasonsOfCounts(all: { operations: number; failed: number; undone: number }): Reason[] {
  const reasons: Reason[] = [];
  if (all.operations === 0) {
    reasons.push({ code: "nothing_measured", message: "no operation finished in the measured phase" });
  } else if (all.failed / all.operations > errorLimit) {
    const share = Number(((100 * all.failed) / all.operations).toPrecision(3));
    reasons.push({
      code: "errors",
      message: `${share} % of the operations failed; the limit is ${errorLimit * 100} %`,
    });
  }
  if (all.undone > 0) {
    const due = all.undone + all.operations;
    reasons.push({ code: "undone", message: `${all.undone} of ${due} operations were due and never started` });
  }
  return reasons;
}

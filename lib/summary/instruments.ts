/** The tables of the summary that only some suites have: k6 checks, and what the driver counts and times besides operations. */

import type { RunFile } from "../schema/run.generated.ts";
import { columns, titled } from "./layout.ts";
import type { Palette } from "./palette.ts";
import { count, latency, rate, share } from "./units.ts";

/** What became of one check in the measured phase. */
export interface CheckResult {
  name: string;
  passed: number;
  failed: number;
}

/** The checks that the operations of a workload pass or fail, in their order; those that never came are left out. */
export function checkResults({ workload, totals }: RunFile): CheckResult[] {
  const results = new Map<string, CheckResult>();
  for (const { name, check } of workload.operations) {
    const operation = totals.measure.operations.find((candidate) => candidate.name === name);
    if (check === undefined || operation === undefined || operation.operations === 0) continue;
    const result = results.get(check) ?? { name: check, passed: 0, failed: 0 };
    results.set(check, result);
    result.passed += operation.succeeded;
    result.failed += operation.failed;
  }
  return [...results.values()];
}

/** The checks; nothing where the workload has none. */
export function checkTable(run: RunFile, palette: Palette): string[] {
  const results = checkResults(run);
  if (results.length === 0) return [];
  const body = results.map(({ name, passed, failed }) => [
    `  ${name}`,
    count(passed),
    count(failed),
    share(passed / (passed + failed)),
  ]);
  return ["", ...titled(columns([["Checks", "passed", "failed", "share passed"], ...body], ["left"]), palette)];
}

/** What the driver counted and timed in the measured phase; nothing where it has no instruments. */
export function instrumentTables({ totals }: RunFile, palette: Palette): string[] {
  const { instruments, seconds } = totals.measure;
  if (instruments === undefined) return [];
  const counts = Object.entries(instruments.counts).map(([name, total]) => [
    `  ${name}`,
    count(total),
    seconds > 0 ? rate(total / seconds) : "–",
  ]);
  const times = Object.entries(instruments.times)
    .filter(([, { count: timed }]) => timed > 0)
    .map(([name, { count: timed, p50, p95, p99, max, mean }]) => [
      `  ${name}`,
      count(timed),
      ...[p50, p95, p99, max, mean].map(latency),
    ]);
  return [
    ...(counts.length === 0
      ? []
      : ["", ...titled(columns([["Driver counts", "total", "per second"], ...counts], ["left"]), palette)]),
    ...(times.length === 0
      ? []
      : [
          "",
          ...titled(
            columns([["Driver times", "count", "p50", "p95", "p99", "max", "mean"], ...times], ["left"]),
            palette,
          ),
        ]),
  ];
}

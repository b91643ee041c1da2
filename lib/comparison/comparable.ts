/** Which runs can be compared at all, and what of them can be used. */

import { UsageError } from "../environment/usage-error.ts";
import type { RunSeries } from "../result/series.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { labels, type RunToCompare } from "./compare.ts";

/** @throws {UsageError} for a number of runs that cannot be compared. */
export function checkNumber(runs: number): void {
  if (runs < 2) {
    throw new UsageError(
      `${runs === 0 ? "No run is named" : "One run alone cannot be compared"}. Name two to five; the first is the base that the others are compared with.`,
    );
  }
  if (runs > labels.length) {
    throw new UsageError(
      `${runs} runs are too many for one comparison. Name two to five; the first is the base that the others are compared with.`,
    );
  }
}

/** @throws {UsageError} for runs of different suites, and for a run that measured nothing. */
export function checkComparable(runs: readonly Pick<RunToCompare, "path" | "run">[]): void {
  for (const { path, run } of runs) {
    const { operations, undone } = run.totals.measure.all;
    if (operations + undone === 0) {
      throw new UsageError(
        `${path} measured nothing: ${whyNothing(run)}. There is nothing to compare in it; run it again.`,
      );
    }
  }
  const [base, ...others] = runs;
  for (const { path, run } of others) {
    if (base === undefined || run.suite.name === base.run.suite.name) continue;
    throw new UsageError(
      `${base.path} is a run of the suite ${base.run.suite.name}, and ${path} one of ${run.suite.name}: their operations are others, ` +
        "and no figure of one says anything of the other. Compare runs of the same suite.",
    );
  }
}

function whyNothing({ status, phases }: RunFile): string {
  // A phase that was not reached stands there with 0 seconds, or not at all.
  const reached = phases.findLast(({ seconds }) => seconds !== 0)?.name;
  const where = reached === "warmup" ? " in its warm-up" : "";
  if (status === "interrupted") return `it was interrupted${where}`;
  if (status === "crashed") return `it broke off${where}`;
  return "no operation was due in its measured phase";
}

/** What a run's windows can be used for: the series, if it is the run's, and sentences about what is missing. */
export function usable(run: RunFile, series: RunSeries | null): Pick<RunToCompare, "series" | "missing"> {
  if (series === null) {
    return {
      series,
      missing: [
        "its windows.ndjson is not beside its run.json: there are no intervals of its changes, and nothing over time",
      ],
    };
  }
  if (series.id !== run.id) {
    return {
      series: null,
      missing: [
        `the windows.ndjson beside its run.json is that of ${series.id}, and was not used: there are no intervals of its changes, and nothing over time`,
      ],
    };
  }
  const last = series.phases.at(-1);
  return {
    series,
    missing:
      series.cutOff && run.status === "complete"
        ? [
            `its windows.ndjson breaks off after second ${Math.floor((last?.startSecond ?? 0) + (last?.seconds ?? 0))}: intervals and what is shown over time are of the seconds before; the figures are of the whole run`,
          ]
        : [],
  };
}

/** The sums of each phase over all instances. For Node: it needs hdr-histogram-js. */

import { PhaseSums } from "../result/phase-sums.ts";
import type { PhaseName, PhaseSpan, RunTotals } from "../schema/run.generated.ts";
import type { Part } from "./instance-runs.ts";
import type { Start } from "./starts.ts";

const phaseNames: PhaseName[] = ["warmup", "measure", "cooldown"];

/** When each phase was: from the first instance that began it to the last that ended it, in seconds since the common start. */
export function phasesOf(parts: readonly Part[], starts: readonly Start[]): PhaseSpan[] {
  return phaseNames.flatMap((name) => {
    const spans = parts.flatMap(({ run }, place) =>
      run.phases
        .filter((span) => span.name === name)
        .map(({ startSecond, seconds }) => {
          const start = startSecond + (starts[place]?.shift ?? 0);
          return { start, end: seconds === null ? null : start + seconds };
        }),
    );
    if (spans.length === 0) return [];
    const startSecond = Math.min(...spans.map(({ start }) => start));
    const ends = spans.flatMap(({ end }) => end ?? []);
    return [{ name, startSecond, seconds: ends.length === 0 ? null : Math.max(...ends) - startSecond }];
  });
}

/** Counts summed, histograms merged bucket by bucket, rates over the length of the merged phases. */
export function totalsOf(parts: readonly [Part, ...Part[]], phases: readonly PhaseSpan[]): RunTotals {
  const { operations } = parts[0].run.workload;
  const of = (name: PhaseName) => {
    const sums = new PhaseSums();
    for (const { run } of parts) {
      const totals = run.totals[name];
      if (totals === undefined) continue;
      for (const operation of totals.operations) sums.add(operation.name, operation);
      sums.addLag(totals.lag);
      sums.addInstruments(totals.instruments);
    }
    return sums.totals(phases.find((span) => span.name === name)?.seconds ?? 0, operations);
  };
  const totals: RunTotals = { measure: of("measure") };
  if (parts.some(({ run }) => run.totals.warmup !== undefined)) totals.warmup = of("warmup");
  if (parts.some(({ run }) => run.totals.cooldown !== undefined)) totals.cooldown = of("cooldown");
  return totals;
}

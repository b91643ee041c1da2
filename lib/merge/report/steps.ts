/** Each part of a run for itself: the rules of the recorder (k6-ext/report/steps.go). */

import { PhaseSums } from "../../result/phase-sums.ts";
import { verdictsOf } from "../../result/verdicts.ts";
import type { Step, StepsReport, Verdict, Workload } from "../../schema/run.generated.ts";
import { figure } from "./figure.ts";
import type { ReportedSecond } from "./second.ts";
import type { Timeline } from "./timeline.ts";

/** Share of the offered rate that must be reached: less means that the target falls behind. */
const reachedShare = 0.95;
/** Seconds of a part that are needed to tell. */
const secondsForRate = 5;

/** Sums up one part after another. */
export class Stepper {
  readonly #timeline: Timeline;
  readonly #workload: Workload;
  readonly #steps: Step[] = [];
  #current = -1;
  #sums = new PhaseSums();
  /** Seconds of the current part that were seen, and what succeeded in them. */
  #covered = 0;
  #succeeded = 0;

  constructor(timeline: Timeline, workload: Workload) {
    this.#timeline = timeline;
    this.#workload = workload;
  }

  add({ second, seconds, windows }: ReportedSecond): void {
    const place = this.#timeline.partOf(second);
    if (place === undefined) return;
    if (place.number !== this.#current) {
      this.#close();
      this.#current = place.number;
    }
    if (place.inside) this.#covered += seconds;
    for (const window of windows) {
      this.#sums.addWindow(window);
      if (place.inside) this.#succeeded += window.operations - window.failed;
    }
  }

  finish(): Step[] {
    this.#close();
    return this.#steps;
  }

  #close(): void {
    const part = this.#timeline.parts[this.#current];
    if (part === undefined) return;
    const { operations, all } = this.#sums.totals(this.#covered, this.#workload.operations);
    const slo = verdictsOf(this.#workload, operations);
    const reached = this.#covered > 0 ? this.#succeeded / this.#covered : null;
    const reasons: string[] = [];
    const rateIsKnown = reached !== null && part.open && this.#covered >= secondsForRate;
    if (rateIsKnown && reached < reachedShare * part.offered) {
      reasons.push(`${figure(reached)} of ${figure(part.offered)} operations/s were reached`);
    }
    for (const verdict of slo) if (verdict.met === false) reasons.push(missed(verdict));
    const judged = rateIsKnown || slo.some(({ met }) => met !== null);
    const { count, p50, p95, p99, max } = all.response;
    this.#steps.push({
      name: part.name,
      startSecond: part.start,
      seconds: part.end - part.start,
      offered: part.open ? part.offered : null,
      reached,
      operations: all.operations,
      failed: all.failed,
      undone: all.undone,
      errors: all.errors,
      response: { count, p50, p95, p99, max },
      slo,
      met: judged ? reasons.length === 0 : null,
      reasons,
    });
    this.#sums = new PhaseSums();
    this.#covered = 0;
    this.#succeeded = 0;
    this.#current = -1;
  }
}

/** Which limit a verdict is about, in words. */
function missed({ operation, metric, limit, actual }: Verdict): string {
  const value = actual ?? 0;
  return metric === "errorRate"
    ? `${operation}: ${figure(value * 100)} % failed (limit ${figure(limit * 100)} %)`
    : `${operation}: ${metric} of the response time ${figure(value)} ms (limit ${figure(limit)} ms)`;
}

/** The first step that failed. */
export function stepsReport(steps: readonly Step[]): StepsReport {
  const failed = steps.find(({ met }) => met === false);
  return {
    kind: "steps",
    firstFailure: failed === undefined ? null : { step: failed.name, offered: failed.offered, reasons: failed.reasons },
  };
}

/** Whether some step failed, and the first one did not. */
export function laterStepFailed(steps: readonly Step[]): boolean {
  return steps.findIndex(({ met }) => met === false) > 0;
}

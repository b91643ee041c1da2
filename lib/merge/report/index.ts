/**
 * What a load profile with a shape is run for, made of merged windows: the recorder (k6-ext/report/report.go) makes it of one process's. For Node.
 */

import type { LoadProfile } from "../../profile.ts";
import type { RunFile, Step, Workload } from "../../schema/run.generated.ts";
import { Drift } from "./drift.ts";
import { Limit, limitInARow } from "./limit.ts";
import { Recovery } from "./recovery.ts";
import type { ReportedSecond } from "./second.ts";
import { laterStepFailed, Stepper, stepsReport } from "./steps.ts";
import { Timeline } from "./timeline.ts";

export type { ReportedSecond } from "./second.ts";

/** What goes into run.json. */
export interface ShapeReport {
  steps: Step[];
  report: RunFile["report"];
  /** The load went beyond what the target can take, on purpose, and came from a load that it could. */
  limitFound: boolean;
}

/** Makes the report of a run while its seconds are read. */
export class ReportFollower {
  readonly #timeline: Timeline;
  readonly #stepper: Stepper;
  readonly #recovery: Recovery | undefined;
  readonly #drift: Drift | undefined;
  readonly #limit: Limit | undefined;
  readonly #kind: LoadProfile["report"];

  constructor(profile: LoadProfile, workload: Workload) {
    this.#timeline = new Timeline(profile);
    this.#kind = profile.report;
    this.#stepper = new Stepper(this.#timeline, workload);
    if (profile.report === "recovery") this.#recovery = new Recovery(this.#timeline);
    if (profile.report === "drift") this.#drift = new Drift(this.#timeline);
    if (profile.report === "limit") this.#limit = new Limit(this.#timeline, workload);
  }

  /** Adds a second; they ascend. */
  add(second: ReportedSecond): void {
    this.#stepper.add(second);
    this.#recovery?.add(second);
    this.#drift?.add(second);
    this.#limit?.add(second);
  }

  /** The result after the last second. */
  finish(): ShapeReport {
    const steps = this.#stepper.finish();
    switch (this.#kind) {
      case "recovery":
        return { steps, report: this.#recovery?.report() ?? null, limitFound: laterStepFailed(steps) };
      case "drift":
        return { steps, report: this.#drift?.report() ?? null, limitFound: false };
      case "steps":
        return { steps, report: stepsReport(steps), limitFound: laterStepFailed(steps) };
      case "limit": {
        const missed = this.#limit?.missed ?? null;
        const limitFound = missed !== null && missed.second >= this.#timeline.start + limitInARow;
        return { steps, report: { kind: "limit", missed }, limitFound };
      }
      default:
        return { steps, report: null, limitFound: false };
    }
  }
}

/** Experiments for tests, from the values that their repetitions would have measured. */

import type { ExperimentFile, Plan, Repetition, Variant } from "../schema/experiment.generated.ts";
import { order } from "./order.ts";
import { judged } from "./validity.ts";

/** Values of a metric of all pairs, by variant; null: the run does not have it. */
export interface PairedValues {
  a: readonly (number | null)[];
  b: readonly (number | null)[];
}

/** Metrics by `operation:metric`. */
export type Measured = Record<string, PairedValues>;

/** Eight pairs in which p99 of B is longer and throughput hardly differs. */
export const slower: Measured = {
  "all:response-p99": {
    a: [12.1, 12.9, 11.7, 12.4, 13.3, 12.0, 12.6, 12.2],
    b: [13.9, 14.1, 13.0, 14.6, 14.2, 13.8, 13.5, 14.4],
  },
  "all:throughput": {
    a: [5210, 5105, 5290, 5180, 5044, 5233, 5150, 5222],
    b: [5170, 5150, 5201, 5190, 5010, 5260, 5080, 5199],
  },
};

const variant: Variant = { suite: "oltp", target: null, profile: "smoke", variables: {}, sql: null, server: {} };

/** A plan of so many pairs, as `dbmark ab` makes it. */
export function planOf(pairs: number, changes: Partial<Plan> = {}): Plan {
  return {
    a: variant,
    b: { ...variant, server: { shared_buffers: "16MB" } },
    pairs,
    order: order(pairs),
    primary: [
      { metric: "response-p99", operation: "all" },
      { metric: "throughput", operation: "all" },
    ],
    minimumEffect: 0.03,
    alpha: 0.05,
    looks: [{ pair: pairs, level: 0.05 }],
    pauseSeconds: 0,
    state: "template",
    stateReason: "",
    ...changes,
  };
}

/** The repetitions of so many pairs as they were measured. */
export function repetitionsOf(measured: Measured, pairs = pairsOf(measured)): Repetition[] {
  return order(pairs).map((which, place) => {
    const index = Math.floor(place / 2);
    const metrics: Repetition["metrics"] = {};
    for (const [key, values] of Object.entries(measured)) {
      const [operation = "", metric = ""] = key.split(":");
      metrics[operation] = { ...metrics[operation], [metric]: values[which][index] ?? null };
    }
    return {
      pair: index + 1,
      variant: which,
      run: `runs/2026-11-21T10-${String(place).padStart(2, "0")}-00Z-oltp-postgres`,
      startedAt: `2026-11-21T10:${String(place).padStart(2, "0")}:00.000Z`,
      status: "complete",
      counts: true,
      valid: true,
      reasons: [],
      metrics,
    };
  });
}

/** A complete experiment, judged. */
export function experimentOf(measured: Measured, changes: Partial<ExperimentFile> = {}): ExperimentFile {
  return judged({
    schemaVersion: 1,
    id: "2026-11-21T10-00-00Z-ab-oltp-postgres",
    startedAt: "2026-11-21T10:00:00.000Z",
    finishedAt: "2026-11-21T10:16:20.000Z",
    status: "complete",
    failure: null,
    software: { dbmark: "0.1.0", gitRevision: "" },
    plan: planOf(pairsOf(measured)),
    repetitions: repetitionsOf(measured),
    differences: [{ group: "settings", what: "shared_buffers", a: "128MB", b: "16MB" }],
    judgement: null,
    validity: { valid: true, reasons: [], warnings: [] },
    ...changes,
  });
}

function pairsOf(measured: Measured): number {
  return Math.max(...Object.values(measured).map(({ a }) => a.length));
}

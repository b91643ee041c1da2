import type { DeclaredProfile } from "./declared.ts";

/** How much can it take? Steps of a rate each, until the highest at which every SLO holds is known. */
export const findmax: DeclaredProfile = {
  name: "findmax",
  description: "Searches the highest rate at which every SLO holds, step by step, inside one run.",
  loop: "open",
  // Enough for a server nearby to be busy, and few enough for it not to keep the harness from the processors where they share a machine.
  segments: [{ phase: "measure", seconds: 600, rate: { from: 1_000_000, to: 1_000_000 }, workers: { perCore: 8 } }],
  search: {
    of: "rate",
    start: 200,
    minimum: 1,
    maximum: 1_000_000,
    precision: 0.05,
    stepSeconds: 10,
    warmupSeconds: 2,
  },
};

/** The same for workers of a closed loop (FINDMAX=workers). */
export const findmaxWorkers: DeclaredProfile = {
  ...findmax,
  description: "Searches the most workers at which every SLO holds, step by step, inside one run.",
  loop: "closed",
  segments: [{ phase: "measure", seconds: 600, workers: { from: 128, to: 128 } }],
  search: { of: "workers", start: 1, minimum: 1, maximum: 128, precision: 0.05, stepSeconds: 10, warmupSeconds: 2 },
};

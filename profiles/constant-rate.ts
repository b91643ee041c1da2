// The profiles tps100 to tps5000: a constant rate on a schedule, ten operations a second for each worker.

import { type DeclaredProfile, defaultWarmupSeconds, load } from "./declared.ts";

function constantRate(rate: number): DeclaredProfile {
  return {
    name: `tps${rate}`,
    description: "A constant rate on a schedule; 60 s measured.",
    loop: "open",
    segments: [
      { phase: "warmup", seconds: defaultWarmupSeconds, ...load(rate) },
      { phase: "measure", seconds: 60, ...load(rate) },
    ],
  };
}

/** One profile for each rate of the table. */
export const constantRates: readonly DeclaredProfile[] = [100, 200, 500, 1000, 2000, 5000].map(constantRate);

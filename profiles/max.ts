import { type DeclaredProfile, defaultWarmupSeconds } from "./declared.ts";

/** As much as the target answers: a closed loop with four workers for each core. */
export const max: DeclaredProfile = {
  name: "max",
  description: "How much can it do? Four workers a core, 30 s.",
  loop: "closed",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, workers: { perCore: 4 } },
    { phase: "measure", seconds: 30, workers: { perCore: 4 } },
  ],
};

import { type DeclaredProfile, defaultWarmupSeconds } from "./declared.ts";

/** As much as the target answers: a closed loop with four workers for each core. */
export const max: DeclaredProfile = {
  name: "max",
  description: "Four workers for each core, as fast as they are answered, for 30 s: how much can it do?",
  loop: "closed",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, workers: { perCore: 4 } },
    { phase: "measure", seconds: 30, workers: { perCore: 4 } },
  ],
};

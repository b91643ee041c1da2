import { type DeclaredProfile, defaultWarmupSeconds } from "./declared.ts";

/** Does it work at all: one worker, as fast as it is answered. */
export const smoke: DeclaredProfile = {
  name: "smoke",
  description: "Does it work at all? One worker; 10 s measured.",
  loop: "closed",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, workers: { from: 1, to: 1 } },
    { phase: "measure", seconds: 10, workers: { from: 1, to: 1 } },
  ],
};

import { type DeclaredProfile, defaultWarmupSeconds, load } from "./declared.ts";

/** The same for long: what grows, fills up or wears out shows. */
export const soak: DeclaredProfile = {
  name: "soak",
  description: "A constant rate for 30 min. Reports the drift of latency and memory.",
  loop: "open",
  report: "drift",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, ...load(500) },
    { phase: "measure", seconds: 1800, ...load(500) },
  ],
};

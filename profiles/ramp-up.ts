import { type DeclaredProfile, defaultWarmupSeconds, load } from "./declared.ts";

/** Ever more, up to a top that is held. */
export const rampUp: DeclaredProfile = {
  name: "rampUp",
  description: "Ten times the load within 60 s, then 30 s on top. Reports the rate at which an SLO was missed.",
  loop: "open",
  report: "limit",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, ...load(500) },
    { phase: "measure", part: "ramp", seconds: 60, ...load(500, 5000) },
    { phase: "measure", part: "top", seconds: 30, ...load(5000) },
  ],
};

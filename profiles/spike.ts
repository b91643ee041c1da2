import { type DeclaredProfile, defaultWarmupSeconds, load } from "./declared.ts";

/** Little, suddenly much, little again. Each change takes the first second of the part that it leads to. */
export const spike: DeclaredProfile = {
  name: "spike",
  description: "Twenty times the load, suddenly; 30 s before, in and after it. Reports the time to recover.",
  loop: "open",
  report: "recovery",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, ...load(100) },
    { phase: "measure", part: "before", seconds: 30, ...load(100) },
    { phase: "measure", part: "spike", seconds: 1, ...load(100, 2000) },
    { phase: "measure", part: "spike", seconds: 29, ...load(2000) },
    { phase: "measure", part: "after", seconds: 1, ...load(2000, 100) },
    { phase: "measure", part: "after", seconds: 29, ...load(100) },
  ],
};

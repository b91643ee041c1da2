import { type DeclaredProfile, defaultWarmupSeconds, load } from "./declared.ts";

const steps = 10;
const ratePerStep = 1000;

/** Step by step to where it breaks. */
export const stress: DeclaredProfile = {
  name: "stress",
  description: "Ten steps of 15 s, each 1,000/s more. Reports the first step that fails.",
  loop: "open",
  report: "steps",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, ...load(ratePerStep) },
    ...Array.from({ length: steps }, (_, i) => ({
      phase: "measure" as const,
      part: `step ${i + 1}`,
      seconds: 15,
      ...load(ratePerStep * (i + 1)),
    })),
  ],
};

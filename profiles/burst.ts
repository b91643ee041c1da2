import { type DeclaredProfile, defaultWarmupSeconds, load } from "./declared.ts";

const bursts = 6;
const low = 200;
const high = 2000;

/** Again and again much for a moment. The last burst is followed by nothing: its recovery is seen only as far as the run goes. */
export const burst: DeclaredProfile = {
  name: "burst",
  description: "Six bursts of 5 s, each after 15 s of a tenth of their load. Reports the time to recover from each.",
  loop: "open",
  report: "recovery",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, ...load(low) },
    ...Array.from({ length: bursts }, (_, i) => [
      { phase: "measure" as const, part: `low ${i + 1}`, seconds: 15, ...load(low) },
      { phase: "measure" as const, part: `burst ${i + 1}`, seconds: 5, ...load(high) },
    ]).flat(),
  ],
};

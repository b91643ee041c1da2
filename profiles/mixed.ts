import { type DeclaredProfile, defaultWarmupSeconds, load } from "./declared.ts";

/** A constant rate of operations that read, write and delete. */
export const mixed: DeclaredProfile = {
  name: "mixed",
  description: "A constant rate on a schedule that reads, writes and deletes; 60 s measured.",
  loop: "open",
  mix: "mixed",
  segments: [
    { phase: "warmup", seconds: defaultWarmupSeconds, ...load(600) },
    { phase: "measure", seconds: 60, ...load(600) },
  ],
};

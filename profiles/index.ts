// Load profiles: how much load over time, whatever the workload.

export { dueAt, maximumRate, maximumWorkers, rateAt, timeOf, totalSeconds, workersAt } from "../lib/schedule.ts";
export {
  type DeclaredProfile,
  type DeclaredSegment,
  defaultWarmupSeconds,
  forCores,
  type WorkersPerCore,
} from "./declared.ts";
export { describeRate } from "./describe-rate.ts";
export { defaultProfile, profiles } from "./list.ts";
export { resolveProfile } from "./resolve.ts";
export { isProfileOfFunctions, sampleProfile } from "./sample.ts";
export { validateProfile } from "./validate.ts";

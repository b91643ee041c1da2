// The load under which memory is looked at: a constant rate on noop://, which answers at once and holds nothing itself.

import type { LoadProfile } from "../../lib/profile.ts";
import type { Subject } from "../running/k6.ts";

export type MetricsMode = "windows" | "operations";

/** A script to run, and what it is to a reader. */
export interface Script {
  name: string;
  /** From dbmark's folder. */
  path: string;
}

export const bundled: Script = { name: "dist/oltp.js", path: "dist/oltp.js" };
export const unbundled: Script = { name: "scripts/oltp.ts", path: "scripts/oltp.ts" };
/** The yardstick: k6's own VUs with a script that does nothing. */
export const idle: Script = { name: "k6 alone", path: "bench/memory/idle.js" };

/** A run of so many workers at a constant rate. */
export function constantLoad(
  script: Script,
  load: { metrics: MetricsMode; workers: number; rate: number; warmup: number; seconds: number },
): Subject {
  const held = {
    rate: { from: load.rate, to: load.rate },
    workers: { from: load.workers, to: load.workers },
  };
  const profile: LoadProfile = {
    name: "soak",
    description: "",
    loop: "open",
    segments: [
      { phase: "warmup", seconds: load.warmup, ...held },
      { phase: "measure", seconds: load.seconds, ...held },
    ],
  };
  return {
    script: script.path,
    environment: {
      DBMARK_TARGET: "noop://local",
      LOAD_PROFILE: JSON.stringify(profile),
      METRICS: load.metrics,
      SLO_P95: "none",
      SLO_P99: "none",
      SLO_ERROR_RATE: "none",
      // For the script that does nothing.
      VUS: String(load.workers),
      SECONDS: String(load.warmup + load.seconds),
    },
  };
}

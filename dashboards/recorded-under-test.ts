// For tests: what a run's folder says of the figures that the dashboards draw.

import { join } from "node:path";
import { type RunFile, readRun, readWindows, windowsFileName } from "../lib/result/index.ts";
import { MergedLatency } from "../lib/result/merged-latency.ts";
import type { HarnessLine, WindowLatency, WindowLine } from "../lib/schema/windows.generated.ts";

/** A run's files. */
export interface Recorded {
  run: RunFile;
  windows: WindowLine[];
  harness: HarnessLine[];
}

export async function readRecorded(folder: string): Promise<Recorded> {
  const recorded: Recorded = { run: readRun(folder).run, windows: [], harness: [] };
  for await (const line of readWindows(join(folder, windowsFileName))) {
    if (line.type === "window") recorded.windows.push(line);
    if (line.type === "harness") recorded.harness.push(line);
  }
  return recorded;
}

/** A value of one second, counted from the start of the run. */
export interface OfSecond {
  second: number;
  value: number;
}

type Times = "response" | "service";

/** The share below which a percentile lies, in percent, by the metric's suffix. */
const shares: Record<string, number> = { p50: 50, p95: 95, p99: 99, max: 100 };

function percentileOf(latency: WindowLatency, suffix: string): number {
  const merged = new MergedLatency();
  merged.add(latency);
  return merged.percentile(shares[suffix] ?? 0) ?? 0;
}

/** A percentile of each second of an operation, in milliseconds. */
export function percentilesOf(windows: WindowLine[], operation: string, times: Times, suffix: string): OfSecond[] {
  return windows
    .filter((window) => window.operation === operation && window[times].count > 0)
    .map((window) => ({
      second: window.second,
      value: percentileOf(window[times], suffix),
    }));
}

/** A percentile of the harness lag of each second, in milliseconds. */
export function lagsOf(harness: HarnessLine[], suffix: string): OfSecond[] {
  return harness.flatMap(({ second, lag }) =>
    Object.values(lag).map((times) => ({ second, value: percentileOf(times, suffix) })),
  );
}

/** What the harness, or the server, used in each second, by the names of metrics. */
export function usedOf(harness: HarnessLine[], metric: string): OfSecond[] {
  return harness.flatMap((line) => {
    const value = {
      workers_active: line.workersActive,
      operations_backlog: line.backlog,
      harness_cpu_cores: line.cpuSeconds === null ? null : line.cpuSeconds / line.seconds,
      harness_memory_bytes: line.memoryBytes,
      server_cpu_cores: line.server === null ? null : line.server.cpuSeconds / (line.server.seconds ?? line.seconds),
      server_memory_bytes: line.server === null ? null : line.server.memoryBytes,
    }[metric];
    if (value === undefined) throw new Error(`${metric} is not known here`);
    return value === null ? [] : [{ second: line.second, value }];
  });
}

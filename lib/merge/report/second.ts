/** What a report needs to know of one second of a run. */

import { decodeSparseHistogram, mergeSparseHistograms, type SparseHistogram } from "../../result/sparse-histogram.ts";
import type { WindowLine } from "../../schema/windows.generated.ts";

/** One second of all instances. */
export interface ReportedSecond {
  /** Since the run's start. */
  second: number;
  /** Seconds that it covers. */
  seconds: number;
  /** Windows of the measured phase. */
  windows: readonly WindowLine[];
  /** Operations due and not started at its end. */
  backlog: number;
  /** Bytes; null: not known. */
  harnessMemory: number | null;
  serverMemory: number | null;
}

/** A histogram of nothing. */
export const emptyHistogram: SparseHistogram = { buckets: new Uint16Array(), counts: new Uint32Array(), count: 0 };

/** Response times of everything that finished in the windows. */
export function responsesOf(windows: readonly WindowLine[]): SparseHistogram {
  return windows
    .filter(({ response }) => response.count > 0)
    .map(({ response }) => decodeSparseHistogram(response.histogram))
    .reduce(mergeSparseHistograms, emptyHistogram);
}

// A long run: its memory over time, and how fast it grows.

import { type MemoryReading, runK6 } from "../running/k6.ts";
import { leastSquares } from "../statistics/least-squares.ts";
import { megabytes } from "./goals.ts";
import { bundled, constantLoad, type MetricsMode } from "./load.ts";

/** What a long run held. */
export interface Growth {
  metrics: MetricsMode;
  operationsPerSecond: number;
  workers: number;
  /** Length of the run, and of its beginning that the slope leaves out: until then memory rises to what it is going to be. */
  minutes: number;
  settlingMinutes: number;
  /** The mean of each second. */
  curve: { seconds: number; megabytes: number }[];
  megabytesPerMinute: number;
  peakMegabytes: number;
  operations: number;
}

/** The share of a long run in which memory settles: heap and histograms reach their size. */
const settlingShare = 1 / 6;

/** Ten operations a second for each worker, as in dbmark's own profiles. */
const operationsPerSecondAndWorker = 10;

/** Runs so many minutes at a constant rate. `onMinute` hears the mean of each minute, in MB. */
export async function measureGrowth(
  metrics: MetricsMode,
  load: { minutes: number; rate: number },
  onMinute: (minute: number, megabytes: number) => void,
): Promise<Growth> {
  const workers = Math.ceil(load.rate / operationsPerSecondAndWorker);
  const seconds = load.minutes * 60;
  let minute: number[] = [];
  let number = 0;
  const { memory, run } = await runK6(
    constantLoad(bundled, { metrics, workers, rate: load.rate, warmup: 1, seconds }),
    (reading) => {
      if (reading.seconds >= (number + 1) * 60) {
        onMinute(number, minute.reduce((sum, value) => sum + value, 0) / minute.length);
        minute = [];
        number++;
      }
      minute.push(megabytes(reading.now));
    },
  );
  const curve = everySecond(memory.filter((reading) => reading.seconds <= seconds));
  const settlingMinutes = load.minutes * settlingShare;
  const settled = curve.filter((point) => point.seconds >= settlingMinutes * 60);
  return {
    metrics,
    operationsPerSecond: load.rate,
    workers,
    minutes: load.minutes,
    settlingMinutes,
    curve,
    megabytesPerMinute: leastSquares(settled.map((point) => [point.seconds / 60, point.megabytes] as const)).slope,
    peakMegabytes: megabytes(Math.max(...memory.map(({ peak }) => peak))),
    operations: run?.totals.measure.all.operations ?? 0,
  };
}

/** The mean of the readings of each second. */
export function everySecond(readings: readonly MemoryReading[]): Growth["curve"] {
  const bySecond = new Map<number, number[]>();
  for (const { seconds, now } of readings) {
    const second = Math.floor(seconds);
    const values = bySecond.get(second);
    if (values === undefined) bySecond.set(second, [now]);
    else values.push(now);
  }
  return [...bySecond].map(([seconds, values]) => ({
    seconds,
    megabytes: megabytes(values.reduce((sum, value) => sum + value, 0) / values.length),
  }));
}

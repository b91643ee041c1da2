// npm run bench:memory: how much memory a run holds, by its workers and over time. docs/memory.md explains what it prints.

import { measureGrowth } from "./memory/growth.ts";
import type { MetricsMode } from "./memory/load.ts";
import { measurePeaks } from "./memory/peaks.ts";
import { printGrowth, printMinute, printPeaks } from "./memory/print.ts";
import { BenchmarkError, benchmark, numberOption, parseOptions, writeMeasured } from "./running/benchmark.ts";

const usage = "Options: --minutes 30 --rate 5000 --workers 1,10,100,1000 --seconds 5 --rounds 3";

/** The mode in which every operation is a sample grows by design: so long shows how fast. */
const longestInOperationsMode = 5;

function read(args: string[]) {
  const values = parseOptions(
    args,
    {
      minutes: { type: "string", default: "30" },
      rate: { type: "string", default: "5000" },
      workers: { type: "string", default: "1,10,100,1000" },
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
    },
    usage,
  );
  const workers = values.workers
    .split(",")
    .map((text) => Math.floor(numberOption("workers", text, { from: 1, to: 100_000 })));
  if (new Set(workers).size < 2)
    throw new BenchmarkError(`--workers is "${values.workers}"; a line needs two different numbers of workers`);
  return {
    minutes: numberOption("minutes", values.minutes, { from: 0.05, to: 10_000 }),
    rate: numberOption("rate", values.rate, { from: 1, to: 1_000_000 }),
    workers,
    seconds: numberOption("seconds", values.seconds, { from: 1, to: 3600 }),
    rounds: Math.floor(numberOption("rounds", values.rounds, { from: 1, to: 100 })),
  };
}

const print = (...lines: string[]) => process.stdout.write(`${lines.join("\n")}\n`);

/** Measures peaks and growth, prints both beside the goals, and writes them. */
export function main(args: string[]): Promise<number> {
  return benchmark("memory", async () => {
    const { minutes, rate, ...load } = read(args);
    if (process.platform !== "linux")
      throw new BenchmarkError("memory is read from /proc, which only Linux has; run this benchmark there");
    const startedAt = new Date();
    const peaks = await measurePeaks(load, (cell) => process.stderr.write(`${cell}\n`));
    print(...printPeaks(peaks), "");
    const growth = [];
    const lengths: [MetricsMode, number][] = [
      ["operations", Math.min(minutes, longestInOperationsMode)],
      ["windows", minutes],
    ];
    for (const [metrics, length] of lengths) {
      print(`Resident memory of a long run, METRICS=${metrics}, mean of each minute`);
      const grown = await measureGrowth(metrics, { minutes: length, rate }, (minute, megabytes) =>
        print(printMinute(minute, megabytes)),
      );
      growth.push(grown);
      print(...printGrowth(grown), "");
    }
    print(`Written to ${writeMeasured("memory", startedAt, { peaks, growth })}`);
  });
}

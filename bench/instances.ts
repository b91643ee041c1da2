// npm run bench:instances: what several instances do on one machine that one does not, on a target that answers at once.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installationFolder } from "../cli/installation.ts";
import { type RunFile, readRun } from "../lib/result/index.ts";
import { BenchmarkError, benchmark, numberOption, parseOptions, writeMeasured } from "./running/benchmark.ts";
import { median } from "./statistics/median.ts";
import { type Ratio, ratioOf } from "./statistics/ratio.ts";

const usage = "Options: --seconds 5 --rounds 5 --workers 8";

/** Instances that are set beside each other; the first is the yardstick. */
const contenders = [1, 2, 4] as const;

/** What one run came to. */
interface Measured {
  /** Operations per second. */
  throughput: number;
  /** Nanoseconds of processor time of all processes together, for an operation. */
  processorTime: number;
}

/** One number of instances, round by round. */
export interface Cell {
  instances: number;
  rounds: Measured[];
  /** Beside one instance in the same round. */
  throughputRatio: Ratio;
  processorTimeRatio: Ratio;
}

/** Measures every number of instances in turn, every other round backwards; prints figures and ratios, and writes both. */
export function main(args: string[]): Promise<number> {
  return benchmark("instances", async () => {
    const { seconds, rounds, workers } = read(args);
    const startedAt = new Date();
    const measured = new Map<number, Measured[]>(contenders.map((instances) => [instances, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const instances of round % 2 === 0 ? contenders : [...contenders].reverse()) {
        process.stderr.write(`round ${round + 1} of ${rounds}: ${instances} of ${workers} workers\n`);
        measured.get(instances)?.push(await measure(instances, workers, seconds));
      }
    }
    const cells = contenders.map((instances) => cellOf(instances, measured));
    process.stdout.write(`${tableOf(cells).join("\n")}\n\n`);
    process.stdout.write(`Written to ${writeMeasured("instances", startedAt, { seconds, workers, cells })}\n`);
  });
}

function read(args: string[]) {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const values = parseOptions(args, { seconds: text("5"), rounds: text("5"), workers: text("8") }, usage);
  return {
    seconds: numberOption("seconds", values.seconds, { from: 1, to: 3600 }),
    rounds: Math.floor(numberOption("rounds", values.rounds, { from: 1, to: 100 })),
    workers: Math.floor(numberOption("workers", values.workers, { from: 4, to: 1000 })),
  };
}

async function measure(instances: number, workers: number, seconds: number): Promise<Measured> {
  const results = mkdtempSync(join(tmpdir(), "dbmark-bench-"));
  try {
    const variables = [
      ...[`LOAD_WORKERS=${workers}`, "WARMUP_DURATION=1s", `STEADY_STATE_DURATION=${seconds}s`, "METRICS=windows"],
      ...["SLO_P95=none", "SLO_P99=none", "SLO_ERROR_RATE=none"],
    ].flatMap((variable) => ["--set", variable]);
    const args = ["run", "oltp", "--target", "noop://local", "--profile", "max", "--instances", String(instances)];
    const told = await dbmark([...args, ...variables, "--out", results]);
    const [folder] = readdirSync(results);
    if (folder === undefined) throw new BenchmarkError(`a run left no result:\n${told}`);
    return measuredOf(readRun(join(results, folder)).run, instances);
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

function measuredOf({ totals, resources, instances }: RunFile, expected: number): Measured {
  const { throughput } = totals.measure.all;
  const { cpuAverage } = resources.harness;
  if (instances.length !== (expected === 1 ? 0 : expected) || !throughput || !cpuAverage) {
    throw new BenchmarkError(
      `a run of ${expected} instances has ${instances.length}, or knows no throughput or processor time`,
    );
  }
  return { throughput, processorTime: (cpuAverage / throughput) * 1e9 };
}

function dbmark(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(installationFolder, "cli", "dbmark.mjs"), ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, DBMARK_PREPARED: "1" },
    });
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      told += text;
    });
    child.on("error", reject);
    child.on("close", () => resolve(told));
  });
}

function cellOf(instances: number, measured: ReadonlyMap<number, Measured[]>): Cell {
  const rounds = measured.get(instances) ?? [];
  const yardstick = measured.get(contenders[0]) ?? [];
  const ratio = (value: (one: Measured) => number) => ratioOf(rounds.map(value), yardstick.map(value));
  return {
    instances,
    rounds,
    throughputRatio: ratio(({ throughput }) => throughput),
    processorTimeRatio: ratio(({ processorTime }) => processorTime),
  };
}

/** The lines of the table: the middle of the rounds with the lowest and the highest, and ratios with their 95 % intervals. */
export function tableOf(cells: readonly Cell[]): string[] {
  const spread = (values: number[], show: (value: number) => string) =>
    `${show(median(values))} (${show(Math.min(...values))}–${show(Math.max(...values))})`;
  const ratio = ({ value, lower, upper }: Ratio) =>
    `${value.toFixed(2)}${lower === null || upper === null ? "" : ` (${lower.toFixed(2)}–${upper.toFixed(2)})`}`;
  return [
    "| instances | million operations/s | ns of processor time each | throughput / one instance | processor time / one instance |",
    "| --- | --- | --- | --- | --- |",
    ...cells.map(({ instances, rounds, throughputRatio, processorTimeRatio }) => {
      const throughput = spread(
        rounds.map((round) => round.throughput / 1e6),
        (value) => value.toFixed(2),
      );
      const time = spread(
        rounds.map((round) => round.processorTime),
        (value) => value.toFixed(0),
      );
      return `| ${instances} | ${throughput} | ${time} | ${ratio(throughputRatio)} | ${ratio(processorTimeRatio)} |`;
    }),
  ];
}

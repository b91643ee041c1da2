// npm run bench:pgbench: dbmark beside pgbench, and beside k6 with xk6-sql, on the same server and tables. bench/README.md explains it.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, release, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { BuildError } from "../build/command.mjs";
import { preparePostgresPrograms } from "../build/postgres-programs.mjs";
import { CommandError } from "../cli/errors.ts";
import { installationFolder, k6Binary } from "../cli/installation.ts";
import { compare, type MeasuredCell } from "./pgbench/comparison.ts";
import type { Bank, Cell, Contender } from "./pgbench/contender.ts";
import { dbmark } from "./pgbench/dbmark.ts";
import { type BenchOptions, help, readOptions, threadCandidates } from "./pgbench/options.ts";
import { pgbench } from "./pgbench/pgbench.ts";
import { describeCell } from "./pgbench/report.ts";
import { BenchServer } from "./pgbench/server.ts";
import { xk6Sql } from "./pgbench/xk6-sql.ts";
import { median } from "./statistics/median.ts";

/** Starts whose middle is taken off a run's processor time. */
const startUps = 3;

/** Runs the benchmark; gives the exit code. A goal that was not reached is a result, not a failure. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === undefined) process.stdout.write(help);
    else await benchmark(options);
    return 0;
  } catch (error) {
    if (!(error instanceof BuildError || error instanceof CommandError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 1;
  }
}

async function benchmark(options: BenchOptions): Promise<void> {
  const programs = await preparePostgresPrograms();
  const startedAt = new Date().toISOString();
  const out = resolve(options.out);
  const name = `pgbench-${startedAt.replace(/\.\d+Z$/, "Z").replaceAll(":", "-")}`;
  const runs = join(out, name);
  mkdirSync(runs, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), "dbmark-bench-"));
  const server = await BenchServer.start(programs, options.scale);
  try {
    const threads = new Map<number, number>();
    const yardstick = (chosen: (cell: Cell) => number) =>
      pgbench(join(programs.folder, "pgbench"), server.bank, chosen, scratch);
    const contenders = contendersOf(
      options,
      server.bank,
      runs,
      yardstick(({ clients }) => threads.get(clients) ?? 1),
    );
    const cells: (MeasuredCell & { pgbenchThreads: number })[] = [];
    for (const cell of options.cells) {
      const best = options.pgbenchThreads ?? (await bestThreads(cell, options, server, yardstick));
      threads.set(cell.clients, best);
      const measured = { ...(await measureCell(cell, options, server, contenders)), pgbenchThreads: best };
      cells.push(measured);
      process.stdout.write(`${describeCell(measured)}\n  pgbench ran with -j ${best}\n\n`);
    }
    const file = join(out, `${name}.json`);
    const result = {
      startedAt,
      finishedAt: new Date().toISOString(),
      options,
      host: {
        processor: cpus()[0]?.model ?? "",
        cores: availableParallelism(),
        memoryBytes: totalmem(),
        system: `${platform()} ${release()} ${arch()}`,
      },
      software: {
        node: process.version,
        pgbench: firstLine(join(programs.folder, "pgbench"), "--version"),
        k6: firstLine(k6Binary, "version"),
        revision: firstLine("git", "-C", installationFolder, "rev-parse", "HEAD"),
      },
      server: await server.settings(),
      cells: cells.map((cell) => ({ ...cell, comparisons: compare(cell) })),
    };
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(
      `${options.rounds} rounds of ${options.seconds} s, interleaved, at scale ${options.scale}\n${file}\n`,
    );
  } finally {
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function contendersOf(options: BenchOptions, bank: Bank, runs: string, yardstick: Contender): Contender[] {
  return [
    dbmark("dbmark", bank, runs),
    yardstick,
    dbmark("dbmark-1", bank, runs),
    xk6Sql("pgx", bank),
    xk6Sql("pq", bank),
  ].filter(({ name }) => options.contenders.includes(name));
}

/** pgbench's fastest number of threads here: the yardstick is to be at its best. */
async function bestThreads(
  cell: Cell,
  { seconds, contenders }: BenchOptions,
  server: BenchServer,
  yardstick: (chosen: () => number) => Contender,
): Promise<number> {
  const candidates = threadCandidates(cell.clients);
  const [only = 1] = candidates;
  if (candidates.length === 1 || !contenders.includes("pgbench")) return only;
  let best = { threads: only, throughput: 0 };
  for (const threads of candidates) {
    await server.prepare(cell.load);
    const { throughput } = await yardstick(() => threads).run(cell, { seconds });
    if (throughput > best.throughput) best = { threads, throughput };
  }
  return best.threads;
}

/** All rounds of a cell. Every other round is in the opposite order, so that none always comes first. */
async function measureCell(
  cell: Cell,
  options: BenchOptions,
  server: BenchServer,
  contenders: Contender[],
): Promise<MeasuredCell> {
  const taking = contenders.filter(({ loads }) => loads.includes(cell.load));
  const measured: MeasuredCell = { ...cell, startUpCpuSeconds: {}, samples: [] };
  for (const contender of taking) {
    const seconds: number[] = [];
    for (let start = 0; start < startUps; start += 1) seconds.push((await contender.run(cell, "start-up")).cpuSeconds);
    measured.startUpCpuSeconds[contender.name] = median(seconds);
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const contender of round % 2 === 1 ? taking : taking.toReversed()) {
      await server.prepare(cell.load);
      const outcome = await contender.run(cell, { seconds: options.seconds });
      measured.samples.push({ round, contender: contender.name, ...outcome });
    }
  }
  return measured;
}

function firstLine(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n")[0] ?? "";
  } catch {
    return "unknown";
  }
}

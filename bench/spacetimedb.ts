// npm run bench:spacetimedb: calls of a reducer by dbmark and by a plain client in Node, on the same SpacetimeDB, in turn. bench/README.md
// explains it.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { installationFolder } from "../cli/installation.ts";
import { TestSpacetimedb } from "../e2e/spacetimedb-server.ts";
import { benchmark, writeMeasured } from "./running/benchmark.ts";
import type { Cell, Contender } from "./spacetimedb/cells.ts";
import { compare, type MeasuredCell } from "./spacetimedb/comparison.ts";
import { dbmark, nodeClient } from "./spacetimedb/contenders.ts";
import { type BenchOptions, readOptions } from "./spacetimedb/options.ts";
import { heading, legend, row } from "./spacetimedb/report.ts";
import { observeServer } from "./spacetimedb/server-load.ts";
import { median } from "./statistics/median.ts";

/** The part of a run in which the server is observed: a client that starts takes a second at most. */
const observed = { from: 0.35, to: 0.9 };

/** Runs the benchmark; gives the exit code. A goal that was not reached is a result, not a failure. */
export function main(args: string[]): Promise<number> {
  return benchmark("spacetimedb", async () => {
    const options = readOptions(args);
    if (typeof options === "string") process.stdout.write(`${options}\n`);
    else await measureAll(options);
  });
}

async function measureAll(options: BenchOptions): Promise<void> {
  const startedAt = new Date();
  const instant = startedAt
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const results = join(installationFolder, "results", "bench", `spacetimedb-${instant}`);
  mkdirSync(results, { recursive: true });
  const server = await TestSpacetimedb.start();
  const cells: MeasuredCell[] = [];
  try {
    const contenders = [dbmark(server, results), nodeClient(server)];
    process.stdout.write(`${heading}\n`);
    for (const cell of options.cells) {
      const measured = await measureCell(cell, options, server, contenders);
      cells.push(measured);
      process.stdout.write(`${row(measured)}\n`);
    }
  } finally {
    await server.stop();
  }
  const { rounds, seconds } = options;
  const file = writeMeasured("spacetimedb", startedAt, {
    ...{ rounds, seconds, node: process.version },
    cells: cells.map((cell) => ({ ...cell, comparisons: compare(cell) })),
  });
  process.stdout.write(`\n${legend(rounds, seconds)}\n\nWritten to ${file}\n`);
}

/** All rounds of a cell. Every other round is in the opposite order, so that neither always comes first. */
async function measureCell(
  cell: Cell,
  options: BenchOptions,
  server: TestSpacetimedb,
  contenders: Contender[],
): Promise<MeasuredCell> {
  const measured: MeasuredCell = { ...cell, startUpCpuSeconds: {}, samples: [] };
  for (const contender of contenders) {
    const seconds: number[] = [];
    for (let start = 0; start < options.startUps; start += 1)
      seconds.push((await contender.run(cell, "start-up")).cpuSeconds);
    measured.startUpCpuSeconds[contender.name] = median(seconds);
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const contender of round % 2 === 1 ? contenders : contenders.toReversed()) {
      const [outcome, serverCores] = await Promise.all([
        contender.run(cell, { seconds: options.seconds }),
        observe(server.pid, options.seconds * 1000),
      ]);
      measured.samples.push({
        round,
        contender: contender.name,
        ...outcome,
        ...(serverCores !== undefined && { serverCores }),
      });
    }
  }
  return measured;
}

async function observe(pid: number, milliseconds: number): Promise<number | undefined> {
  await wait(milliseconds * observed.from);
  const end = observeServer(pid);
  await wait(milliseconds * (observed.to - observed.from));
  return end();
}

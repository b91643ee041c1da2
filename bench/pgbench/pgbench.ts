// The yardstick: pgbench, with prepared statements.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BuildError } from "../../build/command.mjs";
import { measure } from "../running/measured-process.ts";
import { type Bank, type Cell, type Contender, depth, type Length, type Outcome } from "./contender.ts";

/** What pgbench wrote at its end. */
export interface PgbenchReport {
  transactions: number;
  failed: number;
  /** Transactions per second without the time to connect. */
  perSecond: number;
}

/** Reads it. @throws {BuildError} for another text. */
export function readReport(text: string): PgbenchReport {
  const number = (pattern: RegExp) => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new BuildError(`pgbench wrote no ${pattern.source}:\n${text.trim()}`);
    return Number(found);
  };
  // pgbench counts its time from before it connects, and gives no rate without a transaction.
  if (number(/number of transactions actually processed: (\d+)/) === 0) {
    throw new BuildError("pgbench finished no transaction: the machine is too busy, or the run too short (--seconds)");
  }
  return {
    transactions: number(/number of transactions actually processed: (\d+)/),
    failed: number(/number of failed transactions: (\d+)/),
    perSecond: number(/tps = ([\d.]+) \(without initial connection time\)/),
  };
}

/** The script of a pipeline: as many selects as fit, each of an account of its own. */
export function pipelineScript(): string {
  const numbers = Array.from({ length: depth }, (_, i) => i + 1);
  return [
    ...numbers.map((i) => `\\set aid${i} random(1, 100000 * :scale)`),
    "\\startpipeline",
    ...numbers.map((i) => `SELECT abalance FROM pgbench_accounts WHERE aid = :aid${i};`),
    "\\endpipeline",
    "",
  ].join("\n");
}

/**
 * pgbench.
 * @param threads Its threads (-j) in a cell.
 * @param scratch A folder for its script.
 */
export function pgbench(program: string, bank: Bank, threads: (cell: Cell) => number, scratch: string): Contender {
  const script = join(scratch, "pipeline.sql");
  writeFileSync(script, pipelineScript());
  const loadArguments = {
    select: ["--select-only"],
    tpcb: ["--builtin=tpcb-like"],
    pipeline: [`--file=${script}`, `--scale=${bank.scale}`],
  };
  return {
    name: "pgbench",
    loads: ["select", "tpcb", "pipeline"],
    async run(cell: Cell, length: Length): Promise<Outcome> {
      const args = [
        "--no-vacuum",
        "--protocol=prepared",
        `--client=${cell.clients}`,
        `--jobs=${threads(cell)}`,
        length === "start-up" ? "--transactions=1" : `--time=${length.seconds}`,
        ...loadArguments[cell.load],
      ];
      const measured = await measure(program, args, {
        PGHOST: bank.host,
        PGPORT: String(bank.port),
        PGUSER: bank.user,
        PGPASSWORD: bank.password,
        PGDATABASE: bank.database,
        PGSSLMODE: "disable",
      });
      const report = readReport(measured.stdout);
      if (report.failed > 0) throw new BuildError(`pgbench: ${report.failed} transactions failed`);
      const statements = cell.load === "pipeline" ? depth : 1;
      return {
        operations: report.transactions * statements,
        throughput: report.perSecond * statements,
        cpuSeconds: measured.cpuSeconds,
        maximumMemoryBytes: measured.maximumMemoryBytes,
        details: { threads: threads(cell) },
      };
    },
  };
}

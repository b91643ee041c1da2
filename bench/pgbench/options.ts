// Options of the benchmark.

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { BuildError } from "../../build/command.mjs";
import { type Cell, type Load, loads } from "./contender.ts";

/** Names of all contenders. */
export const contenderNames = ["dbmark", "pgbench", "dbmark-1", "xk6-sql-pgx", "xk6-sql-pq"] as const;

/** What is to be measured. */
export interface BenchOptions {
  rounds: number;
  seconds: number;
  cells: Cell[];
  scale: number;
  contenders: string[];
  /** Threads of pgbench in every cell; undefined: the best of some is looked for. */
  pgbenchThreads?: number;
  out: string;
}

/** Explains the options. */
export const help = `npm run bench:pgbench -- [OPTION …]

  --rounds N            rounds in which every contender runs once (5)
  --seconds N           length of each run (10)
  --cells LOAD,…        ${loads.join(", ")} (all of them)
  --clients N,…         numbers of connections (1,8,32)
  --contenders NAME,…   ${contenderNames.join(", ")} (all of them)
  --scale N             branches of the bank; at least the largest number of connections (32)
  --pgbench-threads N   pgbench's -j (the fastest of 1, 2, 4, … and the number of cores, tried before each cell)
  --out FOLDER          where the JSON goes (results/bench)
  --short               for tests: one round of 2 s with 8 connections at scale 8, dbmark and pgbench alone
`;

/** Reads them; undefined where help is asked for. @throws {BuildError} for what is not accepted. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  const short = values.short === true;
  const clients = list(values.clients ?? (short ? "8" : "1,8,32")).map((text) => whole("clients", text, 1, 150));
  const kinds = list(values.cells ?? (short ? "select" : loads.join(","))).map((text) => oneOf("cells", text, loads));
  const scale = whole("scale", values.scale ?? (short ? "8" : "32"), 1, 10_000);
  const most = Math.max(...clients);
  if (scale < most) {
    throw new BuildError(
      `--scale ${scale} is less than the ${most} connections: transactions would mostly wait for each other at a branch; give ${most} or more`,
    );
  }
  const contenders = list(values.contenders ?? (short ? "dbmark,pgbench" : contenderNames.join(","))).map((text) =>
    oneOf("contenders", text, contenderNames),
  );
  const threads = values["pgbench-threads"];
  return {
    rounds: whole("rounds", values.rounds ?? (short ? "1" : "5"), 1, 1000),
    seconds: whole("seconds", values.seconds ?? (short ? "2" : "10"), 1, 3600),
    cells: loads
      .filter((load) => kinds.includes(load))
      .flatMap((load: Load) => clients.map((number) => ({ load, clients: number }))),
    scale,
    contenders,
    ...(threads !== undefined && { pgbenchThreads: whole("pgbench-threads", threads, 1, 1000) }),
    out: values.out ?? "results/bench",
  };
}

/** Numbers of threads that are tried for pgbench: powers of two up to the cores, and no more than connections. */
export function threadCandidates(clients: number, cores = availableParallelism()): number[] {
  const most = Math.min(clients, cores);
  const candidates: number[] = [];
  for (let threads = 1; threads < most; threads *= 2) candidates.push(threads);
  return [...candidates, most];
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        rounds: text,
        seconds: text,
        cells: text,
        clients: text,
        contenders: text,
        scale: text,
        "pgbench-threads": text,
        out: text,
        short: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new BuildError(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}

function list(text: string): string[] {
  return [...new Set(text.split(",").map((part) => part.trim()))];
}

function whole(option: string, text: string, minimum: number, maximum: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new BuildError(`--${option} ${text} is not accepted; expected is a whole number from ${minimum} to ${maximum}`);
}

function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  throw new BuildError(`--${option} ${text} is not accepted; expected are ${known.join(", ")}`);
}

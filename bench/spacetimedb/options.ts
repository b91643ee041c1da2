// Options of the benchmark.

import { BenchmarkError, numberOption, parseOptions } from "../running/benchmark.ts";
import { type Cell, cellsOf, type Protocol, protocols, topologies, written } from "./cells.ts";

/** What is to be measured. */
export interface BenchOptions {
  rounds: number;
  seconds: number;
  /** Starts whose middle is taken off a run's processor time. */
  startUps: number;
  cells: Cell[];
}

const usage = `npm run bench:spacetimedb -- [OPTION …]
  --rounds N        rounds in which both clients run once (5)
  --seconds N       length of each run (10)
  --protocols P,…   ${protocols.join(", ")} (all of them)
  --topologies T,…  connections and calls in flight on each, such as 20x1 (${topologies.map((one) => written(one, "x")).join(",")})
  --short           for tests: one round of 1 s with 1x1 and 2x4`;

/** Reads them; a text where help is asked for. @throws {BenchmarkError} for what is not accepted. */
export function readOptions(args: string[]): BenchOptions | string {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const values = parseOptions(
    args,
    { rounds: text, seconds: text, protocols: text, topologies: text, short: flag, help: flag },
    usage,
  );
  if (values.help) return usage;
  const all = topologies.map((one) => written(one, "x")).join(",");
  const cells = cellsOf(
    list(values.protocols ?? protocols.join(",")).map(readProtocol),
    list(values.topologies ?? (values.short ? "1x1,2x4" : all)).map(readTopology),
  );
  if (cells.length === 0)
    throw new BenchmarkError("HTTP has one request in flight on a connection: give a topology such as 20x1");
  return {
    rounds: Math.round(numberOption("rounds", values.rounds ?? (values.short ? "1" : "5"), { from: 1, to: 1000 })),
    seconds: numberOption("seconds", values.seconds ?? (values.short ? "1" : "10"), { from: 1, to: 3600 }),
    startUps: values.short ? 1 : 3,
    cells,
  };
}

function readProtocol(text: string): Protocol {
  const found = protocols.find((name) => name === text);
  if (found !== undefined) return found;
  throw new BenchmarkError(`--protocols has "${text}"; it takes ${protocols.join(", ")}`);
}

function readTopology(text: string): { connections: number; inFlight: number } {
  const [, connections, inFlight] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? [];
  const topology = { connections: Number(connections), inFlight: Number(inFlight) };
  if (topology.connections > 0 && topology.inFlight > 0 && topology.inFlight <= 1024) return topology;
  throw new BenchmarkError(
    `--topologies has "${text}"; it takes connections and calls in flight on each, such as 64x40`,
  );
}

function list(text: string): string[] {
  return [...new Set(text.split(",").map((part) => part.trim()))];
}

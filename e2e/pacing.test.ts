// The benchmark of pacing, in its short form: what it must print and write, and never how fast.

import { expect, it } from "vitest";
import { latenessIn } from "../bench/pacing/yardstick.ts";
import { runBenchmark } from "./benchmark.ts";

interface Lateness {
  p50: number;
  p99: number;
  max: number;
}

it("the benchmark of pacing has lag and yardstick of every rate under every condition", {
  timeout: 120_000,
}, async () => {
  const { code, stdout, stderr, measured } = await runBenchmark("pacing", ["--seconds", "1", "--rounds", "1"]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/PostgreSQL 10000\/s +p50 [\d.]+ \([\d.]+ to [\d.]+\), p99/);
  const { cells } = measured as {
    cells: {
      condition: string;
      rate: number;
      operations: number;
      lag: Lateness & { count: number };
      rounds: { lag: Lateness; yardstick: Lateness; traffic: { messagesPerSecond: number; cores: number } | null }[];
    }[];
  };
  const conditions = ["noop", "noop, busy network", "PostgreSQL"];
  expect(cells.map(({ condition, rate }) => `${condition} ${rate}`)).toEqual(
    conditions.flatMap((condition) => [`${condition} 500`, `${condition} 10000`]),
  );
  for (const { condition, rate, operations, lag, rounds } of cells) {
    expect(operations, condition).toBe(rate);
    expect(lag.count).toBeGreaterThan(0);
    expect(lag.count).toBeLessThanOrEqual(operations);
    expect(rounds).toHaveLength(1);
    for (const { p50, p99, max } of [lag, ...rounds.flatMap((round) => [round.lag, round.yardstick])]) {
      // No operation and no thread starts before it is due.
      expect(p50).toBeGreaterThan(0);
      expect(p99).toBeGreaterThanOrEqual(p50);
      expect(max).toBeGreaterThanOrEqual(p99);
    }
    const [round] = rounds;
    if (condition !== "noop, busy network") expect(round?.traffic).toBeNull();
    else expect(round?.traffic?.messagesPerSecond).toBeGreaterThan(100);
  }
});

it("the yardstick is read from the line of a Go benchmark", () => {
  const line = "BenchmarkLateness/rate=500-2 \t 5000 \t 2000084 ns/op \t 23664 max-µs \t 26.02 p50-µs \t 5733 p99-µs";
  expect(latenessIn(line)).toEqual({ p50: 26.02, p99: 5733, max: 23664 });
  expect(() => latenessIn("PASS")).toThrow("the yardstick printed no p50");
});

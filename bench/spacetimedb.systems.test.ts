// The SpacetimeDB benchmark in its short form: what it says was called is what the server holds. No time is asserted.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start } from "../cli/command-under-test.ts";
import { installationFolder } from "../cli/installation.ts";
import { readRun } from "../lib/result/read-run.ts";
import type { Comparison, MeasuredCell } from "./spacetimedb/comparison.ts";

interface Result {
  cells: (MeasuredCell & { comparisons: Comparison[] })[];
}

const run = (...args: string[]) =>
  start([process.execPath, join(installationFolder, "build", "bench.mjs"), "spacetimedb", ...args]).ended;

let file: string | undefined;
let result: Result;
let printed: string;
beforeAll(async () => {
  const ended = await run("--short");
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  printed = ended.stdout;
  file = join(installationFolder, /^Written to (.+)$/m.exec(printed)?.[1] ?? "");
  result = JSON.parse(readFileSync(file, "utf8"));
}, 300_000);
afterAll(() => {
  if (file === undefined) return;
  rmSync(file, { force: true });
  rmSync(file.replace(/\.json$/, ""), { recursive: true, force: true });
});

describe("the short benchmark", () => {
  it("has both clients in every cell, with calls and processor time; each compared its count with the server's", () => {
    expect(result.cells.map(({ protocol, connections, inFlight }) => `${protocol} ${connections}x${inFlight}`)).toEqual(
      ["http 1x1", "json 1x1", "json 2x4", "bsatn 1x1", "bsatn 2x4"],
    );
    for (const { samples } of result.cells) {
      expect(samples.map(({ contender }) => contender)).toEqual(["dbmark", "Node"]);
      for (const sample of samples)
        for (const value of [sample.calls, sample.throughput, sample.cpuSeconds, sample.p50])
          expect(value, JSON.stringify(sample)).toBeGreaterThan(0);
    }
  });

  it("ran dbmark as the cell says: by this protocol, over so many connections, with so many in flight", () => {
    const modes = { http: "http", json: "websocket-json", bsatn: "websocket-bsatn" };
    for (const { protocol, connections, inFlight, samples } of result.cells) {
      const { calls, throughput, details } = samples[0] ?? { calls: 0, throughput: 0 };
      const { run } = readRun(String(details?.run));
      expect(run.target.mode).toBe(modes[protocol]);
      expect(run.topology).toMatchObject({ workers: connections, depth: inFlight });
      expect(run.totals.measure.all.operations).toBe(calls);
      expect(throughput).toBeCloseTo(calls / (run.phases.find(({ name }) => name === "measure")?.seconds ?? 0), 6);
      expect(run.books.every(({ balanced }) => balanced)).toBe(true);
    }
  });

  it("prints the ratios that it wrote, a row for each cell", () => {
    const rows = printed.split("\n").filter((line) => /^\| (HTTP|WebSocket)/.test(line));
    expect(rows).toHaveLength(result.cells.length);
    for (const [place, { comparisons, samples }] of result.cells.entries()) {
      const [throughput] = comparisons;
      const [ours, yardstick] = samples;
      expect(throughput?.ratio.value).toBeCloseTo((ours?.throughput ?? 0) / (yardstick?.throughput ?? 1), 9);
      expect(rows[place]).toContain(` ${throughput?.ratio.value.toFixed(2)} `);
    }
  });
});

describe("wrong options are refused with what is accepted", () => {
  it.each([
    [["--protocols", "grpc"], '--protocols has "grpc"; it takes http, json, bsatn'],
    [["--topologies", "64"], '--topologies has "64"; it takes connections and calls in flight on each, such as 64x40'],
    [["--protocols", "http", "--topologies", "1x20"], "HTTP has one request in flight on a connection"],
    [["--rounds", "0"], '--rounds is "0"; it takes a number from 1 to 1000'],
    [["--bogus"], "npm run bench:spacetimedb"],
  ])("%j", async (args, message) => {
    const ended = await run(...args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });
});

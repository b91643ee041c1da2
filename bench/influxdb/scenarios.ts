// Runs that write to an InfluxDB, and what of them is there afterwards. The benchmark runs them for as long as users do, the tests for seconds.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Running, startDbmark } from "../../cli/command-under-test.ts";
import { type RunFile, readRun } from "../../lib/result/index.ts";
import type { InfluxdbServer } from "./server.ts";
import { operationsOf, pointsInInfluxdb, type Totals, totalsInFile, totalsInInfluxdb } from "./totals.ts";

/** A run that wrote to a database. */
export interface WrittenRun {
  run: RunFile;
  /** Its exit code, and what it printed. */
  code: number | null;
  stdout: string;
  stderr: string;
  inFile: Totals;
  inInfluxdb: Totals;
  /** Points that it says it has written and lost. */
  written: number;
  lost: number;
}

/** What came of a scenario. */
export interface Outcome {
  scenario: string;
  runs: WrittenRun[];
  /** Points that the database holds. */
  points: number;
}

/** A load on noop, which answers after a while and now and then with an error. */
export interface Load {
  /** Variables of the run; the target answers after 1 ms unless `target` says otherwise. */
  variables: Record<string, string>;
  target?: string;
  /** k6 processes that share the load; 1 where it is not given. */
  instances?: number;
}

/** So many operations a second, for so many seconds, with so many of warm-up. */
export function steady(rate: number, seconds: number, more: Record<string, string> = {}): Load {
  return {
    variables: {
      LOAD_PROFILE: `tps${rate}`,
      STEADY_STATE_DURATION: `${seconds}s`,
      WARMUP_DURATION: "1s",
      ...withoutSlos,
      ...more,
    },
  };
}

/** As many operations as it can, on a target that answers at once. */
export function flatOut(seconds: number): Load {
  return {
    variables: {
      LOAD_PROFILE: "max",
      STEADY_STATE_DURATION: `${seconds}s`,
      WARMUP_DURATION: "1s",
      ...withoutSlos,
    },
    target: "noop://local",
  };
}

const withoutSlos = { SLO_P95: "none", SLO_P99: "none", SLO_ERROR_RATE: "none" };
const usualTarget = "noop://local?latency=1ms&errors=0.002&row_bytes=50";

/**
 * Runs a load, several times at once where asked, into a database of its own, and counts what is there.
 * @param meanwhile what happens to the server while the runs go on; it gets the first of them.
 */
export async function write(
  server: InfluxdbServer,
  scenario: string,
  load: Load,
  { atOnce = 1, meanwhile = async (_: Running) => {} } = {},
): Promise<Outcome> {
  const database = scenario.replaceAll(" ", "_");
  const folder = mkdtempSync(join(tmpdir(), "dbmark-influxdb-runs-"));
  try {
    const output = ["--k6-out", `influxdb=${server.url}/${database}`];
    const runs = Array.from({ length: atOnce }, (_, number) => start(load, join(folder, String(number)), output));
    const [first] = runs;
    if (first !== undefined) await meanwhile(first);
    const ended = await Promise.all(runs.map(({ ended }) => ended));
    const written = await Promise.all(
      ended.map(async (end, number): Promise<WrittenRun> => {
        const [name = "none"] = readdirSync(join(folder, String(number)));
        const { run } = readRun(join(folder, String(number), name));
        return {
          ...end,
          run,
          inFile: totalsInFile(run),
          inInfluxdb: await totalsInInfluxdb(server, database, run.testid),
          written: sumOf(/([\d,]+) points? written/g, end.stderr),
          lost: sumOf(/([\d,]+) points? lost/g, end.stderr),
        };
      }),
    );
    return { scenario, runs: written, points: await pointsInInfluxdb(server, database) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a text says of each instance, summed. */
function sumOf(number: RegExp, text: string): number {
  return [...text.matchAll(number)].reduce((sum, [, digits = "0"]) => sum + Number(digits.replaceAll(",", "")), 0);
}

/** Starts a run with results in a folder. */
export function start({ variables, target, instances = 1 }: Load, out: string, more: string[]): Running {
  const set = Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const shared = instances > 1 ? ["--instances", String(instances)] : [];
  return startDbmark(["run", "oltp", "--target", target ?? usualTarget, "--out", out, ...shared, ...set, ...more]);
}

/** Ends the server when the run has measured for a while, and starts it again. */
export function restart(server: InfluxdbServer, seconds: { before: number; away: number }) {
  return async (running: Running): Promise<void> => {
    await running.prints(/^measure /m);
    await wait(seconds.before * 1000);
    await server.stop();
    await wait(seconds.away * 1000);
    await server.startAgain();
  };
}

/**
 * What is wrong with an outcome; empty: everything is there, once. Runs with results in different folders that start in the same second have
 * the same `testid`, and so all tags in common: their points must not overwrite each other either, and add up.
 */
export function missing({ runs, points }: Outcome): string[] {
  const problems: string[] = [];
  const inFiles = new Map<string, Totals>();
  for (const { run, inFile } of runs) {
    if (operationsOf(inFile) === 0) problems.push(`${run.id}: no operations`);
    const sums = inFiles.get(run.testid) ?? {};
    for (const [key, value] of Object.entries(inFile)) sums[key] = (sums[key] ?? 0) + value;
    inFiles.set(run.testid, sums);
  }
  for (const [testid, inFile] of inFiles) {
    const inInfluxdb = runs.find(({ run }) => run.testid === testid)?.inInfluxdb ?? {};
    for (const key of new Set([...Object.keys(inFile), ...Object.keys(inInfluxdb)])) {
      const [file, influxdb] = [inFile[key] ?? 0, inInfluxdb[key] ?? 0];
      if (file !== influxdb) problems.push(`${testid}: ${key} is ${file} in the file and ${influxdb} in InfluxDB`);
    }
  }
  const written = runs.reduce((sum, run) => sum + run.written, 0);
  if (written !== points) problems.push(`${written} points were written, and ${points} are there`);
  return problems;
}

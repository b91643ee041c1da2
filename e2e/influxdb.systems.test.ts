// What a run measures is in a real InfluxDB 1.8 afterwards, all of it and once. The long forms are `npm run bench:influxdb`.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { flatOut, missing, restart, start, steady, write } from "../bench/influxdb/scenarios.ts";
import { administrator, InfluxdbServer } from "../bench/influxdb/server.ts";
import { operationsOf, totalsInFile, totalsInInfluxdb } from "../bench/influxdb/totals.ts";
import { type Ended, endWhatIsLeft, type Running, startDbmark, startK6Run } from "../cli/command-under-test.ts";
import { argumentsOf, familyOf } from "../cli/run/processes-under-test.ts";
import { problemsOfRunFile, type RunFile, readRun } from "../lib/result/index.ts";

let server: InfluxdbServer;
beforeAll(async () => {
  server = await InfluxdbServer.start();
}, 600_000);
afterAll(() => server?.remove());

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "dbmark-influxdb-test-"));
});
afterEach(() => {
  endWhatIsLeft();
  rmSync(out, { recursive: true, force: true });
});

function result(): RunFile {
  const [name = "none"] = readdirSync(out);
  const { run } = readRun(join(out, name));
  expect(problemsOfRunFile(run)).toEqual([]);
  return run;
}

describe("nothing is lost or overwritten", () => {
  it.each(["operations", "windows"])("with METRICS=%s", { timeout: 120_000 }, async (METRICS) => {
    const outcome = await write(server, `metrics ${METRICS}`, steady(500, 4, { METRICS }));
    expect(missing(outcome)).toEqual([]);
    const [written] = outcome.runs;
    expect(written?.lost).toBe(0);
    expect(written?.run.validity.warnings.map(({ code }) => code)).not.toContain("output_incomplete");
    for (const metric of ["transactions_total", "transaction_errors_total", "response_time_ms_bucket"])
      expect(Object.keys(written?.inFile ?? {}).filter((key) => key.startsWith(`${metric} measure`))).not.toEqual([]);
  });

  it("as fast as it goes", { timeout: 120_000 }, async () => {
    expect(missing(await write(server, "flat out", flatOut(3)))).toEqual([]);
  });

  it("with four runs at once", { timeout: 180_000 }, async () => {
    const outcome = await write(server, "four at once", steady(100, 3), { atOnce: 4 });
    expect(missing(outcome)).toEqual([]);
  });

  it("of a run that four instances share", { timeout: 180_000 }, async () => {
    const outcome = await write(server, "four instances", { ...steady(100, 3), instances: 4 });
    expect(missing(outcome)).toEqual([]);
    const [written] = outcome.runs;
    expect(written?.run.instances).toHaveLength(4);
    const series = await server.query("four_instances", "SHOW TAG VALUES FROM transactions_total WITH KEY = instance");
    expect(series.flatMap(({ values }) => values)).toHaveLength(4);
  });

  it("while InfluxDB is away for a while", { timeout: 180_000 }, async () => {
    const meanwhile = async (running: Running) => {
      await restart(server, { before: 1, away: 2 })(running);
      await running.prints(/takes points again/);
      running.child.kill("SIGINT");
    };
    const outcome = await write(server, "restart", steady(500, 120), { meanwhile });
    expect(missing(outcome)).toEqual([]);
    const [written] = outcome.runs;
    expect(written?.lost).toBe(0);
    expect(written?.stderr).toMatch(/takes no points: it cannot be reached/);
    expect(written?.stderr).toMatch(/points written, none lost/);
  });
});

describe("what is there can be drawn", () => {
  beforeAll(async () => {
    expect(missing(await write(server, "drawn", steady(200, 3, { METRICS: "operations" })))).toEqual([]);
  }, 120_000);

  it("as a heat map: a series for each bucket, whose name is a number", async () => {
    const series = await server.query(
      "drawn",
      "SELECT sum(value) FROM response_time_ms_bucket WHERE phase = 'measure' GROUP BY time(1s), le fill(none)",
    );
    const limits = series.map(({ tags }) => Number(tags?.le));
    expect(limits.length).toBeGreaterThan(2);
    expect(limits.filter(Number.isNaN)).toEqual([]);
    const times = series.flatMap(({ values }) => values);
    expect(times.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(600);
    expect(new Set(times.map(([time]) => time)).size).toBeGreaterThanOrEqual(3);
  });

  it("as percentiles of each second, in both modes of metrics by the same name", async () => {
    const series = await server.query(
      "drawn",
      "SELECT value FROM response_time_ms_p99 WHERE phase = 'measure' GROUP BY operation",
    );
    expect(series.map(({ tags }) => tags?.operation).sort()).toEqual(["insert", "range", "select", "update"]);
    for (const [, value] of series.flatMap(({ values }) => values)) expect(Number(value)).toBeGreaterThan(1);
  });

  it("k6's own metrics too, with the run's testid", async () => {
    const [vus] = await server.query("drawn", "SELECT max(value) FROM vus WHERE testid =~ /oltp-noop/ GROUP BY testid");
    expect(Number(vus?.values[0]?.[1])).toBeGreaterThan(0);
  });
});

it("the protocol of 2.x is understood by a real server", { timeout: 120_000 }, async () => {
  await server.query("", "CREATE DATABASE two");
  const { code, stderr } = await startDbmark(
    [
      ...["run", "oltp", "--target", "noop://local", "--profile", "tps100", "--out", out],
      ...["--set", "STEADY_STATE_DURATION=2s", "--set", "WARMUP_DURATION=0s"],
      ...["--k6-out", `influxdb=${server.url}?org=anything&bucket=two/autogen`],
    ],
    // InfluxDB 1.8 takes user:password as a token.
    { K6_INFLUXDB_TOKEN: "user:password" },
  ).ended;
  expect([0, 1, 4], stderr).toContain(code);
  const run = result();
  expect(await totalsInInfluxdb(server, "two", run.testid)).toEqual(totalsInFile(run));
});

it("plain k6 writes with dbmark's output as well, and tells the end in its log", { timeout: 120_000 }, async () => {
  const { stderr } = await startK6Run("oltp", ["--quiet", "--out", `dbmark-influxdb=${server.url}/plain`], {
    DBMARK_TARGET: "noop://local",
    DBMARK_RESULTS: out,
    LOAD_PROFILE: "tps100",
    STEADY_STATE_DURATION: "2s",
    WARMUP_DURATION: "0s",
  }).ended;
  expect(stderr).toMatch(/InfluxDB at http:\/\/127\.0\.0\.1:\d+\/plain: [\d,]+ points written, none lost/);
  const run = result();
  expect(await totalsInInfluxdb(server, "plain", run.testid)).toEqual(totalsInFile(run));
});

it("plain k6 with its own output is as it was: sums of seconds arrive", { timeout: 120_000 }, async () => {
  await startK6Run("oltp", ["--quiet", "--out", `influxdb=${server.url}/own`], {
    DBMARK_TARGET: "noop://local?latency=1ms",
    DBMARK_RESULTS: out,
    LOAD_PROFILE: "tps100",
    STEADY_STATE_DURATION: "2s",
    WARMUP_DURATION: "0s",
    METRICS: "windows",
  }).ended;
  const run = result();
  const own = await totalsInInfluxdb(server, "own", run.testid);
  // It knows no histograms.
  const sums = Object.entries(totalsInFile(run)).filter(([key]) => !key.includes("_bucket"));
  expect(operationsOf(own)).toBe(200);
  for (const [key, value] of sums) expect(own[key], key).toBe(value);
});

describe("with users and passwords", () => {
  /** Nothing of it may appear anywhere. */
  const password = "Gehe1m@:/?#%";
  let guarded: InfluxdbServer;
  beforeAll(async () => {
    guarded = await InfluxdbServer.start({ asksForPasswords: true });
    await guarded.query("", "CREATE DATABASE load");
    await guarded.query("", `CREATE USER writer WITH PASSWORD '${password}'; GRANT WRITE ON load TO writer`);
  }, 120_000);
  afterAll(() => guarded?.remove());

  function url(user: string, secret: string, database: string): string {
    return `influxdb=http://${user}:${encodeURIComponent(secret)}@${guarded.host}/${database}`;
  }

  async function run(output: string, more: Record<string, string> = {}): Promise<Ended> {
    const load = steady(100, 2, more);
    const running = start(load, out, ["--k6-out", output]);
    await running.prints(/^measure /m);
    for (const pid of familyOf(running.child.pid ?? 0).slice(1)) expect(argumentsOf(pid)).not.toContain("Gehe1m");
    const ended = await running.ended;
    for (const text of [ended.stdout, ended.stderr]) expect(text).not.toContain("Gehe1m");
    const [name = "none"] = readdirSync(out);
    for (const file of readdirSync(join(out, name)))
      expect(readFileSync(join(out, name, file), "utf8"), file).not.toContain("Gehe1m");
    return ended;
  }

  it("a user who may write to a database does, and the password is nowhere else", { timeout: 120_000 }, async () => {
    const { stderr } = await run(url("writer", password, "load"));
    expect(stderr).toMatch(/points written, none lost/);
    const file = result();
    expect(await totalsInInfluxdb(guarded, "load", file.testid)).toEqual(totalsInFile(file));
  });

  it.each([
    ["a wrong password", () => url("writer", "Gehe1m-wrong", "load"), /it answered 401 \(authorization failed\)/],
    [
      "a database that is missing and may not be made",
      () => url("writer", password, "missing"),
      /it answered 40[34] \(.*missing/,
    ],
  ])("%s is told, and the run goes on", { timeout: 120_000 }, async (_, output, says) => {
    const { stderr, stdout } = await run(output());
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/The run goes on/);
    expect(stdout.replace(/[\s!]+/g, " ")).toMatch(/points lost, with 300 operations, and 0 points written/);
    const file = result();
    expect(file.totals.measure.all).toMatchObject({ operations: 200, undone: 0 });
    expect(file.validity.warnings.map(({ code }) => code)).toContain("output_incomplete");
    expect(file.validity.reasons.map(({ code }) => code)).not.toContain("output_incomplete");
  });

  it("one who may make databases gets the missing one made", { timeout: 120_000 }, async () => {
    await run(url(administrator.name, administrator.password, "made"));
    const file = result();
    expect(await totalsInInfluxdb(guarded, "made", file.testid)).toEqual(totalsInFile(file));
  });
});

// Several instances of a run on a real server: together they do what one does, and what becomes of one of them shows.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../cli/command-under-test.ts";
import { familyOf, nameOf } from "../cli/run/processes-under-test.ts";
import { problemsOfRunFile, type RunFile, readRun } from "../lib/result/index.ts";
import { decodeSparseHistogram } from "../lib/result/sparse-histogram.ts";
import { type EndedRun, onTable, short, TestServer, unjudged } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const { STEADY_STATE_DURATION: _, WARMUP_DURATION: __, ...counted } = short;
const count = { ...counted, LOAD_PROFILE: "max", LOAD_WORKERS: "8", OPERATION_COUNT: "20000" };

/** The results of the instances of a run of `dbmark run --instances`, in the order of their segments. */
function instancesOf(run: EndedRun): RunFile[] {
  const folder = join(run.out, readdirSync(run.out)[0] ?? "", "instances");
  return readdirSync(folder)
    .sort()
    .map((name) => readRun(join(folder, name)).run);
}

/** Counts by bucket of some histograms together. */
function buckets(histograms: string[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const histogram of histograms) {
    const { buckets: found, counts } = decodeSparseHistogram(histogram);
    for (const [place, bucket] of found.entries()) sums.set(bucket, (sums.get(bucket) ?? 0) + (counts[place] ?? 0));
  }
  return sums;
}

describe("four instances with OPERATION_COUNT", () => {
  let one: RunFile;
  let four: RunFile;
  let parts: RunFile[];
  beforeAll(async () => {
    const alone = await server.dbmark(count);
    expect([0, 4], alone.stderr).toContain(alone.code);
    const split = await server.dbmark(count, ["--instances", "4"]);
    expect([0, 4], split.stderr).toContain(split.code);
    [one, four, parts] = [alone.result(), split.result(), instancesOf(split)];
  });

  it("ask for exactly what one asks for: the same digest, and as many of each operation", () => {
    expect(four.digest).toEqual(one.digest);
    expect(four.digest).toMatchObject({ operations: 20_000, comparable: true });
    const asked = ({ totals }: RunFile) =>
      totals.measure.operations.map(({ name, operations, failed, undone, rowsRead, rowsWritten }) => [
        name,
        ...[operations, failed, undone, rowsRead, rowsWritten],
      ]);
    expect(asked(four)).toEqual(asked(one));
    expect(problemsOfRunFile(four)).toEqual([]);
  });

  it("have the sum of their histograms, bucket by bucket", () => {
    expect(parts).toHaveLength(4);
    for (const [place, { name, response, service }] of four.totals.measure.operations.entries()) {
      const own = parts.map(({ totals }) => totals.measure.operations[place]);
      expect(own.map((operation) => operation?.name)).toEqual([name, name, name, name]);
      expect(buckets([response.histogram])).toEqual(
        buckets(own.map((operation) => operation?.response.histogram ?? "")),
      );
      expect(buckets([service.histogram])).toEqual(buckets(own.map((operation) => operation?.service.histogram ?? "")));
    }
  });

  it("balance their books, which none of them could alone", () => {
    expect(four.books).toEqual(one.books);
    expect(four.books).toMatchObject([{ operation: "insert", balanced: true }]);
    for (const { books, validity } of parts) {
      expect(books).toMatchObject([{ allInstances: true, balanced: true }]);
      expect(validity.reasons.map(({ code }) => code)).not.toContain("books");
    }
  });

  it("use one data set, which one of them has prepared, and share workers and connections", () => {
    expect(parts.map(({ load }) => load?.reason)).toEqual([
      expect.stringMatching(/an earlier run had changed it/),
      ...Array.from({ length: 3 }, () => "the first instance of the run prepared it"),
    ]);
    expect(parts.map(({ topology }) => topology.workers)).toEqual([2, 2, 2, 2]);
    expect(four.topology).toEqual({ ...one.topology, instances: 4 });
    expect(new Set(parts.map(({ testid }) => testid)).size).toBe(1);
  });

  it("start at the instant that was agreed", () => {
    const [agreed, ...others] = new Set(parts.map(({ instance }) => instance?.agreedStart));
    expect(others).toEqual([]);
    for (const { startedAt } of parts) {
      expect(Date.parse(startedAt)).toBeGreaterThanOrEqual(Date.parse(agreed ?? ""));
    }
    expect(four.instances.map(({ segment }) => segment)).toEqual(["0:1/4", "1/4:1/2", "1/2:3/4", "3/4:1"]);
    expect(parts[0]?.instance?.targetClock).toBeDefined();
  });
});

it("two instances of an open loop send what the profile says", async () => {
  const run = await server.dbmark({ ...short, LOAD_PROFILE: "tps500" }, ["--instances", "2"]);
  const { totals, digest, profile } = run.result();
  expect(totals.measure.all, run.stderr).toMatchObject({ operations: 500, undone: 0 });
  expect(digest?.comparable).toBe(true);
  expect(profile.segments[0]?.rate).toEqual({ from: 500, to: 500 });
});

it("two instances of a profile with a shape report what became of the whole load", async () => {
  const variables = { ...short, LOAD_PROFILE: "spike", LOAD_RATE: "400", STEADY_STATE_DURATION: "2s" };
  const run = await server.dbmark(variables, ["--instances", "2"]);
  const { steps, report, validity, totals } = run.result();
  const parts = instancesOf(run);
  expect(
    steps.map(({ name }) => name),
    run.stderr,
  ).toEqual(["before", "spike", "after"]);
  for (const [place, { offered }] of steps.entries()) {
    const shares = parts.map((part) => part.steps[place]?.offered ?? 0);
    expect(offered).toBeCloseTo(
      shares.reduce((sum, share) => sum + share, 0),
      6,
    );
  }
  expect(steps.reduce((sum, { operations }) => sum + operations, 0)).toBe(totals.measure.all.operations);
  expect(report).toMatchObject({ kind: "recovery", peaks: [{ part: steps[1]?.name }] });
  expect(validity.warnings.map(({ code }) => code)).not.toContain("instances");
});

it("two instances on a table of the user's leave it as it was", async () => {
  await server.query(
    "DROP TABLE IF EXISTS orders; CREATE TABLE orders (id uuid PRIMARY KEY, note text NOT NULL); INSERT INTO orders SELECT gen_random_uuid(), 'note ' || i FROM generate_series(1, 500) i",
  );
  const before = await server.content("orders");
  const variables = { ...onTable, TABLE: "orders", LOAD_WORKERS: "4", SEED: "5" };
  const run = await server.dbmark(variables, ["--instances", "2", "--allow-writes"]);
  const { books } = run.result();
  expect(books, run.stderr).toMatchObject([{ operation: "insert", balanced: true }]);
  expect(books[0]?.held).toBeGreaterThan(0);
  expect(await server.content("orders")).toBe(before);
});

describe("what becomes of one instance", () => {
  const long = { ...short, LOAD_PROFILE: "tps200", STEADY_STATE_DURATION: "6s" };

  it("killed, it is named in the result of the others, which go on", async () => {
    const running = server.startDbmark(long, { args: ["--instances", "2"] });
    await running.prints(/measure {2}0:0[1-4]/);
    const [victim] = familyOf(running.child.pid ?? 0).filter((pid) => nameOf(pid) === "k6");
    process.kill(victim ?? 0, "SIGKILL");
    const ended = await running.ended;
    expect(ended.code).toBe(4);
    const run = ended.result();
    const killed = run.instances.filter(({ status }) => status === "crashed");
    expect(killed).toHaveLength(1);
    expect(run).toMatchObject({ status: "crashed", digest: null });
    expect(run.validity.reasons[0]).toMatchObject({
      code: "crashed",
      message: expect.stringMatching(/^instance .*: the run broke off \(k6 was ended by SIGKILL\)/),
    });
    expect(ended.stderr).toMatch(/instance \d broke off: k6 was ended by SIGKILL/);
    const [left] = run.instances.filter(({ status }) => status === "complete");
    expect(left?.operations).toBe(600);
    expect(killed[0]?.operations).toBeLessThan(600);
    expect(problemsOfRunFile(run)).toEqual([]);
  });

  it("all of them are interrupted by Ctrl-C, and what they measured is merged", async () => {
    const running = server.startDbmark(long, { args: ["--instances", "2"] });
    await running.prints(/measure {2}0:0[1-4]/);
    running.child.kill("SIGINT");
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    const run = ended.result();
    expect(run.instances.map(({ status }) => status)).toEqual(["interrupted", "interrupted"]);
    expect(run.status).toBe("interrupted");
    expect(run.totals.measure.all.operations).toBeGreaterThan(0);
  });

  it("a target that cannot be reached is told once, and nothing is left behind", async () => {
    const target = "postgres://nobody@127.0.0.1:1/postgres";
    const { ended } = server.startDbmark(long, { args: ["--instances", "3"], target });
    const { code, stderr, out } = await ended;
    expect(code).toBe(3);
    expect(stderr.match(/^dbmark: /gm)).toHaveLength(1);
    expect(readdirSync(out)).toEqual([]);
  });
});

describe("plain k6 with execution segments", () => {
  /** Two instances, as two machines would start them, with their own variables; merged. */
  async function merged(testid: string, ofEach: Record<string, string>[]) {
    const runs = await Promise.all(
      ["0:1/2", "1/2:1"].map((segment, place) =>
        server.k6(
          { ...short, LOAD_PROFILE: "tps100", DBMARK_TEST_ID: testid, ...ofEach[place] },
          { args: ["--execution-segment", segment, "--execution-segment-sequence", "0,1/2,1"] },
        ),
      ),
    );
    for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
    const out = server.folder();
    const { code, stderr } = await dbmark(["merge", ...runs.map((run) => run.out), "--out", out]);
    return { code, stderr, run: existsSync(join(out, testid)) ? readRun(join(out, testid)).run : undefined };
  }
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

  it("shares a data set, starts at DBMARK_START_AT, and is merged by dbmark merge", async () => {
    const start = { DBMARK_START_AT: at(8) };
    const { run, stderr } = await merged("together", [start, start]);
    expect(run?.totals.measure.all, stderr).toMatchObject({ operations: 100, undone: 0 });
    expect(run?.books).toMatchObject([{ operation: "insert", balanced: true }]);
    expect(run?.instances.map(({ id }) => id)).toEqual(["together-1-of-2", "together-2-of-2"]);
  });

  it("with an instance that starts late is told apart", async () => {
    const agreed = Date.now() + 8000;
    // The second one is given the same instant in words that are two seconds off, as by a clock that is wrong.
    const { code, run } = await merged("apart", [
      { DBMARK_START_AT: new Date(agreed).toISOString() },
      { DBMARK_START_AT: new Date(agreed + 2000).toISOString() },
    ]);
    expect(code).toBe(4);
    expect(run?.validity.reasons.map(({ code: one }) => one)).toContain("instances");
    expect(run?.validity.reasons.map(({ message }) => message).join()).toMatch(
      /instance 1\/2:1 started 2(\.\d+)? s after the first one/,
    );
  });

  it("without a common name is refused, before anything is touched", async () => {
    const run = await server.k6(
      { ...short, ...unjudged, LOAD_PROFILE: "tps100" },
      { args: ["--execution-segment", "0:1/2", "--execution-segment-sequence", "0,1/2,1"] },
    );
    expect(run.code).toBe(108);
    expect(run.stderr).toContain("set DBMARK_TEST_ID to the same new name in all of them");
    expect(readdirSync(run.out)).toEqual([]);
  });
});

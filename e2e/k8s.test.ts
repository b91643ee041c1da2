// A run on Kubernetes, rehearsed with processes: they get exactly what the rendered manifests and the operator give to pods.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { dbmark } from "../cli/command-under-test.ts";
import { problemsOfRunFile, type RunFile, readRun, windowsFileName } from "../lib/result/index.ts";
import { letGo, Namespace, ready, statusOf } from "./kubernetes.ts";
import { short, TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const variables = { ...short, LOAD_PROFILE: "tps200" };

/** Renders the suite on this server, and makes the namespace with its Secret. */
async function namespaceOf(instances: number, seconds = 2): Promise<Namespace> {
  const folder = server.folder();
  const set = Object.entries({ ...variables, STEADY_STATE_DURATION: `${seconds}s` }).flatMap(([name, value]) => [
    "--set",
    `${name}=${value}`,
  ]);
  const { code, stderr } = await dbmark([
    ...["k8s", "oltp", "--output", join(folder, "manifests"), "--instances", String(instances)],
    ...set,
  ]);
  expect(code, stderr).toBe(0);
  const namespace = new Namespace(join(folder, "manifests"), folder);
  namespace.create("Secret", "oltp-target", { DBMARK_TARGET: server.url });
  return namespace;
}

/** What run.sh makes for each run. */
function beginRun(namespace: Namespace, id: string, seconds: number): void {
  namespace.create("ConfigMap", "oltp-run", {
    DBMARK_TEST_ID: id,
    DBMARK_START_AT: new Date(Date.now() + seconds * 1000).toISOString(),
    DBMARK_RESULTS: `/results/instances/${id}`,
  });
}

describe("three runners", () => {
  let namespace: Namespace;
  let loaded: { code: number | null; stderr: string };
  let paused: unknown[];
  let before: string[];
  let ended: { code: number | null; stderr: string }[];
  let merged: { code: number | null; stdout: string; stderr: string };
  let run: RunFile;
  beforeAll(async () => {
    namespace = await namespaceOf(3);
    loaded = await namespace.startJob("oltp-load").ended;
    beginRun(namespace, "rehearsed", 15);
    const runners = await namespace.startRunners("oltp");
    await ready(runners);
    paused = await Promise.all(runners.map(statusOf));
    before = readdirSync(namespace.volume);
    await letGo(runners);
    ended = await Promise.all(runners.map((runner) => runner.ended));
    merged = await namespace.startJob("oltp-merge").ended;
    run = readRun(join(namespace.volume, "merged", "rehearsed")).run;
  });

  it("are let go when the load Job has ended, and touch nothing before", () => {
    expect(loaded.code, loaded.stderr).toBe(0);
    expect(loaded.stderr).toMatch(/loaded 2000 rows/);
    expect(paused).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ paused: true })));
    expect(before).toEqual([]);
  });

  it("find the data as the load Job left it", () => {
    for (const { code, stderr } of ended) expect([0, 99], stderr).toContain(code);
    expect(ended[0]?.stderr).toMatch(/data set of 2000 rows reused/);
    expect(run.load).toMatchObject({ rows: 2000, reused: true });
  });

  it("start together, though each was let go and set up by itself", () => {
    expect(run.validity.reasons.map(({ code }) => code)).not.toContain("instances");
    for (const { startOffsetSeconds } of run.instances) expect(startOffsetSeconds).toBeLessThanOrEqual(0.25);
    expect(run.instances.map(({ segment }) => segment)).toEqual(["0:1/3", "1/3:2/3", "2/3:1"]);
  });

  it("are merged by the merge Job into one result, with the profile's load and balanced books", () => {
    expect([0, 4], merged.stderr).toContain(merged.code);
    expect(merged.stdout).toContain("3 instances");
    expect(problemsOfRunFile(run)).toEqual([]);
    expect(run).toMatchObject({ testid: "rehearsed", status: "complete" });
    expect(run.totals.measure.all).toMatchObject({ operations: 400, undone: 0 });
    expect(run.books).toMatchObject([{ operation: "insert", balanced: true }]);
    expect(run.digest?.comparable).toBe(true);
  });

  it("cannot run again under the same name, which would take the data from under them", async () => {
    rmSync(join(namespace.volume, "instances"), { recursive: true });
    const runners = await namespace.startRunners("oltp");
    await ready(runners);
    const [first, ...others] = runners;
    if (first === undefined) throw new Error("there is no runner");
    await letGo([first]);
    const { code, stderr } = await first.ended;
    for (const other of others) other.child.kill("SIGKILL");
    expect(code).toBe(108);
    expect(stderr).toContain("set DBMARK_TEST_ID to another name for each run");
  });
});

it("a runner that is killed is named in the merged result, though it was the first; the others go on", async () => {
  const namespace = await namespaceOf(2, 6);
  const loaded = await namespace.startJob("oltp-load").ended;
  expect(loaded.code, loaded.stderr).toBe(0);
  beginRun(namespace, "killed", 10);
  const runners = await namespace.startRunners("oltp");
  await ready(runners);
  await letGo(runners);
  const windows = join(namespace.volume, "instances", "killed", "killed-1-of-2", windowsFileName);
  await vi.waitUntil(() => existsSync(windows) && readFileSync(windows, "utf8").includes('"type":"window"'), 50_000);
  runners[0]?.child.kill("SIGKILL");
  await Promise.all(runners.map((runner) => runner.ended));
  const { code, stdout } = await namespace.startJob("oltp-merge").ended;
  expect(code).toBe(4);
  expect(stdout).toMatch(/× instance 0:1\/2: the run crashed after/);
  const { run } = readRun(join(namespace.volume, "merged", "killed"));
  expect(run.instances.map(({ status }) => status)).toEqual(["crashed", "complete"]);
  expect(run.instances[1]).toMatchObject({ operations: 600, undone: 0 });
});

it("runners on noop need no Secret and no load", async () => {
  const folder = server.folder();
  const { code, stderr } = await dbmark([
    ...["k8s", "oltp", "--target", "noop://local", "--output", join(folder, "manifests"), "--profile", "smoke"],
    ...["--set", "LOAD_WORKERS=2", "--set", "STEADY_STATE_DURATION=1s", "--set", "WARMUP_DURATION=0s"],
  ]);
  expect(code, stderr).toBe(0);
  expect(readdirSync(join(folder, "manifests"))).not.toContain("load.yaml");
  const namespace = new Namespace(join(folder, "manifests"), folder);
  beginRun(namespace, "noop", 8);
  const runners = await namespace.startRunners("oltp");
  await ready(runners);
  await letGo(runners);
  for (const runner of runners) expect([0, 99]).toContain((await runner.ended).code);
  const merged = await namespace.startJob("oltp-merge").ended;
  expect([0, 4], merged.stderr).toContain(merged.code);
  expect(merged.stdout).toContain("2 instances");
});

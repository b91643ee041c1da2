// dbmark compare on runs of a real PostgreSQL.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../cli/command-under-test.ts";
import { problemsOfComparison } from "../lib/comparison/runs-under-test.ts";
import type { Comparison } from "../lib/schema/comparison.generated.ts";
import { type EndedRun, short, TestServer, type Variables } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const { STEADY_STATE_DURATION: _, WARMUP_DURATION: __, ...timeless } = short;
const counted = { ...timeless, LOAD_PROFILE: "smoke", OPERATION_COUNT: "3000" };

/** The run folder of a run. */
const folderOf = ({ out }: EndedRun) => join(out, readdirSync(out)[0] ?? "");

async function runOf(variables: Variables): Promise<string> {
  const run = await server.k6({ ...counted, ...variables });
  expect(run.code, run.stderr).toBe(0);
  return folderOf(run);
}

async function compared(...runs: string[]): Promise<Comparison> {
  const { code, stdout, stderr } = await dbmark(["compare", ...runs, "--format", "json"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const comparison = JSON.parse(stdout);
  expect(problemsOfComparison(comparison)).toEqual([]);
  return comparison;
}

describe("runs on a server", () => {
  it("of the same operations are found to be that, with values of their own", async () => {
    const runs = [await runOf({}), await runOf({})];
    const comparison = await compared(...runs);
    expect(comparison.sameOperations).toBe(true);
    expect(comparison.differences.filter(({ matters }) => matters)).toEqual([]);
    const [all] = comparison.operations;
    expect(all?.counts).toEqual([3000, 3000]);
    const throughput = all?.metrics.find(({ metric }) => metric === "throughput");
    expect(throughput?.values[0]).not.toBe(throughput?.values[1]);
    expect(throughput?.changes[1]).toBeCloseTo((throughput?.values[1] ?? 0) / (throughput?.values[0] ?? 0) - 1, 12);
    expect(throughput?.given).toEqual([false, false]);
    const text = await dbmark(["compare", ...runs]);
    expect(text.stdout).toContain("By their digests, all runs asked for exactly the same operations.");
    expect(text.stdout).toContain("By their files, all runs measured the same thing.");
  });

  it("of other data, another mix, load and protocol are found to differ in these", async () => {
    const runs = [
      await runOf({}),
      await runOf({ ROWS: "4000", MIX: "write-heavy", SEED: "7" }),
      await runOf({ LOAD_WORKERS: "4", CONNECTIONS: "2", PROTOCOL: "simple" }),
    ];
    const { differences, sameOperations } = await compared(...runs);
    expect(sameOperations).toBe(false);
    const whatOf = (matters: boolean) => differences.filter((one) => one.matters === matters).map(({ what }) => what);
    expect(whatOf(true)).toEqual(
      expect.arrayContaining(["mix", "rows of dbmark_oltp", "seed", "load", "protocol mode", "workers", "connections"]),
    );
    expect(whatOf(true).filter((what) => /fsync|processor|version|host/.test(what))).toEqual([]);
    expect(whatOf(false)).toEqual(expect.arrayContaining(["ROWS", "MIX", "SEED", "LOAD_WORKERS", "PROTOCOL"]));
    expect(differences.find(({ what }) => what === "rows of dbmark_oltp")?.values).toEqual(["2,000", "4,000", "2,000"]);
  });

  it("of which one was interrupted in its warm-up are refused", async () => {
    const { ended, began, child } = server.startK6({ ...short, LOAD_PROFILE: "smoke", WARMUP_DURATION: "60s" });
    await began();
    child.kill("SIGINT");
    const run = await ended;
    expect(run.result().status).toBe("interrupted");
    const { code, stderr } = await dbmark(["compare", await runOf({}), folderOf(run)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/measured nothing: it was interrupted in its warm-up\. There is nothing to compare in it/);
  });
});

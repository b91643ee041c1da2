// Transactions that collide, and statements that the server ends: tried again up to a limit, counted apart, and every addition that was
// acknowledged is in the database.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultTransactionRetry } from "../lib/workload.ts";
import { counters, expectBalancedBooks } from "./books.ts";
import { findingDeadlocks, operationOf, short, TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const count = 400;
const closed = {
  ...short,
  LOAD_PROFILE: "max",
  LOAD_WORKERS: "8",
  OPERATION_COUNT: String(count),
  WARMUP_DURATION: "",
  STEADY_STATE_DURATION: "",
};

/** What the samples of a Counter add up to, in a file of k6's JSON output. */
function sumOf(path: string, metric: string): number {
  const points = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return points
    .filter((point) => point.type === "Point" && point.metric === metric)
    .reduce((sum, { data }) => sum + data.value, 0);
}

describe("transactions that collide", () => {
  it.each([
    ["deadlock", "cross", "operations"],
    ["serialization", "add", "windows"],
  ])("by %s: tried again by the default rule, which the result names", async (kind, name, METRICS) => {
    const samples = join(server.folder(), "samples.json");
    const run = await server.k6(
      { ...closed, OPERATIONS: name, METRICS },
      { script: counters, target: findingDeadlocks(server.url), args: ["--out", `json=${samples}`] },
    );
    const result = await expectBalancedBooks(server, run, count);
    expect(result.workload.operations[0]?.retry).toEqual(defaultTransactionRetry);
    const { attempts, operations, unknown, errors, failed } = operationOf(result, name);
    expect(attempts).toBeGreaterThan(operations);
    expect(errors[kind] ?? 0).toBe(failed);
    expect(unknown).toBe(0);
    expect(run.stdout).toContain("tried again");
    expect(sumOf(samples, "transaction_retries_total")).toBe(attempts - operations);
    expect(sumOf(samples, "transaction_errors_total")).toBe(failed);
  });

  it.each([
    ["deadlock", "cross"],
    ["serialization", "add"],
  ])("by %s: one attempt is one attempt, and its failures are failures", async (kind, name) => {
    const variables = { ...closed, OPERATIONS: name, ATTEMPTS: "1" };
    const result = await expectBalancedBooks(
      server,
      await server.k6(variables, { script: counters, target: findingDeadlocks(server.url) }),
      count,
    );
    const { attempts, operations, failed, unknown, errors } = operationOf(result, name);
    expect(attempts).toBe(operations);
    expect(failed).toBeGreaterThan(0);
    expect(errors).toEqual({ [kind]: failed });
    expect(unknown).toBe(0);
    expect(result.connections).toMatchObject({ retries: 0, reconnects: 0 });
  });

  it("attempts enough: all of them succeed in the end", async () => {
    const variables = { ...closed, OPERATIONS: "cross=1,add=1", ATTEMPTS: "1000" };
    const run = await server.k6(variables, { script: counters, target: findingDeadlocks(server.url) });
    const result = await expectBalancedBooks(server, run, count);
    expect(result.totals.measure.all).toMatchObject({ failed: 0, operations: count });
    expect(result.connections?.retries).toBeGreaterThan(0);
  });
});

describe("statement_timeout", () => {
  it.each([
    ["of the URL", () => `${server.url}&statement_timeout=100`],
    ["of the role", () => server.url.replace(/\/\/.*?@/, "//hurried:secret@")],
  ])("%s ends what is too slow: a timeout with a known outcome, and the session goes on", async (_name, url) => {
    await server.query(`
      DROP TABLE IF EXISTS dbmark_counters, dbmark_manifest;
      DO $$ BEGIN CREATE ROLE hurried SUPERUSER LOGIN PASSWORD 'secret'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      ALTER ROLE hurried SET statement_timeout = '100ms'`);
    const variables = { ...closed, OPERATIONS: "sleep=80,increment=20", OPERATION_COUNT: "100" };
    const run = await server.k6(variables, { script: counters, target: url() });
    const result = await expectBalancedBooks(server, run, 100);
    const { all } = result.totals.measure;
    expect(all.errors.timeout).toBeGreaterThan(0);
    expect(all).toMatchObject({ errors: { timeout: all.failed }, unknown: 0 });
    expect(run.stdout).toContain("timeout: canceling statement due to statement timeout (57014)");
    expect(result.connections?.reconnects).toBe(0);
  });
});

// Every scenario of the SpacetimeDB suite on a real server, over a WebSocket in both encodings and over HTTP: what SQL finds on the server
// afterwards is exactly what the run counted.

import { readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../cli/command-under-test.ts";
import { installationFolder } from "../cli/installation.ts";
import { readRun } from "../lib/result/index.ts";
import { ab, runsOf } from "./experiment.ts";
import { operationOf, unjudged, type Variables } from "./server.ts";
import { countsOf, expectBooks } from "./spacetimedb-books.ts";
import { TestSpacetimedb } from "./spacetimedb-server.ts";

let server: TestSpacetimedb;
beforeAll(async () => {
  server = await TestSpacetimedb.start();
});
afterAll(() => server?.stop());

const script = "scripts/spacetimedb.ts";
const counted: Variables = {
  LOAD_PROFILE: "smoke",
  OPERATION_COUNT: "1200",
  LOAD_WORKERS: "4",
  ROWS: "200",
  ...unjudged,
};

const protocols: Record<string, Variables> = {
  "websocket-bsatn": {},
  "websocket-json": { SPACETIME_ENCODING: "json" },
  http: { USE_WEBSOCKET: "false" },
};

describe.each(Object.entries(protocols))("over %s", (mode, protocol) => {
  it.each([
    ["counter", ["increment"]],
    ["message", ["create-message"]],
    ["mixed", ["read-user", "create-user"]],
    ["batch", ["batch"]],
    ["all", ["increment", "create-message", "read-user", "create-user"]],
  ])("%s leaves on the server exactly what it counted", async (SCENARIO, operations) => {
    const variables = { ...counted, ...protocol, SCENARIO, ...(SCENARIO === "batch" && { OPERATION_COUNT: "120" }) };
    const run = await server.k6(variables, { script });
    const result = await expectBooks(server, run);
    const { all } = result.totals.measure;
    expect(result.target.mode).toBe(mode);
    expect(result.validity).toMatchObject({ valid: true, reasons: [] });
    expect(all).toMatchObject({ operations: Number(variables.OPERATION_COUNT), failed: 0, undone: 0, unknown: 0 });
    expect(result.totals.measure.operations.map(({ name }) => name)).toEqual(operations);
    for (const name of operations) expect(operationOf(result, name).operations).toBeGreaterThan(0);
    for (const { acknowledged, held, operation } of result.books) {
      const each = operation === "batch" ? 10 : 1;
      expect([acknowledged, held]).toEqual(Array(2).fill(each * operationOf(result, operation).operations));
    }
    expect(result.digest).toMatchObject({ comparable: true });
    expect(run.stdout).toContain("spacetime_reducer_calls_total");
  });
});

describe("the same operations", () => {
  it("run over a WebSocket and HTTP, one after another and in flight together", async () => {
    const digests = [];
    for (const more of [{}, { DEPTH: "16" }, { USE_WEBSOCKET: "false" }, { CONNECTIONS: "2", DEPTH: "8" }]) {
      const result = await expectBooks(server, await server.k6({ ...counted, ...more }, { script }));
      expect(result.totals.measure.all).toMatchObject({ operations: 1200, failed: 0 });
      digests.push(result.digest?.value);
    }
    expect(new Set(digests).size).toBe(1);
  });
});

describe("several instances", () => {
  it.each([
    ["a WebSocket", {}],
    ["HTTP", { USE_WEBSOCKET: "false" }],
  ])("share the run over %s: the first one loads, and together they do what one does", async (_name, protocol) => {
    const variables = { ...counted, ...protocol };
    const one = await expectBooks(server, await server.dbmark(variables, [], "spacetimedb"));
    const run = await server.dbmark(variables, ["--instances", "2"], "spacetimedb");
    expect([0, 4], run.stderr).toContain(run.code);
    const two = await expectBooks(server, run);
    expect(two.digest).toEqual(one.digest);
    expect(two.books).toEqual(one.books);
    expect(two.load).toMatchObject({ rows: 300, reused: false });
    expect(countsOf(two).spacetime_reducer_calls_total).toBe(countsOf(one).spacetime_reducer_calls_total);
  });

  it("that agreed on no start are told how: they cannot see when the data is there", async () => {
    const run = await server.k6(
      { ...counted, DBMARK_TEST_ID: "shared" },
      { script, args: ["--execution-segment", "0:1/2", "--execution-segment-sequence", "0,1/2,1"] },
    );
    expect(run.code).not.toBe(0);
    expect(`${run.stdout}${run.stderr}`).toMatch(/spacetimedb keeps no record of its data set.*DBMARK_START_AT/);
  });
});

describe("without a target", () => {
  const run = (environment: Record<string, string>) =>
    dbmark(
      [
        "run",
        "spacetimedb",
        "--profile",
        "smoke",
        "--set",
        "OPERATION_COUNT=50",
        "--set",
        "ROWS=20",
        "--out",
        server.folder(),
      ],
      { DBMARK_TARGET: "", SPACETIME_HOST: "127.0.0.1", SPACETIME_PORT: String(server.port), ...environment },
    );

  it("the variables say where the server is", async () => {
    const { code, stdout, stderr } = await run({ SLO_P99: "none" });
    expect([0, 4], stderr).toContain(code);
    expect(stdout).toContain(`spacetimedb://127.0.0.1:${server.port}/benchmark`);
  });

  it("a token of the environment is used, and shown nowhere", async () => {
    const { code, stdout, stderr } = await run({ SPACETIME_TOKEN: server.token });
    expect([0, 1, 4], stderr).toContain(code);
    expect(stdout).toContain(`spacetimedb://:xxxxx@127.0.0.1:${server.port}/benchmark`);
    expect(`${stdout}${stderr}`).not.toContain(server.token);
    const refused = await run({ SPACETIME_TOKEN: `${server.token}x` });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).not.toContain(server.token);
  });
});

describe("a run that is run again from its file", () => {
  it("does the same", async () => {
    const first = await server.dbmark({ ...counted, SPACETIME_ENCODING: "json" }, [], "spacetimedb");
    const original = first.result();
    const out = server.folder();
    const [name = ""] = readdirSync(first.out);
    const { stderr } = await dbmark(["rerun", join(first.out, name), "--out", out], { DBMARK_TARGET: "" });
    const again = readRun(join(out, readdirSync(out)[0] ?? "")).run;
    expect(again.digest, stderr).toEqual(original.digest);
    expect(again.target.mode).toBe("websocket-json");
    expect(again.books).toEqual(original.books);
  });
});

describe("websocketStress", () => {
  it("opens, holds, drops and reopens connections with subscriptions, and counts all of it", async () => {
    const run = await server.k6({ ...counted, SCENARIO: "websocketStress" }, { script });
    const result = await expectBooks(server, run);
    const of = (name: string) => operationOf(result, name).operations;
    expect(result.totals.measure.all).toMatchObject({ operations: 1200, failed: 0 });
    const counts = countsOf(result);
    expect(counts).toMatchObject({
      spacetime_ws_connections_total: 4 + of("reopen") + of("drop"),
      spacetime_ws_connection_errors_total: 0,
      spacetime_connection_drops_total: of("drop"),
      spacetime_reconnect_attempts_total: of("reopen") + of("drop"),
      spacetime_subscription_errors_total: 0,
      spacetime_reducer_errors_total: 0,
    });
    // Others' increments of a counter reach whoever has subscribed to it.
    expect(counts.spacetime_table_updates_total).toBeGreaterThan(0);
    const times = result.totals.measure.instruments?.times;
    expect(times?.spacetime_subscription_latency_ms?.count).toBe(of("subscribe") + of("reopen") + of("drop"));
    expect(times?.spacetime_reducer_latency_ms?.count).toBe(of("increment"));
  });

  it("is refused over HTTP", async () => {
    const run = await server.dbmark({ SCENARIO: "websocketStress", USE_WEBSOCKET: "false" }, [], "spacetimedb");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("USE_WEBSOCKET=false asks for HTTP");
  });
});

describe("DISCARD_RESPONSE_BODIES", () => {
  it.each([
    ["a WebSocket", {}],
    ["HTTP", { USE_WEBSOCKET: "false" }],
  ])("leaves what was read over %s undecoded, and uncounted", async (_name, protocol) => {
    const variables = { ...counted, ...protocol, SCENARIO: "mixed", OPERATION_COUNT: "400" };
    const read = await expectBooks(server, await server.k6(variables, { script }));
    const discarded = await expectBooks(
      server,
      await server.k6({ ...variables, DISCARD_RESPONSE_BODIES: "true" }, { script }),
    );
    expect(operationOf(read, "read-user").rowsRead).toBe(operationOf(read, "read-user").operations);
    expect(operationOf(discarded, "read-user")).toMatchObject({
      operations: operationOf(read, "read-user").operations,
      failed: 0,
      rowsRead: 0,
    });
  });
});

describe("messages", () => {
  it.each([
    ["0", {}, 200],
    ["0", { USE_WEBSOCKET: "false" }, 200],
    ["2000000", { USE_WEBSOCKET: "false" }, 6],
    ["10000000", {}, 6],
  ])("of %s bytes are written (%j)", async (MESSAGE_SIZE, more, count) => {
    const variables = { ...counted, ...more, SCENARIO: "message", MESSAGE_SIZE, OPERATION_COUNT: String(count) };
    const result = await expectBooks(server, await server.k6(variables, { script }));
    expect(result.totals.measure.all).toMatchObject({ operations: count, failed: 0 });
    const lengths = (await server.sql("SELECT content FROM messages")).map(([content]) => String(content).length);
    expect(new Set(lengths)).toEqual(new Set([Number(MESSAGE_SIZE)]));
    await server.reset();
  });

  it("of 10 MB are refused over HTTP, before anything is sent", async () => {
    const run = await server.dbmark({ MESSAGE_SIZE: "10000000", USE_WEBSOCKET: "false" }, [], "spacetimedb");
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/MESSAGE_SIZE=10000000 is more than SpacetimeDB takes in one call over HTTP/);
  });
});

describe("an operation that the server refuses", () => {
  it("fails its check, and is in no book", async () => {
    // The next user that the run would create is there already, by somebody else's hand.
    const own = server.folder();
    const path = join(own, "taken.ts");
    writeFileSync(
      path,
      ownScript(`
      export const options = { scenarios: { mine: { executor: "per-vu-iterations", exec: "twice", vus: 1, iterations: 1 } } };
      const client = connect(__ENV.DBMARK_TARGET);
      export function twice() {
        client.query("CALL create_user('user-000000000200', 'a', 'b', 'c', 5, 'd', true)");
        for (let i = 0; i < 64; i++) mixedScenario();
      }`),
    );
    const run = await server.k6({ ...unjudged, ROWS: "200", READ_WRITE_RATIO: "0" }, { script: pathFrom(path) });
    const result = run.result();
    expect(operationOf(result, "create-user")).toMatchObject({ operations: 64, succeeded: 63, failed: 1, unknown: 0 });
    expect(result.errorExamples[0]?.message).toContain('there is a user "user-000000000200" already');
    expect(result.books.find(({ operation }) => operation === "create-user")).toMatchObject({
      acknowledged: 63,
      held: 63,
      balanced: true,
    });
    expect(run.stdout).toMatch(/write operation successful +63 +1 +98\.4 %/);
  });
});

describe("a script of the user's own", () => {
  it("runs the scenarios by executors of its choice, and every operation is counted", async () => {
    const path = join(server.folder(), "own.ts");
    writeFileSync(
      path,
      ownScript(`
      export const options = {
        scenarios: {
          ramp: {
            executor: "ramping-arrival-rate", exec: "counterScenario", startRate: 50, timeUnit: "1s",
            preAllocatedVUs: 4, maxVUs: 8, stages: [{ target: 150, duration: "2s" }],
          },
          shared: { executor: "shared-iterations", exec: "mixedScenario", vus: 3, iterations: 333 },
          batches: { executor: "constant-vus", exec: "batchScenario", vus: 2, duration: "1s" },
        },
        thresholds: { checks: ["rate==1"], "spacetime_reducer_latency_ms": ["p(50)<60000"] },
      };`),
    );
    const run = await server.k6({ ...unjudged, METRICS: "operations", ROWS: "200" }, { script: pathFrom(path) });
    expect(run.code).toBe(0);
    const result = await expectOwnBooks(run);
    const of = (name: string) => operationOf(result, name).operations;
    expect(of("read-user") + of("create-user")).toBe(333);
    // A machine too busy for 200 of them drops some.
    expect(of("increment")).toBeGreaterThan(0);
    expect(of("increment")).toBeLessThan(250);
    expect(of("batch")).toBeGreaterThan(0);
    expect(result.totals.measure.all).toMatchObject({ failed: 0 });
    expect(result.status).toBe("complete");
    expect(result.profile).toMatchObject({ name: "own executors", executors: true });
    expect(result.topology.workers).toBe(8 + 3 + 2);
    expect(run.stdout).toContain("counter increment successful");
  });

  it("is told what is missing where it does not export setup", async () => {
    const path = join(server.folder(), "forgetful.ts");
    const source = `export { counterScenario } from "${join(installationFolder, script)}";
      export const options = { scenarios: { one: { executor: "shared-iterations", exec: "counterScenario", iterations: 1 } } };`;
    writeFileSync(path, source);
    const run = await server.k6({}, { script: pathFrom(path) });
    expect(`${run.stdout}${run.stderr}`).toContain("setup() calls open(), load() and start() in this order");
  });

  /** Increments are counted by both of their operations together. */
  async function expectOwnBooks(run: Awaited<ReturnType<typeof server.k6>>) {
    const result = run.result();
    const of = (name: string) => operationOf(result, name).rowsWritten;
    const sum = of("increment") + of("batch");
    expect(await server.sum("SELECT value FROM counters")).toBe(sum);
    expect(result.books).toEqual([
      expect.objectContaining({ operation: "increment, batch", acknowledged: sum, held: sum, balanced: true }),
      expect.objectContaining({ operation: "create-user", held: of("create-user"), balanced: true }),
    ]);
    return result;
  }
});

describe("WebSocket and HTTP", { timeout: 120_000 }, () => {
  it("are compared on the same work by one command", async () => {
    const few = { ROWS: "100", OPERATION_COUNT: "600", ...unjudged };
    const set = Object.entries(few).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
    const ended = await ab(
      server.folder(),
      [
        ...[
          "spacetimedb",
          "--profile",
          "smoke",
          "--pairs",
          "5",
          "--primary",
          "throughput",
          "--primary",
          "response-p50",
        ],
        ...["--a", "USE_WEBSOCKET=true", "--b", "USE_WEBSOCKET=false", ...set],
      ],
      { DBMARK_TARGET: server.url },
    );
    expect([ended.code, ended.stderr]).toEqual([
      expect.toSatisfy((code) => code === 0 || code === 4),
      expect.anything(),
    ]);
    expect(ended.stdout).toContain("USE_WEBSOCKET");
    const runs = runsOf(ended.folder(), ended.file());
    expect(runs.length).toBe(10);
    for (const { run, variant } of runs) {
      expect(run.totals.measure.all).toMatchObject({ operations: 600, failed: 0 });
      expect(run.target.mode).toBe(variant === "a" ? "websocket-bsatn" : "http");
      for (const { acknowledged, held } of run.books) expect(held).toBe(acknowledged);
    }
    expect(new Set(runs.map(({ run }) => run.digest?.value)).size).toBe(1);
  });
});

/** A script that has what the suite exports, and what the test adds. */
function ownScript(more: string): string {
  return `import { connect } from "k6/x/dbmark";
    import { counterScenario, messageScenario, mixedScenario, batchScenario, setup, teardown, handleSummary } from "${join(installationFolder, script)}";
    export { counterScenario, messageScenario, mixedScenario, batchScenario, setup, teardown, handleSummary };
    ${more}`;
}

/** As startK6 wants it: from the installation's folder. */
function pathFrom(path: string): string {
  return relative(installationFolder, path);
}

// Commands and pipelines on Redis, as a declared run, with single calls before and after:
//
//   DBMARK_TARGET=redis://127.0.0.1:6379 k6 run redis.ts

import exec from "k6/execution";
import type { Options } from "k6/options";
import { connect, declareRun } from "k6/x/dbmark";

declare const __ENV: Record<string, string | undefined>;

const target = __ENV.DBMARK_TARGET ?? "redis://127.0.0.1:6379";
const [workers, seconds, gracefulStopSeconds] = [4, 3, 5];
const line = (value: number) => ({ from: value, to: value });

const run = declareRun({
  suite: "redis-example",
  target,
  profile: {
    name: "closed",
    description: "As fast as four workers can",
    loop: "closed",
    segments: [{ phase: "measure", seconds, workers: line(workers) }],
  },
  seed: 1,
  connections: "per-worker",
  depth: 4, // requests in flight on each connection
  timeoutMilliseconds: 5_000,
  connectTimeoutMilliseconds: 5_000,
  gracefulStopSeconds,
  metrics: "windows",
  resultsDirectory: __ENV.DBMARK_RESULTS ?? "results",
  allowWrites: false,
  reload: false,
  loadConnections: 1,
  variables: {},
  version: "example",
  gitRevision: "",
});

const client = connect(target);

export const options: Options = {
  setupTimeout: "10m",
  scenarios: {
    closed: {
      executor: "per-vu-iterations",
      vus: workers,
      iterations: seconds + gracefulStopSeconds + 2,
      maxDuration: `${seconds + gracefulStopSeconds + 30}s`,
    },
  },
  thresholds: { slo_missed: ["count==0"] },
};

const key = { name: "key", generator: { type: "zipfian", minimum: 1, maximum: 10_000 } } as const;
const value = { name: "value", generator: { type: "text", length: 100 } } as const;

export function setup() {
  try {
    client.execute(["SET", "example:greeting", "hello"]);
    run.open();
    run.load({
      name: "redis-example",
      system: "redis",
      description: "SET, GET, and three commands in one pipeline",
      operations: [
        {
          name: "get",
          kind: "read",
          weight: 6,
          parameters: [key],
          steps: [{ command: ["GET", "example:{key}"] }],
          slo: { p95Milliseconds: 100, errorRate: 0 },
        },
        {
          name: "set",
          kind: "write",
          weight: 3,
          parameters: [key, value],
          steps: [{ command: ["SET", "example:{key}", "{value}"] }],
        },
        {
          // Steps of one operation go to the server together.
          name: "pipeline",
          kind: "batch",
          weight: 1,
          parameters: [key, value],
          steps: [
            { command: ["SET", "example:{key}", "{value}"] },
            { command: ["EXPIRE", "example:{key}", "60"] },
            { command: ["GET", "example:{key}"] },
          ],
        },
      ],
    });
    run.start();
  } catch (error) {
    exec.test.abort((error as Error).message);
  }
}

export default function () {
  run.iterate();
}

export function teardown() {
  run.finish();
  const [greeting] = client.query(["GET", "example:greeting"]);
  if (greeting?.value !== "hello") throw new Error(`the greeting is ${JSON.stringify(greeting)}`);
  console.log(`example:greeting is ${greeting.value}`);
  client.execute(["DEL", "example:greeting"]);
  client.close();
}

export function handleSummary() {
  const text = run.result();
  if (text === null) return {};
  const { id, validity, totals } = JSON.parse(text);
  const rows = totals.measure.operations.map(
    (operation: { name: string; throughput: number; response: { p95: number } }) =>
      `  ${operation.name.padEnd(10)} ${operation.throughput.toFixed(0)} operations/s, p95 ${operation.response.p95.toFixed(3)} ms`,
  );
  return { stdout: `${id}: ${validity.valid ? "valid" : "not valid"}\n${rows.join("\n")}\n` };
}

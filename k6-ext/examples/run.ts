// A declared run: the workload is data, Go runs it, and the result is a run folder with run.json and windows.ndjson.
//
//   k6 run run.ts
//   DBMARK_TARGET=postgres://user:password@127.0.0.1:5432/database k6 run run.ts
//
// Without a target it runs on noop://, which answers by itself after a millisecond.

import exec from "k6/execution";
import type { Options } from "k6/options";
import { declareRun } from "k6/x/dbmark";

declare const __ENV: Record<string, string | undefined>;

const target = __ENV.DBMARK_TARGET ?? "noop://local?latency=1ms";
const workers = 4;
const seconds = { warmup: 1, measure: 3 };
const gracefulStopSeconds = 5;

// 500 operations a second: an open loop, whose schedule a slow reply does not shift.
const line = (value: number) => ({ from: value, to: value });
const run = declareRun({
  suite: "example",
  target,
  profile: {
    name: "steady",
    description: "500 operations a second",
    loop: "open",
    segments: [
      { phase: "warmup", seconds: seconds.warmup, rate: line(500), workers: line(workers) },
      { phase: "measure", seconds: seconds.measure, rate: line(500), workers: line(workers) },
    ],
  },
  seed: 1,
  connections: "per-worker",
  depth: 1,
  timeoutMilliseconds: 5_000,
  connectTimeoutMilliseconds: 5_000,
  gracefulStopSeconds,
  metrics: "operations",
  resultsDirectory: __ENV.DBMARK_RESULTS ?? "results",
  allowWrites: false,
  reload: false,
  loadConnections: 2,
  variables: {},
  version: "example",
  gitRevision: "",
});

const total = seconds.warmup + seconds.measure;

export const options: Options = {
  setupTimeout: "10m",
  scenarios: {
    steady: {
      executor: "per-vu-iterations",
      // A VU for each worker, and an iteration for each second: a slice of the run. Over, they return at once.
      vus: workers,
      iterations: total + gracefulStopSeconds + 2,
      maxDuration: `${total + gracefulStopSeconds + 30}s`,
    },
  },
  thresholds: { slo_missed: ["count==0"], "response_time_ms{phase:measure}": ["p(99)<500"] },
};

export function setup() {
  // k6 would print a stack trace for an error: its message says enough.
  try {
    run.open();
    run.load({
      name: "example",
      system: "postgres",
      description: "A statement of its own",
      operations: [
        {
          name: "square",
          kind: "read",
          weight: 3,
          parameters: [{ name: "n", generator: { type: "zipfian", minimum: 1, maximum: 1000 } }],
          steps: [{ statement: "SELECT $1::int8 * $1", parameters: ["n"], expect: { minimum: 1, maximum: 1 } }],
          slo: { p95Milliseconds: 200, errorRate: 0.001 },
        },
        {
          name: "shout",
          kind: "read",
          weight: 1,
          parameters: [{ name: "word", generator: { type: "text", length: { minimum: 3, maximum: 12 } } }],
          steps: [{ statement: "SELECT upper($1)", parameters: ["word"] }],
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
}

export function handleSummary() {
  const text = run.result();
  if (text === null) return {};
  const { id, validity, totals } = JSON.parse(text);
  const { throughput, response } = totals.measure.all;
  const verdict = validity.valid ? "valid" : `not valid: ${JSON.stringify(validity.reasons)}`;
  return {
    stdout: `${id}: ${throughput.toFixed(1)} operations/s, p95 ${response.p95.toFixed(3)} ms, ${verdict}\n`,
  };
}

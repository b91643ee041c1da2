// What k6's OpenTelemetry output sends to a collector, with the variables of docs/outputs.md.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endWhatIsLeft, startDbmark } from "../cli/command-under-test.ts";
import { type RunFile, readRun } from "../lib/result/index.ts";

/** What arrived, by path: protobuf, in which names and labels are plain text. */
const arrived: { path: string; text: string }[] = [];
let collector: Server;
let out: string;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "dbmark-otel-"));
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      arrived.push({ path: request.url ?? "", text: plain.toString("latin1") });
      response.writeHead(200, { "Content-Type": "application/x-protobuf" }).end();
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  endWhatIsLeft();
  collector?.closeAllConnections();
  collector?.close();
  if (out !== undefined) rmSync(out, { recursive: true, force: true });
});

async function run(endpoint: string, folder: string): Promise<RunFile> {
  const { code, stderr } = await startDbmark(
    [
      ...["run", "oltp", "--target", "noop://local?latency=1ms", "--profile", "tps200", "--metrics", "windows"],
      ...["--set", "STEADY_STATE_DURATION=3s", "--set", "WARMUP_DURATION=0s", "--out", folder],
      ...["--set", "SLO_P95=none", "--set", "SLO_P99=none", "--set", "SLO_ERROR_RATE=none"],
      ...["--k6-out", "opentelemetry"],
    ],
    {
      K6_OTEL_EXPORTER_PROTOCOL: "http/protobuf",
      K6_OTEL_HTTP_EXPORTER_INSECURE: "true",
      K6_OTEL_HTTP_EXPORTER_ENDPOINT: endpoint,
      K6_OTEL_EXPORT_INTERVAL: "1s",
    },
  ).ended;
  expect([0, 4], stderr).toContain(code);
  const [name = "none"] = readdirSync(folder);
  return readRun(join(folder, name)).run;
}

describe("a run with --k6-out opentelemetry", () => {
  it("sends Counters, Gauges and tags to a collector", { timeout: 120_000 }, async () => {
    const { testid } = await run(`127.0.0.1:${(collector.address() as AddressInfo).port}`, join(out, "collected"));
    expect(new Set(arrived.map(({ path }) => path))).toEqual(new Set(["/v1/metrics"]));
    const text = arrived.map(({ text }) => text).join("");
    for (const name of ["transactions_total", "response_time_ms_p99", "operation", "select", "update", testid])
      expect(text).toContain(name);
  });

  it("is not disturbed by a collector that is away", { timeout: 120_000 }, async () => {
    const { totals } = await run("127.0.0.1:1", join(out, "away"));
    expect(totals.measure.all).toMatchObject({ operations: 600, undone: 0, failed: 0 });
  });
});

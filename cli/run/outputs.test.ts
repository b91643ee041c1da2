// Outputs of k6: what is meant by --k6-out, secrets, and servers that do not take what they are given.

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOfRunFile, readRun } from "../../lib/result/index.ts";
import { dbmark } from "../command-under-test.ts";
import { checkOutputs, noteLosses, type OutputEvent } from "./outputs.ts";
import { useResults } from "./results-under-test.ts";
import { expectNoStackTrace } from "./server-under-test.ts";

const secret = "Gehe1mn1s";
const token = { K6_INFLUXDB_TOKEN: secret };

describe("what is meant", () => {
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ["json=samples.json", {}, "json=samples.json"],
    ["experimental-prometheus-rw", {}, "experimental-prometheus-rw"],
    ["influxdb", {}, "dbmark-influxdb"],
    ["influxdb=", {}, "dbmark-influxdb"],
    ["influxdb=http://db:8086/load", {}, "dbmark-influxdb=http://db:8086/load"],
    ["dbmark-influxdb=http://db/my load?retention=week", {}, "dbmark-influxdb=http://db/my%20load?retention=week"],
    ["influxdb=https://[::1]:8086/load?insecure=true", {}, "dbmark-influxdb=https://[::1]:8086/load?insecure=true"],
    ["influxdb=http://db:8086?org=a&bucket=b", token, "dbmark-influxdb=http://db:8086/?org=a&bucket=b"],
    [
      "influxdb=http://db:8086",
      { ...token, K6_INFLUXDB_ORGANIZATION: "a", K6_INFLUXDB_BUCKET: "b" },
      "dbmark-influxdb=http://db:8086/",
    ],
    ["influxdb=http://db/load", { K6_INFLUXDB_BUCKET: "b" }, "dbmark-influxdb=http://db/load"],
  ])("by %s", (asked, environment, output) => {
    expect(checkOutputs([asked], environment)).toEqual({ outputs: [output], environment: {} });
  });

  it("user and password go by the environment", () => {
    expect(checkOutputs([`influxdb=http://us%20er:${secret}%40%2F@db:8086/load`, "csv=a.csv"], {})).toEqual({
      outputs: ["dbmark-influxdb=http://db:8086/load", "csv=a.csv"],
      environment: { K6_INFLUXDB_USERNAME: "us er", K6_INFLUXDB_PASSWORD: `${secret}@/` },
    });
  });

  it("two databases, with the same user or one without", () => {
    const urls = ["influxdb=http://user:a@db/one", "influxdb=http://user:a@db/two", "influxdb=http://db/three"];
    expect(checkOutputs(urls, {}).outputs).toHaveLength(3);
    expect(() => checkOutputs([`influxdb=http://user:a@db/one`, `influxdb=http://user:${secret}@db/two`], {})).toThrow(
      /given twice with an InfluxDB, each with a user of its own/,
    );
  });
});

describe("refused without showing a secret", () => {
  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ["influxdb=db:8086/load", {}, /is no URL of a server\. Expected is influxdb=http:\/\/host:8086\/database/],
    ["influxdb=ftp://db/load", {}, /is no URL/],
    ["influxdb=http:///load", {}, /is no URL/],
    [`influxdb=http://user:${secret}@db:99999/load`, {}, /cannot be read/],
    [`influxdb=http://user:${secret}%zz@db/load`, {}, /cannot be read/],
    [`influxdb=http://db/load?password=${secret}`, {}, /the option "password"; known are org.*K6_INFLUXDB_PASSWORD/],
    [`influxdb=http://db?org=a&bucket=b&token=${secret}`, {}, /the option "token"/],
    ["influxdb=http://db/load?retention=a&retention=b", {}, /"retention" twice/],
    ["influxdb=http://db/load?insecure=yes", {}, /neither true nor false/],
    ["influxdb=http://db?org=&bucket=", token, /has the option "org" without a value/],
    ["influxdb=http://db/load?org=a", {}, /names a database of InfluxDB 1\.x, and an organisation or a bucket/],
    ["influxdb=http://db?bucket=b", token, /has a bucket and no organisation/],
    ["influxdb=http://db?org=a", token, /has an organisation and no bucket/],
    ["influxdb", { K6_INFLUXDB_BUCKET: "b" }, /has a bucket and no organisation/],
    ["influxdb=http://db?org=a&bucket=b", {}, /has a bucket and no token/],
    ["influxdb=http://db?org=a&bucket=b&consistency=any", token, /which only InfluxDB 1\.x has/],
  ])("%s", (asked, environment, says) => {
    expect(() => checkOutputs([asked], environment)).toThrow(says);
    try {
      checkOutputs([asked], environment);
    } catch (error) {
      expect(String(error)).not.toContain(secret);
    }
  });
});

describe("a loss is a warning in the file", () => {
  const fixture = join(import.meta.dirname, "../../lib/result/testdata/2026-11-21T09-40-12Z-oltp-postgres");
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dbmark-outputs-"));
    cpSync(fixture, folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const event = (state: OutputEvent["state"], lost: number): OutputEvent => ({
    event: "output",
    state,
    message: `${lost} points lost`,
    written: 5,
    lost,
    lostOperations: 0,
  });

  it("and nothing else in it changes", () => {
    const before = readFileSync(join(folder, "run.json"), "utf8");
    noteLosses(folder, [event("failing", 0), event("finished", 0)]);
    expect(readFileSync(join(folder, "run.json"), "utf8")).toBe(before);
    noteLosses(folder, [event("failing", 0), event("finished", 3), event("finished", 4)]);
    const { run } = readRun(folder);
    expect(problemsOfRunFile(run)).toEqual([]);
    const warnings = run.validity.warnings.splice(-2);
    expect(warnings).toEqual(
      ["3 points lost", "4 points lost"].map((message) => ({ code: "output_incomplete", message })),
    );
    expect(run).toEqual(JSON.parse(before));
  });

  it("where there is a file", () => {
    noteLosses(undefined, [event("finished", 3)]);
    expect(existsSync(join(folder, "run.json.tmp"))).toBe(false);
  });
});

describe("in a run", () => {
  const results = useResults();
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** Host and port of a server that answers so; 0: never. */
  async function answering(status: number, text: string): Promise<string> {
    const server = createServer((request, response) => {
      request.resume();
      if (status > 0) response.writeHead(status, { "Content-Type": "application/json" }).end(text);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("servers that are away, slow, or refuse are told, and disturb nothing", { timeout: 120_000 }, async () => {
    const away = await answering(0, "");
    servers.pop()?.close();
    const refusing = await answering(401, '{"error":"authorization failed"}');
    const lacking = await answering(404, '{"error":"database not found: \\"load\\""}');
    const places: [string, RegExp][] = [
      [`http://${away}/load`, /cannot be reached \(.*refused\)/],
      [`http://${await answering(0, "")}/load`, /did not answer (in time|within 10s)/],
      [`http://user:${secret}@${refusing}/load`, /answered 401 \(authorization failed\): check K6_INFLUXDB_USERNAME/],
      [`http://${lacking}/load`, /answered 404 \(database not found: "load"\): make the database/],
    ];
    const { code, stdout, stderr } = await dbmark([
      ...["run", "oltp", "--target", "noop://local?latency=1ms", "--out", results.out, "--profile", "tps200"],
      ...["--set", "STEADY_STATE_DURATION=3s", "--set", "WARMUP_DURATION=0s"],
      ...["--set", "SLO_P95=none", "--set", "SLO_P99=none", "--set", "SLO_ERROR_RATE=none"],
      ...places.flatMap(([url]) => ["--k6-out", `influxdb=${url}`]),
    ]);
    const { run } = readRun(results.folder());
    expect(problemsOfRunFile(run)).toEqual([]);
    // The schedule was kept, and the run is as good as one without outputs.
    expect(run.totals.measure.all).toMatchObject({ operations: 600, undone: 0, failed: 0 });
    expect(code).toBe(run.validity.valid ? 0 : 4);
    const warnings = run.validity.warnings.filter((warning) => warning.code === "output_incomplete");
    expect(warnings).toHaveLength(places.length);
    for (const [url, says] of places) {
      const host = new URL(url).host;
      const [warning] = warnings.filter(({ message }) => message.includes(host));
      expect(warning?.message).toMatch(says);
      expect(warning?.message).toContain("with 600 operations");
      expect(stderr).toContain(`InfluxDB at http://${host}/load takes no points`);
    }
    expect(stdout).toContain("points lost");
    for (const text of [stdout, stderr, JSON.stringify(run), readFileSync(join(results.folder(), "k6.log"), "utf8")]) {
      expect(text).not.toContain(secret);
      expectNoStackTrace(text);
    }
  });

  it("what is not accepted is refused with exit code 2, before anything is made", async () => {
    const { code, stderr } = await dbmark([
      ...["run", "oltp", "--out", join(results.out, "none")],
      ...["--k6-out", `influxdb=http://user:${secret}@db/load?precision=s`],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has the option "precision"; known are/);
    expect(stderr).not.toContain(secret);
    expect(existsSync(join(results.out, "none"))).toBe(false);
  });

  it("errors of k6's own outputs are told, too", { timeout: 120_000 }, async () => {
    const away = "127.0.0.1:1";
    const ended = await dbmark(
      [
        ...["run", "oltp", "--target", "noop://local?latency=1ms", "--out", results.out, "--profile", "tps200"],
        ...["--metrics", "windows", "--set", "STEADY_STATE_DURATION=2s", "--set", "WARMUP_DURATION=0s"],
        ...["--k6-out", "experimental-prometheus-rw", "--k6-out", "opentelemetry"],
      ],
      {
        K6_PROMETHEUS_RW_SERVER_URL: `http://${away}/api/v1/write`,
        K6_OTEL_EXPORTER_PROTOCOL: "http/protobuf",
        K6_OTEL_HTTP_EXPORTER_INSECURE: "true",
        K6_OTEL_HTTP_EXPORTER_ENDPOINT: away,
      },
    );
    expect(ended.stderr).toMatch(
      /k6's output Prometheus remote write told of [\d,]+ errors?, the first: Failed to send .*refused.*k6\.log/,
    );
    expect(ended.stderr).toMatch(/k6's output OpenTelemetry told of [\d,]+ errors?, the first: .*refused/);
    expectNoStackTrace(ended.stderr);
  });
});

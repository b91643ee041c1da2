// Outputs of k6 itself that are refused before anything is started, and those that are let through.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../command-under-test.ts";
import { k6Binary } from "../installation.ts";
import { checkK6Output, checkOutputFile } from "./k6-outputs.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-k6-outputs-"));
  mkdirSync(join(folder, "made"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("names", () => {
  it.each([
    ["jsn=samples.json", /k6 has no output jsn\. It has cloud, csv, .*Did you mean json\?/],
    ["prometheus", /no output prometheus\..*Did you mean experimental-prometheus-rw\?/],
    ["otel", /Did you mean opentelemetry\?/],
    ["", /--k6-out "": k6 has no output without a name/],
    ["=samples.json", /no output without a name/],
    ["nothing-alike=http://user:hidden@db", /no output nothing-alike\. It has [^?]*$/],
  ])("%s is refused", (output, says) => {
    expect(() => checkK6Output(output)).toThrow(says);
    expect(() => checkK6Output(output)).not.toThrow("hidden");
  });

  it("an output of an extension is known", () => {
    expect(() => checkK6Output("xk6-other=place", () => ["xk6-other"])).not.toThrow();
    expect(() => checkK6Output("xk6-other=place")).toThrow(/no output xk6-other\. It has .*dbmark-influxdb/);
  });

  it("are those that this k6 has", () => {
    const { stderr } = spawnSync(k6Binary, ["run", "--out", "nothing", "-"], {
      input: "export default () => {}",
      encoding: "utf8",
    });
    const [, listed = ""] = /available types are: ([^"]*)"/.exec(stderr) ?? [];
    // k6 lists statsd, and then says that it was removed.
    const names = listed
      .trim()
      .split(", ")
      .filter((name) => name !== "statsd");
    expect(names).toContain("dbmark-influxdb");
    const told = String(catching(() => checkK6Output("nothing-alike")));
    expect(/It has ([^.]*)\./.exec(told)?.[1]?.split(", ")).toEqual(names);
  });
});

function catching(what: () => void): unknown {
  try {
    what();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("an argument that the output would ignore is refused", () => {
  it.each([
    ["experimental-prometheus-rw=http://db:9090/api/v1/write", /ignores .* the address in K6_PROMETHEUS_RW_SERVER_URL/],
    ["opentelemetry=127.0.0.1:4317", /ignores .* K6_OTEL_GRPC_EXPORTER_ENDPOINT or K6_OTEL_HTTP_EXPORTER_ENDPOINT/],
  ])("%s", (output, says) => {
    expect(() => checkK6Output(output)).toThrow(says);
  });
});

describe("files", () => {
  it.each<[string, (folder: string) => string, RegExp | undefined]>([
    ["a new one", (at) => `json=${at}/made/samples.json`, undefined],
    ["a new one by csv's own option", (at) => `csv=fileName=${at}/made/a.csv,saveInterval=1s`, undefined],
    ["one in the current folder", () => "json=samples.json.gz", undefined],
    ["another output's address", () => "web-dashboard=port=0", undefined],
    ["none", () => "json", /--k6-out json names no file\. Give one: --k6-out json=samples\.json/],
    ["an empty name", () => "csv=", /Give one: --k6-out csv=samples\.csv/],
    ["standard output", () => "json=-", /names no file/],
    ["a folder", (at) => `json=${at}/made`, /names a folder/],
    [
      "one in a folder that is missing",
      (at) => `json=${at}/away/samples.json`,
      /away, which is not there\. Make it: mkdir -p/,
    ],
    ["such a one by csv's own option", (at) => `csv=fileName=${at}/away/a.csv`, /which is not there/],
  ])("%s", (_, output, says) => {
    const check = () => checkOutputFile(output(folder));
    if (says === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(says);
  });
});

it("dbmark run refuses them with exit code 2, and makes nothing", async () => {
  for (const [output, says] of [
    ["jsn=a.json", /k6 has no output jsn/],
    ["json=nowhere/a.json", /the folder nowhere, which is not there/],
  ] as const) {
    const { code, stderr, stdout } = await dbmark([
      "run",
      "oltp",
      "--out",
      join(folder, "results"),
      "--k6-out",
      output,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
  }
  expect(() => rmSync(join(folder, "results"), { recursive: true })).toThrow(/ENOENT/);
});

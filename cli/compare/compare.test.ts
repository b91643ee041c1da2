import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Comparison } from "../../lib/schema/comparison.generated.ts";
import type { RunFile } from "../../lib/schema/run.generated.ts";
import { dbmark } from "../command-under-test.ts";
import { installationFolder } from "../installation.ts";

const testdata = join(installationFolder, "lib", "result", "testdata");
const names = { good: "2026-11-21T09-40-12Z-oltp-postgres", bad: "2026-11-21T09-40-12Z-oltp-postgres-bad" };
const good = join(testdata, names.good);
const bad = join(testdata, names.bad);

/** Holds results/ with runs and with what is none, by these names. */
let folder: string;
const at = (...path: string[]) => join(folder, ...path);
const result = (name: string) => at("results", name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-compare-"));
  mkdirSync(at("results"));
  cpSync(good, result("2026-11-20T08-00-00Z-oltp-postgres"), { recursive: true });
  cpSync(good, result("2026-11-21T09-40-12Z-oltp-postgres"), { recursive: true });
  cpSync(bad, result("2026-11-21T10-30-00Z-oltp-redis"), { recursive: true });
  const text = readFileSync(join(good, "run.json"), "utf8");
  const file = (name: string, content: string) => writeFileSync(at(name), content);
  const changed = (name: string, change: (run: RunFile) => void) => {
    const run: RunFile = JSON.parse(text);
    change(run);
    file(name, JSON.stringify(run));
  };
  file("empty.json", "");
  file("text.json", "hello");
  file("list.json", "[]");
  file("truncated.json", text.slice(0, 5000));
  file("other-version.json", text.replace('"schemaVersion": 1', '"schemaVersion": 2'));
  file("whole.json", text);
  changed("ycsb.json", (run) => Object.assign(run.suite, { name: "ycsb" }));
  changed("interrupted.json", (run) => {
    run.status = "interrupted";
    run.phases = [{ name: "warmup", startSecond: 0, seconds: 1 }];
    Object.assign(run.totals.measure.all, { operations: 0, undone: 0 });
  });
  changed("changed.json", (run) => Object.assign(run.workload, { operations: "many" }));
  mkdirSync(at("nothing"));
  mkdirSync(at("unfinished"));
  cpSync(join(good, "windows.ndjson"), at("unfinished", "windows.ndjson"));
  mkdirSync(result("2026-11-22T00-00-00Z-ab-oltp-postgres"));
  writeFileSync(join(result("2026-11-22T00-00-00Z-ab-oltp-postgres"), "ab.json"), "{}");
  mkdirSync(at("file-in-the-way"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `dbmark compare` in the folder. */
async function compare(...args: string[]) {
  return dbmark(["compare", "--results", result(""), ...args]);
}

async function comparisonOf(...args: string[]): Promise<Comparison> {
  const { code, stdout, stderr } = await compare("--format", "json", ...args);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe("refused with exit code 2", () => {
  it.each<[string, string[], RegExp]>([
    ["no run", [], /No run is named\. Name two to five/],
    ["one run", [good], /One run alone cannot be compared\. Name two to five; the first is the base/],
    ["six runs", [good, good, good, bad, bad, bad], /6 runs are too many for one comparison\. Name two to five/],
    [
      "a run that is not there",
      [good, "nowhere/run.json"],
      /nowhere\/run\.json does not exist\. Name a run folder or a run\.json/,
    ],
    ["a run below a file", [good, "whole.json/run.json"], /whole\.json\/run\.json does not exist/],
    ["a name that is too long", [good, "x".repeat(5000)], /does not exist, and no run in/],
    ["a name that no run has", [good, "2025"], /2025 does not exist, and no run in .*results.* has such a name/],
    [
      "a name with a mistake",
      [good, "2026-11-21T09-40-12Z-oltp-postgress"],
      /Did you mean 2026-11-21T09-40-12Z-oltp-postgres\?/,
    ],
    [
      "a name that several runs have",
      [good, "oltp"],
      /oltp is the name of 4 runs in .*: 2026-11-20T08-00-00Z-oltp-postgres, .*Give more of the name/,
    ],
    ["an empty name", [good, ""], /The name of a run is empty/],
    [
      "another schema version",
      [good, "other-version.json"],
      /other-version\.json has schemaVersion 2; this dbmark reads version 1.*update this one/,
    ],
    ["a file that was cut off", [good, "truncated.json"], /truncated\.json is cut off after 5000 characters/],
    ["an empty file", ["empty.json", good], /empty\.json is empty/],
    ["what is not JSON", [good, "text.json"], /text\.json is not JSON/],
    ["JSON that is no run", [good, "list.json"], /list\.json is JSON, but not a run of dbmark/],
    [
      "a run that was changed",
      [good, "changed.json"],
      /changed\.json is not as a run\.json has to be: workload\.operations must be array.*run the benchmark again/,
    ],
    [
      "another suite",
      [good, "ycsb.json"],
      /is a run of the suite oltp, and .*ycsb\.json one of ycsb: .*Compare runs of the same suite/,
    ],
    [
      "a run without a measured phase",
      [good, "interrupted.json"],
      /interrupted\.json measured nothing: it was interrupted in its warm-up/,
    ],
    ["a folder without a run", [good, "nothing"], /nothing is not a run folder: it has no run\.json/],
    ["a run that did not finish", [good, "unfinished"], /unfinished holds a run that did not finish/],
    [
      "an experiment",
      [good, "results/2026-11-22T00-00-00Z-ab-oltp-postgres"],
      /is an experiment of dbmark ab, and no run\. Its verdicts are in .*ab\.json; .*its single runs are the folders in .*runs: name those/,
    ],
    [
      "an experiment's file",
      [good, "results/2026-11-22T00-00-00Z-ab-oltp-postgres/ab.json"],
      /is an experiment of dbmark ab/,
    ],
    ["an experiment by its name", [good, "2026-11-22"], /2026-11-22 is an experiment of dbmark ab/],
    ["a gate", [good, bad, "--gate"], /--gate cannot be decided by single runs.*dbmark ab --gate/],
    ["an unknown format", [good, bad, "--format", "xml"], /Allowed choices are text, json, csv/],
    [
      "an output that is a folder",
      [good, bad, "--output", "nothing"],
      /--output .*nothing is a folder; expected is the path of a file/,
    ],
    [
      "an output in a folder that is not there",
      [good, bad, "--output", "none/out.json"],
      /none does not exist\. Make it first/,
    ],
    ["an output below a file", [good, bad, "--output", "whole.json/out.json"], /whole\.json is a file, not a folder/],
    ["an empty output", [good, bad, "--output", ""], /--output is empty/],
  ])("%s", async (_, args, message) => {
    const mine = /^(nowhere|none|nothing|unfinished|whole|results|[\w-]+\.json)(\/|$)/;
    const { code, stdout, stderr } = await compare(...args.map((arg) => (mine.test(arg) ? at(arg) : arg)));
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("a run is found", () => {
  it("by its folder, by its run.json under any name, by its windows.ndjson, and by an unambiguous part of its name", async () => {
    for (const name of [
      good,
      join(good, "run.json"),
      join(good, "windows.ndjson"),
      at("whole.json"),
      "2026-11-20",
      "09-40-12Z",
      "2026-11-21T09-40-12Z-oltp-postgres",
    ]) {
      const { runs } = await comparisonOf(name, "redis");
      expect(runs.map(({ id }) => id)).toEqual([names.good, names.bad]);
    }
  });

  it("as a path before it is a name, and anywhere with --results", async () => {
    const { code, stderr } = await dbmark(["compare", "2026-11-20", "redis", "--results", at("nothing")]);
    expect(code).toBe(2);
    expect(stderr).toContain("there are no runs in");
  });
});

describe("a run compared with itself", () => {
  it("shows no change in any format", async () => {
    const json = await comparisonOf(good, good);
    expect(json.differences).toEqual([]);
    const changes = json.operations.flatMap(({ metrics }) => metrics.map(({ changes }) => changes[1]));
    expect(changes.length).toBeGreaterThan(30);
    expect(new Set(changes)).toEqual(new Set([0, null]));
    const csv = (await compare(good, good, "--format", "csv")).stdout.trim().split("\n").slice(1);
    expect(new Set(csv.map((line) => line.split(",")[9]))).toEqual(new Set(["", "0"]));
    const text = (await compare(good, good)).stdout;
    expect(text).toContain("This is the same run as A.");
    expect(text).not.toMatch(/[+−±]\d/);
  });
});

describe("what is printed", () => {
  it("marks an invalid run, and ends with 0 all the same", async () => {
    const { code, stdout } = await compare(good, bad);
    expect(code).toBe(0);
    expect(stdout).toContain("B is INVALID: do not trust a comparison with it.");
  });

  it("goes to a file with --output, which is replaced whole, and nothing else is left or printed", async () => {
    mkdirSync(at("out"));
    const file = at("out", "comparison.json");
    writeFileSync(file, "before");
    const { code, stdout, stderr } = await compare(good, bad, "--format", "json", "--output", file);
    expect([code, stdout, stderr]).toEqual([0, "", ""]);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(await comparisonOf(good, bad));
    expect(readdirSync(at("out"))).toEqual(["comparison.json"]);
  });

  it("goes into a pipe that is named by --output", async () => {
    const pipe = at("pipe");
    execFileSync("mkfifo", [pipe]);
    const command = compare(good, bad, "--format", "csv", "--output", pipe);
    expect(execFileSync("cat", [pipe], { encoding: "utf8" })).toMatch(/^operation,metric,/);
    expect((await command).code).toBe(0);
    rmSync(pipe);
  });

  it("is not left half written where the disk is full", async () => {
    if (!existsSync("/dev/full")) return;
    const { code, stderr } = await compare(good, bad, "--output", "/dev/full");
    expect(code).toBe(2);
    expect(stderr).toMatch(/\/dev\/full cannot be written: .*Name another file with --output/);
  });
});

describe("windows", () => {
  it("that are missing, damaged, cut off or of another run are said, and the figures are compared all the same", async () => {
    const copy = at("copy");
    const windows = join(copy, "windows.ndjson");
    const missingOf = async () => (await comparisonOf(good, copy)).runs[1]?.missing;
    cpSync(good, copy, { recursive: true });
    expect(await missingOf()).toEqual([]);
    const text = readFileSync(windows, "utf8");
    writeFileSync(windows, text.slice(0, text.length / 2));
    expect(await missingOf()).toEqual([expect.stringMatching(/its windows\.ndjson breaks off after second \d+/)]);
    writeFileSync(windows, text.replace('"type":"window"', '"type":"win\ndow"'));
    expect(await missingOf()).toEqual([
      expect.stringMatching(/Line 2 of .* is not JSON: the file was damaged: there are no intervals/),
    ]);
    cpSync(join(bad, "windows.ndjson"), windows);
    expect(await missingOf()).toEqual([expect.stringContaining(`that of ${names.bad}, and was not used`)]);
    rmSync(windows);
    expect(await missingOf()).toEqual([expect.stringContaining("is not beside its run.json")]);
  });
});

import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OperationTotals, RunFile } from "../schema/run.generated.ts";
import { completeCrashedRun } from "./complete-crashed-run.ts";
import { MergedLatency } from "./merged-latency.ts";
import { readRun } from "./read-run.ts";
import { parseRunFile } from "./run-file.ts";
import { problemsOfRunFile, problemsOfWindowsLine } from "./validate.ts";
import { readWindows } from "./windows.ts";

// Folders that the Go recorder wrote: `go test ./record -run Fixtures -update` in k6-ext.
const testdata = fileURLToPath(new URL("testdata/", import.meta.url));
const names = ["2026-11-21T09-40-12Z-oltp-postgres", "2026-11-21T09-40-12Z-oltp-postgres-bad"];
const [good = ""] = names;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-result-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a fixture without its run.json, as a crash leaves it. */
function crashed(name: string): string {
  cpSync(join(testdata, name), folder, { recursive: true });
  rmSync(join(folder, "run.json"));
  return folder;
}

describe("what Go writes is what the schemas say", () => {
  it.each(names)("run.json of %s", (name) => {
    expect(problemsOfRunFile(readRun(join(testdata, name)).run)).toEqual([]);
  });

  it.each(names)("every line of windows.ndjson of %s", async (name) => {
    const types = new Set<string>();
    for await (const line of readWindows(join(testdata, name, "windows.ndjson"))) {
      types.add(line.type);
      expect(problemsOfWindowsLine(line)).toEqual([]);
    }
    expect([...types].sort()).toEqual(["end", "harness", "header", "window"]);
  });

  it("and the schemas refuse what is missing, unknown or of a wrong type, naming the place", () => {
    const run = structuredClone(readRun(join(testdata, good)).run) as unknown as Record<string, unknown>;
    delete run.seed;
    run.surprise = 1;
    (run.validity as Record<string, unknown>).valid = "yes";
    const problems = problemsOfRunFile(run).join("\n");
    expect(problems).toContain("seed");
    expect(problems).toContain("surprise");
    expect(problems).toContain("validity.valid must be boolean");
    expect(problemsOfWindowsLine({ type: "surprise" })[0]).toContain("header, window, harness, load, end");
  });
});

describe("reading a run", () => {
  it("accepts its folder, its run.json and its windows.ndjson", () => {
    for (const path of [
      join(testdata, good),
      join(testdata, good, "run.json"),
      join(testdata, good, "windows.ndjson"),
    ]) {
      const read = readRun(path);
      expect(read.run.suite.name).toBe("oltp");
      expect(read.folder).toBe(join(testdata, good));
      expect(read.path).toBe(join(testdata, good, "run.json"));
    }
  });

  it("refuses what is not there, with what to do", () => {
    expect(() => readRun(join(folder, "missing"))).toThrow("does not exist. Name a run folder or a run.json.");
    expect(() => readRun(join(testdata, good, "run.json", "run.json"))).toThrow("does not exist.");
    expect(() => readRun(folder)).toThrow("is not a run folder: it has no run.json");
    expect(() => readRun(crashed(good))).toThrow("holds a run that did not finish");
  });

  it("refuses a version that it does not know, and says which it knows", () => {
    expect(() => parseRunFile('{"schemaVersion": 2}', "run.json")).toThrow(
      "run.json has schemaVersion 2; this dbmark reads version 1. It was written by a newer dbmark: update this one.",
    );
    expect(() => parseRunFile('{"schemaVersion": "1"}', "run.json")).toThrow('has schemaVersion "1"');
  });

  it("tells an empty file, one that was cut off, one that is no JSON and one that is no run apart", () => {
    const text = readFileSync(join(testdata, good, "run.json"), "utf8");
    expect(() => parseRunFile("", "run.json")).toThrow("run.json is empty");
    expect(() => parseRunFile(text.slice(0, 5000), "run.json")).toThrow("is cut off after 5000 characters");
    expect(() => parseRunFile("hello", "run.json")).toThrow("run.json is not JSON");
    expect(() => parseRunFile("[1, 2]", "run.json")).toThrow("it has no schemaVersion");
    expect(() => parseRunFile('{"schemaVersion": 1}', "run.json")).toThrow("it lacks suite, workload");
  });
});

describe("a run that crashed", () => {
  it.each(names)("is completed with the totals that Go would have written (%s)", async (name) => {
    const expected = readRun(join(testdata, name)).run;
    const completed = await completeCrashedRun(crashed(name));
    expect(problemsOfRunFile(completed)).toEqual([]);
    expect(readRun(folder).run).toEqual(completed);
    expect(completed.status).toBe("crashed");
    expect(completed.validity.valid).toBe(false);
    expect(completed.validity.reasons[0]?.code).toBe("crashed");
    for (const phase of ["warmup", "measure"] as const) {
      const ours = completed.totals[phase];
      const theirs = expected.totals[phase];
      expect(ours?.operations.map(comparable)).toEqual(theirs?.operations.map(comparable));
      expect(comparable(ours?.all)).toEqual(comparable(theirs?.all));
      expect(comparableLatency(ours?.lag)).toEqual(comparableLatency(theirs?.lag));
    }
    expect(completed.slo.filter(({ operation }) => operation === "select")).toEqual(
      expected.slo.filter(({ operation }) => operation === "select"),
    );
  });

  it("keeps every whole second when its last line was cut off", async () => {
    const path = join(crashed(good), "windows.ndjson");
    const lines = readFileSync(path, "utf8").split("\n");
    // The header, nine seconds of two windows and a harness line, and half of the next window.
    writeFileSync(path, `${lines.slice(0, 1 + 9 * 3).join("\n")}\n${lines[28]?.slice(0, 300)}`);
    const run = await completeCrashedRun(folder);
    expect(run.phases).toEqual([
      { name: "warmup", startSecond: 0, seconds: 2 },
      { name: "measure", startSecond: 2, seconds: 7 },
    ]);
    expect(run.totals.measure.all.operations).toBe(7 * 2000);
    expect(run.totals.measure.all.throughput).toBe(2000);
    expect(run.finishedAt).toBe("2026-11-21T09:40:21.000Z");
    expect(problemsOfRunFile(run)).toEqual([]);
  });

  it("says why it broke off, and that it was interrupted where it was", async () => {
    const run = await completeCrashedRun(crashed(good), {
      status: "interrupted",
      reason: "stopped by a second Ctrl-C",
    });
    expect(run.status).toBe("interrupted");
    expect(run.validity.reasons[0]).toEqual({
      code: "interrupted",
      message:
        "the run broke off (stopped by a second Ctrl-C) after 17 seconds; this file was completed from its windows",
    });
    expect(problemsOfRunFile(run)).toEqual([]);
  });

  it("that measured nothing says so", async () => {
    const path = join(crashed(good), "windows.ndjson");
    writeFileSync(path, `${readFileSync(path, "utf8").split("\n")[0]}\n`);
    const run = await completeCrashedRun(folder);
    expect(run.validity.reasons.map(({ code }) => code)).toEqual(["crashed", "nothing_measured"]);
    expect(problemsOfRunFile(run)).toEqual([]);
  });

  it("is left alone when it has a run.json, no header, or damage in its middle", async () => {
    await expect(completeCrashedRun(join(testdata, good))).rejects.toThrow("is there already");
    const path = join(crashed(good), "windows.ndjson");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"type":"window"', '"type":"win\ndow"'));
    await expect(completeCrashedRun(folder)).rejects.toThrow("Line 2 of");
    truncateSync(path, 100);
    await expect(completeCrashedRun(folder)).rejects.toThrow("has no header line");
    rmSync(path);
    await expect(completeCrashedRun(folder)).rejects.toThrow("cannot be read");
  });
});

/** A latency with its histogram decoded and its mean rounded: zlib compresses in more than one way, sums round. */
function comparableLatency(latency: OperationTotals["service"] | undefined) {
  if (latency === undefined) return undefined;
  const merged = new MergedLatency();
  merged.add(latency);
  return {
    ...latency,
    mean: latency.mean?.toPrecision(12),
    histogram: [1, 10, 25, 50, 75, 90, 99, 99.9, 100].map((percent) => merged.percentile(percent)),
  };
}

function comparable(totals: OperationTotals | RunFile["totals"]["measure"]["all"] | undefined) {
  return { ...totals, service: comparableLatency(totals?.service), response: comparableLatency(totals?.response) };
}

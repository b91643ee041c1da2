import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { instanceFolders, wholeFolder } from "../../lib/merge/instances-under-test.ts";
import {
  problemsOfRunFile,
  problemsOfWindowsLine,
  type RunFile,
  readRun,
  readWindows,
} from "../../lib/result/index.ts";
import { dbmark, startDbmark } from "../command-under-test.ts";
import { codeOf } from "../errors.ts";

let folder: string;
const at = (...path: string[]) => join(folder, ...path);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-merge-"));
  mkdirSync(at("collected"));
  for (const one of instanceFolders) cpSync(one, at("collected", basename(one)), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const collected = () =>
  readdirSync(at("collected"))
    .sort()
    .map((name) => at("collected", name));
const merge = (...args: string[]) => dbmark(["merge", "--out", at("results"), ...args]);
const change = (place: number, by: (run: RunFile) => void) => {
  const path = join(collected()[place] ?? "", "run.json");
  const run: RunFile = JSON.parse(readFileSync(path, "utf8"));
  by(run);
  writeFileSync(path, JSON.stringify(run));
};

describe("merging", () => {
  it("writes a run folder that every other command reads", async () => {
    const { code, stdout, stderr } = await merge(...collected());
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("8 workers, 8 connections (one per worker), up to 8 requests in flight, 4 instances");
    const merged = at("results", "2026-11-21T09-40-12Z-oltp-postgres");
    expect(readdirSync(at("results"))).toEqual([basename(merged)]);
    const { run } = readRun(merged);
    expect(problemsOfRunFile(run)).toEqual([]);
    expect(run).toMatchObject({ id: basename(merged), digest: readRun(wholeFolder).run.digest });
    let lines = 0;
    for await (const line of readWindows(join(merged, "windows.ndjson"))) {
      expect(problemsOfWindowsLine(line)).toEqual([]);
      lines += 1;
    }
    expect(lines).toBeGreaterThan(30);
    const compared = await dbmark(["compare", "--format", "json", merged, wholeFolder]);
    expect(compared.stderr).toBe("");
    expect(compared.code).toBe(0);
  });

  it("takes a folder that holds the instances, and does not write over an earlier result", async () => {
    expect((await merge(at("collected"))).code).toBe(0);
    expect((await merge(at("collected"))).code).toBe(0);
    const [first = "", second] = readdirSync(at("results")).sort();
    expect(second).toBe(`${first}-2`);
  });

  it("reads the windows of an instance that was killed, and says which it was", async () => {
    rmSync(join(collected()[2] ?? "", "run.json"));
    const windows = join(collected()[2] ?? "", "windows.ndjson");
    const text = readFileSync(windows, "utf8");
    writeFileSync(windows, text.slice(0, text.length / 2));
    const { code, stdout } = await merge(at("collected"));
    expect(code).toBe(4);
    expect(stdout).toMatch(/INVALID/);
    expect(stdout).toMatch(/× instance 1\/2:3\/4: the run crashed after \d seconds/);
    const { run } = readRun(at("results", readdirSync(at("results"))[0] ?? ""));
    expect(run.status).toBe("crashed");
    expect(run.instances.map(({ status }) => status)).toEqual(["complete", "complete", "crashed", "complete"]);
    expect(run.digest).toBeNull();
  });
});

describe("refused with exit code 2, and nothing is written, is", () => {
  it.each<[string, () => string[] | undefined, RegExp]>([
    ["no folder", () => [], /missing required argument 'folders'/],
    ["a folder that is not there", () => ["nowhere"], /nowhere does not exist\. Name the run folders of all instances/],
    ["a file", () => [join(collected()[0] ?? "", "run.json")], /run\.json is a file\. Name its run folder/],
    [
      "a folder without runs",
      () => {
        mkdirSync(at("empty"));
        return [at("empty")];
      },
      /empty is no run folder, and holds none/,
    ],
    ["a missing instance", () => collected().slice(0, 3), /one is missing: 4 \(3\/4:1\)\. Name their folders, too/],
    [
      "the same folder twice",
      () => [...collected(), collected()[1] ?? ""],
      /2-of-4 is named twice\. Name the folder of each/,
    ],
    [
      "the same folder by two names",
      () => {
        symlinkSync(collected()[1] ?? "", at("alias"));
        return [...collected(), at("alias")];
      },
      /alias is named twice, as .*2-of-4 and as .*alias/,
    ],
    [
      "an instance of another run",
      () => {
        change(1, (run) => Object.assign(run, { testid: "another" }));
        return undefined;
      },
      /1-of-4 and .*2-of-4 are not instances of one run: their name \(testid\) differs/,
    ],
    ["a run of one process", () => [wholeFolder], /is no instance of a run that several processes shared/],
    [
      "an instance without windows",
      () => {
        rmSync(join(collected()[3] ?? "", "windows.ndjson"));
        return undefined;
      },
      /4-of-4 has no windows\.ndjson: copy the whole folder/,
    ],
    [
      "an instance whose run.json is cut off",
      () => {
        writeFileSync(join(collected()[0] ?? "", "run.json"), '{ "schemaVersion": 1, "id"');
        return undefined;
      },
      /run\.json is cut off after 26 characters/,
    ],
    [
      "an instance with a histogram that cannot be read",
      () => {
        const windows = join(collected()[0] ?? "", "windows.ndjson");
        writeFileSync(windows, readFileSync(windows, "utf8").replace(/"histogram":"HISTFAAA/, '"histogram":"AAAAAAAA'));
        return undefined;
      },
      /hold a histogram that cannot be read: it is not in the V2 compressed form/,
    ],
  ])("%s", async (_, prepare, message) => {
    const { code, stdout, stderr } = await merge(...(prepare() ?? collected()));
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(existsSync(at("results")) ? readdirSync(at("results")) : []).toEqual([]);
  });
});

it("Ctrl-C in the middle leaves nothing behind", { timeout: 60_000 }, async () => {
  // The windows of one instance come from a pipe and never end, so that merging goes on until it is interrupted.
  const windows = join(collected()[1] ?? "", "windows.ndjson");
  const lines = readFileSync(windows, "utf8").trim().split("\n").slice(0, -1);
  const window = JSON.parse(lines.findLast((line) => line.includes('"type":"window"')) ?? "");
  rmSync(windows);
  execFileSync("mkfifo", [windows]);
  const pipe = openSync(windows, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(pipe, `${lines.join("\n")}\n`);
  const { child, ended } = startDbmark(["merge", "--out", at("results"), at("collected")]);
  while (!existsSync(at("results")) || readdirSync(at("results")).length === 0) await wait(10);
  child.kill("SIGINT");
  while (child.exitCode === null) {
    try {
      // A line is short enough to be written whole or not at all.
      for (;;) writeSync(pipe, `${JSON.stringify({ ...window, second: window.second++ })}\n`);
    } catch (error) {
      // The pipe is full.
      if (codeOf(error) !== "EAGAIN") throw error;
    }
    await wait(10);
  }
  closeSync(pipe);
  const { code, stdout, stderr } = await ended;
  expect(stderr).toBe("Interrupted: nothing was merged\n");
  expect(stdout).toBe("");
  expect(code).toBe(130);
  expect(readdirSync(at("results"))).toEqual([]);
});

// `dbmark history` on folders as they are: half written, broken, replaced, many, and read by several at once.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../lib/environment/index.ts";
import type { RunFile } from "../../lib/result/index.ts";
import { dbmark } from "../command-under-test.ts";
import { historyCommand } from "../commands/history.ts";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { installationFolder } from "../installation.ts";
import { indexFileName } from "./index-file.ts";
import { readHistory } from "./read-history.ts";

const testdata = join(installationFolder, "lib", "result", "testdata", "2026-11-21T09-40-12Z-oltp-postgres");
const text = readFileSync(join(testdata, "run.json"), "utf8");

let results: string;
beforeEach(() => {
  results = mkdtempSync(join(tmpdir(), "dbmark-history-"));
});
afterEach(() => rmSync(results, { recursive: true, force: true }));

const index = () => join(results, indexFileName);

/** A run folder, with something changed. */
function add(path: string, change: (run: RunFile) => void = () => {}): string {
  const run: RunFile = JSON.parse(text);
  change(run);
  const file = join(results, path, "run.json");
  mkdirSync(join(results, path), { recursive: true });
  writeFileSync(file, JSON.stringify(run));
  return file;
}

const at = (hour: number, throughput: number) => (run: RunFile) => {
  run.startedAt = new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
  run.totals.measure.all.throughput = throughput;
};

async function listed() {
  const { runs, unreadable } = await readHistory(results);
  return { runs: runs.map(({ path }) => path), unreadable };
}

const sha1 = (content: string) => createHash("sha1").update(content).digest("hex");

async function throughputOf(path: string) {
  return (await readHistory(results)).runs.find((run) => run.path === path)?.values.all?.[0];
}

describe("finds", () => {
  it("runs, in the order of time, by links too, and nothing else", async () => {
    add("b", at(1, 10));
    add("a", at(2, 10));
    symlinkSync(testdata, join(results, "c"));
    mkdirSync(join(results, "empty"));
    writeFileSync(join(results, "notes.txt"), "");
    expect(await listed()).toEqual({ runs: ["b", "a", "c"], unreadable: [] });
  });

  it("those of experiments, with their pair and variant, and what the variant changed that the runs do not show", async () => {
    const plain = { suite: "oltp", target: null, profile: null, variables: {}, sql: null, server: {} };
    const sql = { path: "drop.sql", text: "DROP INDEX x" };
    const plan = { a: plain, b: { ...plain, sql, server: { work_mem: "1MB" } } };
    for (const name of ["1", "2", "3"]) add(join("ab", "runs", name), at(Number(name), 10));
    const repetitions = [
      { run: "runs/1", pair: 1, variant: "a" },
      { run: "runs/2", pair: 1, variant: "b" },
      { run: null, pair: 2, variant: "b" },
    ];
    writeFileSync(join(results, "ab", "ab.json"), JSON.stringify({ plan, repetitions }));
    const { runs } = await readHistory(results);
    expect(
      runs.map(({ path, experiment }) => [path, experiment?.pair, experiment?.variant, experiment?.hidden]),
    ).toEqual([
      ["ab/runs/1", 1, "a", ""],
      ["ab/runs/2", 1, "b", expect.stringMatching(/^after drop\.sql \([0-9a-f]{8}\), work_mem=1MB$/)],
      ["ab/runs/3", null, null, "not known: ab/runs/3"],
    ]);
    const variants = runs.map(({ setup }) => setup.find(({ what }) => what === "variant")?.text);
    expect(variants).toEqual([undefined, runs[1]?.experiment?.hidden, "not known: ab/runs/3"]);

    // What the experiment says later holds, although the runs are the same.
    repetitions.push({ run: "runs/3", pair: 2, variant: "a" });
    writeFileSync(join(results, "ab", "ab.json"), JSON.stringify({ plan, repetitions }));
    const third = (await readHistory(results)).runs[2];
    expect(third).toMatchObject({ path: "ab/runs/3", experiment: { pair: 2, variant: "a", hidden: "" } });
    expect(third?.setup).toEqual(runs[0]?.setup);

    writeFileSync(join(results, "ab", "ab.json"), "{");
    expect((await readHistory(results)).runs.map(({ experiment }) => experiment?.variant)).toEqual([null, null, null]);
  });

  it("what cannot be read, each with the reason, and all others", async () => {
    add("good");
    for (const [name, content] of [
      ["cut", text.slice(0, 3000)],
      ["empty", ""],
      ["newer", JSON.stringify({ ...JSON.parse(text), schemaVersion: 7 })],
      ["other", "[1, 2]"],
      ["partial", JSON.stringify({ ...JSON.parse(text), totals: {} })],
      ["timeless", JSON.stringify({ ...JSON.parse(text), startedAt: "yesterday" })],
      ["worded", text.replace(/"throughput": ?[\d.]+/g, '"throughput": "fast"')],
    ] as const) {
      writeFileSync(add(name), content);
    }
    mkdirSync(join(results, "folder", "run.json"), { recursive: true });
    mkdirSync(join(results, "pipe"));
    execFileSync("mkfifo", [join(results, "pipe", "run.json")]);
    mkdirSync(join(results, "experiment"));
    writeFileSync(join(results, "experiment", "ab.json"), "{}");
    writeFileSync(join(results, "experiment", "runs"), "");
    cpSync(testdata, join(results, "unfinished"), { recursive: true });
    rmSync(join(results, "unfinished", "run.json"));
    const expected = [
      ["cut", /^cut\/run\.json is cut off after 3000 characters/],
      ["empty", /^empty\/run\.json is empty/],
      ["experiment/runs", /^experiment\/runs cannot be read: .*not a directory/],
      ["folder", /^folder\/run\.json cannot be read: it is a folder/],
      ["newer", /schemaVersion 7; this dbmark reads version 1/],
      ["other", /not a run of dbmark/],
      ["partial", /^partial\/run\.json is not as its schema says: totals must have required property 'measure'/],
      ["timeless", /is not as its schema says: startedAt must match format/],
      ["unfinished", /^unfinished has no run\.json: the run goes on, or was killed/],
      ["worded", /^worded\/run\.json is not as its schema says: .*throughput must be number/],
    ] as const;
    // The second time, it is the index that knows.
    for (const _ of ["read", "known"]) {
      const { runs, unreadable } = await listed();
      expect(runs).toEqual(["good"]);
      expect(unreadable).toEqual(expected.map(([path, reason]) => ({ path, reason: expect.stringMatching(reason) })));
    }
  });
});

describe("the index", () => {
  it("saves reading files that are as they were", async () => {
    const file = add("a", at(0, 10));
    const before = await readHistory(results);
    const written = statSync(index()).mtimeMs;
    expect(await readHistory(results)).toEqual(before);
    expect(statSync(index()).mtimeMs).toBe(written);
    // An index that says something else shows that the file was not opened.
    const body = readFileSync(index(), "utf8").split("\n")[1] ?? "";
    expect(body).not.toContain("histogram");
    const other = body.replaceAll("tps2000", "tps2001");
    const header = { ...JSON.parse(readFileSync(index(), "utf8").split("\n")[0] ?? ""), digest: sha1(other) };
    writeFileSync(index(), `${JSON.stringify(header)}\n${other}`);
    expect((await readHistory(results)).runs[0]?.profile).toBe("tps2001");
    utimesSync(file, 1, 1);
    expect((await readHistory(results)).runs[0]?.profile).toBe("tps2000");
  });

  it("does not hide new, changed, replaced and deleted runs", async () => {
    const file = add("a", at(0, 10));
    utimesSync(file, 1000, 1000);
    add("b", at(1, 20));
    expect((await listed()).runs).toEqual(["a", "b"]);
    // Of the same length and time of change.
    const { size } = statSync(file);
    writeFileSync(`${file}.new`, readFileSync(file, "utf8").replace('"throughput":10,', '"throughput":99,'));
    renameSync(`${file}.new`, file);
    utimesSync(file, 1000, 1000);
    expect(statSync(file)).toMatchObject({ size, mtimeMs: 1_000_000 });
    expect(await throughputOf("a")).toBe(99);
    rmSync(join(results, "b"), { recursive: true });
    add("c", at(2, 30));
    expect((await listed()).runs).toEqual(["a", "c"]);
    renameSync(join(results, "c"), join(results, "d"));
    expect((await listed()).runs).toEqual(["a", "d"]);
  });

  it.each<[string, (content: string) => string]>([
    ["empty", () => ""],
    ["cut off", (content) => content.slice(0, content.length / 2)],
    ["not JSON", () => "index"],
    ["of another version", (content) => content.replace('"version":"2 ', '"version":"0 ')],
    ["changed by somebody", (content) => content.replace("tps2000", "tps9999")],
  ])("is made anew where it is %s", async (_name, change) => {
    add("a", at(0, 10));
    await readHistory(results);
    const good = readFileSync(index(), "utf8");
    writeFileSync(index(), change(good));
    expect(readFileSync(index(), "utf8")).not.toBe(good);
    const [run] = (await readHistory(results)).runs;
    expect([run?.path, run?.profile, run?.values.all?.[0]]).toEqual(["a", "tps2000", 10]);
    expect(readFileSync(index(), "utf8")).toBe(good);
  });

  it("is done without where it cannot be written, and nothing is left behind", async () => {
    add("a");
    mkdirSync(join(index(), "in the way"), { recursive: true });
    for (const _ of ["first", "second"]) expect((await listed()).runs).toEqual(["a"]);
    expect(readdirSync(results).toSorted()).toEqual([indexFileName, "a"]);
  });

  it("takes away what a process left that was killed while it wrote, and nothing that is being written", async () => {
    add("a");
    for (const [name, seconds] of [
      ["old", 1000],
      ["new", Date.now() / 1000],
    ] as const) {
      writeFileSync(`${index()}.${name}.tmp`, "");
      utimesSync(`${index()}.${name}.tmp`, seconds, seconds);
    }
    await readHistory(results);
    expect(readdirSync(results).toSorted()).toEqual([indexFileName, `${indexFileName}.new.tmp`, "a"]);
  });

  it("stays whole when several write it at once, while runs come and go", async () => {
    for (let run = 0; run < 40; run += 1) add(`run-${run}`, at(run, run + 1));
    const readings = Array.from({ length: 6 }, async (_, reader) => {
      for (let time = 0; time < 5; time += 1) {
        add(`new-${reader}-${time}`, at(100 + reader, 7));
        rmSync(join(results, `new-${reader}-${time - 1}`), { recursive: true, force: true });
        const { runs } = await readHistory(results);
        expect(runs.filter(({ path }) => path.startsWith("run-"))).toHaveLength(40);
      }
    });
    const programs = Array.from({ length: 3 }, () => dbmark(["history", "--results", results, "--format", "json"]));
    await Promise.all(readings);
    for (const { code, stdout, stderr } of await Promise.all(programs)) {
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout).runs.length).toBeGreaterThanOrEqual(40);
    }
    expect((await listed()).runs).toHaveLength(46);
    expect(readdirSync(results).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const names = JSON.parse(readFileSync(index(), "utf8").split("\n")[1] ?? "").runs.map((run: unknown[]) => run[2]);
    expect(names).toHaveLength(46);
  });
});

describe("the command", () => {
  const history = (...args: string[]) => dbmark(["history", "--results", results, ...args]);

  it("lists the newest runs, and shows a trend of what measured the same", async () => {
    for (let hour = 0; hour < 30; hour += 1) add(`run-${hour}`, at(hour, (hour < 12 ? 2000 : 1500) + (hour % 3)));
    const list = await history();
    expect([list.code, list.stderr]).toEqual([0, ""]);
    expect(list.stdout).toContain("30 runs, the newest 25 are shown");
    const { stdout } = await history("--trend", "throughput", "--limit", "3");
    expect(stdout).toContain("From run run-12 on: 2,001/s → 1,501/s (−25 %)");
    const csv = join(results, "trend.csv");
    expect(await history("--trend", "throughput", "--format", "csv", "--output", csv)).toMatchObject({
      code: 0,
      stdout: "",
    });
    expect(readFileSync(csv, "utf8").trim().split("\n")).toHaveLength(31);
    const json = JSON.parse((await history("--limit", "2", "--format", "json")).stdout);
    expect(json.runs.map(({ path }: { path: string }) => path)).toEqual(["run-28", "run-29"]);
    const one = JSON.parse(
      (await history("--operation", "insert", "--trend", "response-p95", "--format", "json")).stdout,
    );
    expect(one).toMatchObject({ operation: "insert", groups: [{ points: { length: 30 } }] });
  });

  it("filters by suite and system", async () => {
    add("a", at(0, 1));
    add("b", (run) => Object.assign(run.suite, { name: "ycsb" }));
    add("c", (run) => Object.assign(run.target, { system: "redis" }));
    const runs = async (...args: string[]) =>
      JSON.parse((await history("--format", "json", ...args)).stdout).runs.map(({ path }: { path: string }) => path);
    expect(await runs("--suite", "oltp")).toEqual(["a", "c"]);
    expect(await runs("--suite", "oltp", "--system", "postgres")).toEqual(["a"]);
    expect(await runs("--suite", "ycsb", "--system", "redis")).toEqual([]);
  });

  it("says so where there are no runs", async () => {
    const { code, stdout } = await history();
    expect([code, stdout]).toEqual([0, `${results}: no such runs\n`]);
  });

  it.each<[string, string[], RegExp]>([
    ["a folder that is not there", ["--results", "/no/such"], /There is no folder \/no\/such, so there are no runs/],
    ["a file for a folder", ["--results", join(testdata, "run.json")], /run\.json is a file, and a folder/],
    ["one run for a folder", ["--results", testdata], /is one run, and a folder with run folders is expected/],
    ["an unknown metric", ["--trend", "p99"], /There is no metric p99\./],
    ["an unknown suite", ["--suite", "oltpp"], /No run in .* is of the suite oltpp\. Did you mean oltp\?/],
    ["an unknown system", ["--system", "mysql"], /No run in .* is of the system mysql\..* There are runs of postgres/],
    [
      "an unknown operation",
      ["--operation", "selekt"],
      /None of these runs has an operation selekt\. Did you mean select\?/,
    ],
    [
      "an operation of what a run has once",
      ["--trend", "client-cpu", "--operation", "select"],
      /figure of a whole run/,
    ],
    ["a limit that is none", ["--limit", "0"], /--limit 0 is not accepted; expected is a whole number of 1 or more/],
    ["--all without a trend", ["--all"], /--all shows every group of runs of a trend. Give --trend METRIC/],
    ["a file in a folder that is not there", ["--output", "/no/such/file"], /\/no\/such\/file cannot be written/],
  ])("refuses %s", async (_name, args, message) => {
    add("a");
    const command = historyCommand().exitOverride();
    const error: unknown = await command.parseAsync(["--results", results, ...args], { from: "user" }).catch((e) => e);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toMatch(message);
    expect(error instanceof UsageError || (error instanceof CommandError && error.exitCode === exitCodes.usage)).toBe(
      true,
    );
  });

  it("tells a refusal in a line, with exit code 2", async () => {
    const { code, stdout, stderr } = await history("--trend", "p99");
    expect(stderr).toMatch(/^dbmark: There is no metric p99\..*\n$/);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

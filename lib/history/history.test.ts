import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import historySchema from "../schema/history.schema.json" with { type: "json" };
import type { RunFile } from "../schema/run.generated.ts";
import { plainPalette } from "../summary/index.ts";
import { listCsv, trendCsv } from "./csv.ts";
import { byTime, entryOf, type HistoryEntry, metricValue } from "./entry.ts";
import { listJson, trendJson } from "./json.ts";
import { listText } from "./list-text.ts";
import { newestOf, trendOf } from "./trend.ts";
import { trendText } from "./trend-text.ts";

const text = readFileSync(
  join(import.meta.dirname, "..", "result", "testdata", "2026-11-21T09-40-12Z-oltp-postgres", "run.json"),
  "utf8",
);

/** The run of the test data, so many hours later, with something changed. */
function entry(hour: number, change: (run: RunFile) => void = () => {}, hidden = ""): HistoryEntry {
  const run: RunFile = JSON.parse(text);
  run.startedAt = new Date(Date.UTC(2026, 0, 1) + hour * 3_600_000).toISOString();
  change(run);
  const experiment = hidden === "" ? null : { experiment: "ab", pair: 1, variant: "b" as const, hidden };
  return entryOf(run, `run-${String(hour).padStart(3, "0")}`, experiment);
}

const throughput = (value: number) => (run: RunFile) => {
  run.totals.measure.all.throughput = value;
};
/** Ten runs around 1,000 a second, then ten around 800. */
const falling = Array.from({ length: 20 }, (_, hour) =>
  entry(hour, throughput((hour < 10 ? 1000 : 800) + ((hour * 7) % 5))),
);
const trend = (runs: HistoryEntry[], metric = "throughput", operation = "all", all = false) =>
  trendOf(runs, metric, operation, all);
const flat = (words: string) => words.replace(/\s+/g, " ");

describe("an entry", () => {
  it("has every metric of every operation, and of all together", () => {
    const one = entry(0);
    expect(Object.keys(one.values)).toEqual(["all", "select", "insert"]);
    const run: RunFile = JSON.parse(text);
    expect(metricValue(one, "throughput", "all")).toBe(run.totals.measure.all.throughput);
    expect(metricValue(one, "response-p99", "select")).toBe(run.totals.measure.operations[0]?.response.p99);
    expect(metricValue(one, "client-cpu", "select")).toBeNull();
    expect(metricValue(one, "throughput", "no such")).toBeNull();
  });

  it("comes in the order of time, and of the path within a second", () => {
    const [late, early] = [entry(2), entry(1)];
    const same = { ...early, path: "run-000" };
    expect([late, early, same].toSorted(byTime).map(({ path }) => path)).toEqual(["run-000", "run-001", "run-002"]);
  });
});

describe("a trend", () => {
  it("finds where the level changed, and by how much", () => {
    const [group] = trend(falling).groups;
    expect(group?.notSearched).toBeNull();
    expect(group?.changes).toMatchObject([{ path: "run-010" }]);
    const [change] = group?.changes ?? [];
    expect(change?.before).toBeCloseTo(1002, 0);
    expect(change?.after).toBeCloseTo(802, 0);
    expect(change?.change).toBeCloseTo(-0.2, 2);
    expect(change?.pValue).toBeLessThanOrEqual(0.01);
  });

  it("names what else changed there", () => {
    const updated = falling.map((run, hour) =>
      hour < 10
        ? run
        : { ...run, surroundings: { ...run.surroundings, "server version": "PostgreSQL 19.1", work_mem: "1GB" } },
    );
    expect(trend(updated).groups[0]?.changes[0]?.surroundings).toEqual([
      "server version PostgreSQL 18.4 → PostgreSQL 19.1",
      "work_mem none → 1GB",
    ]);
    expect(flat(trendText(trend(updated), plainPalette))).toContain(
      "From run run-010 on: 1,002/s → 802/s (−20 %), p = 0.002 there also changed: server version PostgreSQL 18.4 → PostgreSQL 19.1",
    );
  });

  it("finds none in runs that are alike", () => {
    const steady = Array.from({ length: 20 }, (_, hour) => entry(hour, throughput(1000 + ((hour * 7) % 5))));
    expect(trend(steady).groups[0]).toMatchObject({ notSearched: null, changes: [] });
    expect(trendText(trend(steady), plainPalette)).toContain("No change of the level was found.");
  });

  it("does not look in fewer than ten runs, and says so", () => {
    const few = trend(falling.slice(6, 15));
    expect(few.groups[0]).toMatchObject({ changes: [], notSearched: expect.stringContaining("9 valid runs") });
    expect(flat(trendText(few, plainPalette))).toContain(
      "No search for changes: 9 valid runs have a value: a change takes 5 of them on either side, 10 in all.",
    );
    expect(trend(falling.slice(5, 15)).groups[0]).toMatchObject({ notSearched: null, changes: [{ path: "run-010" }] });
  });

  it("shows runs that are not valid, and leaves them out of the search", () => {
    const broken = falling.map((run, hour) => (hour % 2 === 0 ? run : { ...run, valid: false, reasons: ["harness"] }));
    const more = [...broken, ...falling.map((run, hour) => ({ ...run, path: `more-${hour}`, valid: false }))];
    const [group] = trend(more).groups;
    expect(group?.points).toHaveLength(40);
    expect(group?.points.filter(({ counts }) => counts)).toHaveLength(10);
    expect(group?.remarks).toEqual(["30 of 40 runs not valid: shown, and left out of the search for changes"]);
    expect(group?.changes).toMatchObject([{ path: "run-010" }]);
    expect(trendText(trend(more), plainPalette)).toMatch(/not valid +run-001/);
  });

  it("says that a p99 is not reported below 10,000 operations", () => {
    const without = falling.map((_, hour) =>
      entry(hour, (file) => {
        file.totals.measure.all.response.p99 = null;
        file.totals.measure.all.operations = 9000;
      }),
    );
    const [group] = trend(without, "response-p99").groups;
    expect(group?.remarks).toEqual(["20 of 20 runs without a value: a p99 is not reported below 10,000 operations"]);
    expect(group?.notSearched).toMatch(/^0 valid runs have a value/);
  });

  it("says where there are too few operations for a percentile", () => {
    const thin = [entry(0, ({ totals }) => Object.assign(totals.measure.all, { operations: 1999 })), entry(1)];
    expect(trend(thin, "response-p95").groups[0]?.remarks).toEqual([
      "1 of 2 runs with fewer than 2000 operations, where p95 response time is mostly chance",
    ]);
  });

  it("looks at differences where values can be zero", () => {
    const failing = Array.from({ length: 20 }, (_, hour) =>
      entry(hour, ({ totals }) =>
        Object.assign(totals.measure.all, { failed: hour < 10 ? 0 : 300, operations: 30_000 }),
      ),
    );
    expect(trend(failing, "error-rate").groups[0]?.changes).toMatchObject([
      { path: "run-010", before: 0, after: expect.closeTo(0.01, 5), change: null },
    ]);
  });

  it("refuses a metric that there is not, with the nearest", () => {
    expect(() => trend(falling, "troughput")).toThrow(/no metric troughput\. Did you mean throughput\?/);
  });
});

describe("runs that measured something else are never mixed in", () => {
  it.each<[string, (run: RunFile) => void, RegExp]>([
    ["another suite", ({ suite }) => Object.assign(suite, { name: "ycsb" }), /suite ycsb/],
    ["another system", ({ target }) => Object.assign(target, { system: "noop" }), /system noop/],
    [
      "another statement",
      ({ workload }) => Object.assign(workload.operations[0]?.steps[0] ?? {}, { statement: "SELECT 1" }),
      /another workload/,
    ],
    ["other weights", ({ workload }) => Object.assign(workload.operations[0] ?? {}, { weight: 7 }), /another workload/],
    ["more rows", ({ workload }) => Object.assign(workload.dataSet?.tables[0] ?? {}, { rows: 7 }), /another workload/],
    [
      "another profile",
      ({ profile }) => Object.assign(profile, { name: "tps100" }),
      /profile tps100, up to 2,000\/s, 15 s/,
    ],
    [
      "another length",
      ({ profile }) => Object.assign(profile.segments[1] ?? {}, { seconds: 60 }),
      /profile tps2000, up to 2,000\/s, 1 min/,
    ],
    ["another warm-up", ({ profile }) => Object.assign(profile.segments[0] ?? {}, { seconds: 60 }), /another profile/],
    ["another seed", (run) => Object.assign(run, { seed: 2 }), /seed 2/],
    [
      "another host of the target",
      ({ target }) => Object.assign(target, { url: "postgres://u@db.example:5432/bench" }),
      /target postgres:\/\/db\.example:5432/,
    ],
    ["another way to send", ({ target }) => Object.assign(target, { mode: "simple" }), /statements simple/],
    [
      "more connections",
      ({ topology }) => Object.assign(topology, { connections: "pool", connectionCount: 9 }),
      /connections 200 workers, a pool of 9/,
    ],
    [
      "other durability",
      ({ target }) => Object.assign(target.server.settings, { fsync: "off" }),
      /durability fsync off/,
    ],
    ["another machine", ({ host }) => Object.assign(host, { cores: 2 }), /host A Processor, 2 cores/],
  ])("%s", (_name, change, difference) => {
    const { groups, others } = trend([...falling, entry(30, change)]);
    expect(groups).toMatchObject([{ points: { length: 20 } }]);
    expect(others).toMatchObject([{ runs: 1, differences: { 0: expect.stringMatching(difference) } }]);
  });

  it.each<[string, (run: RunFile) => void]>([
    ["the server's version", ({ target }) => Object.assign(target.server, { version: "19.1" })],
    ["a setting", ({ target }) => Object.assign(target.server.settings, { shared_buffers: "8GB" })],
    ["dbmark's revision", ({ software }) => Object.assign(software, { gitRevision: "abc" })],
    ["a limit", ({ workload }) => Object.assign(workload.operations[0]?.slo ?? {}, { p95Milliseconds: 1 })],
    ["keys of a pool", ({ workload }) => Object.assign(workload.pools?.[0] ?? {}, { rows: 1, hash: "0" })],
    [
      "the database of a data set of dbmark's own",
      ({ target }) => Object.assign(target, { url: "postgres://bench:xxxxx@127.0.0.1:5432/copy7" }),
    ],
  ])("but what a trend is there to show may change: %s", (_name, change) => {
    expect(trend([...falling, entry(30, change)]).groups).toMatchObject([{ points: { length: 21 } }]);
  });

  it("nor is what an experiment changed where no run shows it", () => {
    const { others } = trend([...falling, entry(30, undefined, "after drop-index.sql (0a1b2c3d)")]);
    expect(others).toEqual([{ runs: 1, differences: ["variant after drop-index.sql (0a1b2c3d)"] }]);
  });

  it("the others are named, and shown by themselves where asked for", () => {
    const runs = [
      ...falling,
      ...[30, 31].map((hour) => entry(hour, ({ profile }) => Object.assign(profile, { name: "x" }))),
    ];
    expect(flat(trendText(trend(runs), plainPalette))).toContain(
      "Other runs measured something else, and are not mixed in (--all shows each group by itself): 2 runs: profile x, up to 2,000/s, 15 s",
    );
    const all = trend(runs, "throughput", "all", true);
    expect(all.groups.map(({ points }) => points.length)).toEqual([20, 2]);
    expect(all.others).toEqual([]);
    expect(trendText(all, plainPalette)).toMatch(/^1\. oltp[\s\S]*^2\. oltp/m);
  });

  it("of groups of the same size, the one with the newest run is shown", () => {
    const [old, young] = [entry(0, ({ profile }) => Object.assign(profile, { name: "old" })), entry(1)];
    expect(trend([old, young]).groups[0]?.points[0]?.path).toBe("run-001");
  });
});

describe("as text", () => {
  const history = { results: "results", runs: falling, unreadable: [{ path: "x", reason: "x/run.json is empty." }] };

  it("names of files and what they say break no line, and do nothing to a terminal", () => {
    const evil = "a\u001b[2J\u001b]0;title\u0007\r\nb\u009bc\u202ed";
    const [first] = falling;
    const runs = first === undefined ? [] : [{ ...first, path: evil, profile: evil }];
    const list = listText(
      { results: "results", runs, unreadable: [{ path: evil, reason: `${evil} is no run` }] },
      { limit: 3, operation: "all", palette: plainPalette },
    );
    expect(list.match(/a�\[2J�\]0;title� b�c�d/g)).toHaveLength(3);
    expect(list).not.toMatch(/[^\n -~\u00a0-\u2029\u202f-\uffff]/);
    expect(list.split("\n")).toHaveLength(7);
  });

  it("a list has a line for each run, and says what it leaves out and what it could not read", () => {
    const lines = listText(history, { limit: 3, operation: "all", palette: plainPalette }).split("\n");
    expect(lines[0]).toBe("results: 20 runs, 1 not readable, the newest 3 are shown");
    expect(lines.filter((line) => /^2026-/.test(line))).toHaveLength(3);
    expect(lines.find((line) => line.endsWith("run-019"))).toMatch(
      /^2026-01-01 19:00:00 {2}tps2000 +80\d\/s .* valid /,
    );
    expect(lines.slice(-2)).toEqual(["Not readable in results", "  x/run.json is empty."]);
  });

  it("a trend has a bar for each run from zero on, and the change between them", () => {
    const words = trendText(trend(falling), plainPalette);
    expect(words).toMatch(/1,004\/s {2}█{30} +run-002\n/);
    expect(words).toMatch(/run-009\n── 1,002\/s → 802\/s \(−20 %\) ──\n.*run-010\n/);
    expect(flat(words)).toContain(
      "Each value is one run. A change says that the level is another from there on, and not why",
    );
    expect(Math.max(...words.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("a trend may show the newest runs alone, and says that all were looked at", () => {
    const words = trendText(newestOf(trend(falling), 4), plainPalette);
    expect(words.match(/█/g)?.length).toBeGreaterThan(0);
    expect(words).not.toMatch(/ run-015\n/);
    expect(words).toContain("the 16 runs before these are not shown, and are looked at for changes");
    expect(words).toContain("From run run-010 on");
  });
});

describe("for programs", () => {
  it("CSV has a row for each run, with the values in full", () => {
    const history = { results: "results", runs: falling.slice(0, 2), unreadable: [] };
    const [heading, first, second, ...rest] = listCsv(history, "select").split("\n");
    expect(heading).toMatch(
      /^run,started,suite,.*,operation,operations,throughput \(perSecond\),.*response-p99 \(milliseconds\)/,
    );
    expect(first).toMatch(/^run-000,2026-01-01T00:00:00\.000Z,oltp,postgres,tps2000,complete,true,/);
    expect(second).toMatch(/^run-001,/);
    expect(rest).toEqual([""]);
    const rows = trendCsv(trend(falling)).trim().split("\n");
    expect(rows).toHaveLength(21);
    expect(rows[11]).toMatch(/^1,run-010,2026-01-01T10:00:00\.000Z,all,800,true,true,1001\.\d+,801\.\d+,0\.002$/);
    expect(rows[12]).toMatch(/,true,true,,,$/);
  });

  it("JSON is as its schema says", () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    addFormats.default(ajv);
    const check = ajv.compile(historySchema);
    const runs = [
      entry(0),
      entry(1, undefined, "after x.sql"),
      entry(2, ({ validity }) => Object.assign(validity, { valid: false })),
    ];
    const history = { results: "r", runs, unreadable: [{ path: "x", reason: "y" }] };
    for (const text of [
      listJson(history),
      trendJson(trend(falling)),
      trendJson(trend(runs, "response-p99")),
      trendJson(trend([])),
    ]) {
      expect(check(JSON.parse(text)) ? [] : check.errors).toEqual([]);
    }
    expect(check({ ...JSON.parse(listJson(history)), other: 1 })).toBe(false);
  });

  it("JSON has metrics by their names, and what could not be read", () => {
    const listed = JSON.parse(
      listJson({ results: "r", runs: falling.slice(0, 1), unreadable: [{ path: "x", reason: "y" }] }),
    );
    expect(listed).toMatchObject({ schemaVersion: 1, runs: [{ path: "run-000" }], unreadable: [{ path: "x" }] });
    expect(listed.runs[0].metrics.all.throughput).toBe(1000);
    expect(JSON.parse(trendJson(trend(falling)))).toMatchObject({
      schemaVersion: 1,
      metric: { name: "throughput", unit: "perSecond" },
      groups: [{ points: { length: 20 }, changes: [{ path: "run-010" }] }],
    });
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { embeddedSettings, wasEmbedded } from "../result/embedded-server.ts";
import type { RunFile } from "../result/index.ts";
import { rerunDeclaration, workloadOf } from "./declaration.ts";
import { assertRerunnable, limitsOf } from "./limits.ts";
import { compareDigests, setupChanges } from "./outcome.ts";

const text = readFileSync(
  join(import.meta.dirname, "..", "result", "testdata", "2026-11-21T09-40-12Z-oltp-postgres", "run.json"),
  "utf8",
);
function runWith(change: (run: RunFile) => void = () => {}): RunFile {
  const run: RunFile = JSON.parse(text);
  change(run);
  return run;
}

const settings = {
  target: "postgres://bench:pw@127.0.0.1:5432/bench",
  resultsDirectory: "results",
  allowWrites: false,
  reload: false,
  loadConnections: 4,
  version: "9",
  gitRevision: "",
};

describe("the declaration", () => {
  it("is what the file says, and nothing that the run added to it", () => {
    const run = runWith();
    const declaration = rerunDeclaration(run, settings);
    expect(declaration).toMatchObject({
      suite: "oltp",
      seed: 1,
      connections: "per-worker",
      depth: 1,
      mode: "prepared",
      gracefulStopSeconds: 5,
      timeoutMilliseconds: 30_000,
      metrics: "windows",
      loadConnections: 2,
      iterationSeconds: 2,
      variables: { LOAD_PROFILE: "tps2000" },
    });
    expect(declaration.profile).not.toHaveProperty("gracefulStopSeconds");
    expect(workloadOf(run).pools).toEqual([{ name: "keys", statement: "SELECT id FROM dbmark.oltp ORDER BY id" }]);
    expect(run.workload.pools?.[0]).toHaveProperty("hash");
  });

  it("has a pool's size, timeouts that were set, and no mode where there is one way only", () => {
    const run = runWith((one) => {
      Object.assign(one.topology, { connections: "pool", connectionCount: 7 });
      Object.assign(one.variables, { TIMEOUT: "2s", CONNECT_TIMEOUT: "500ms", LOAD_CONNECTIONS: "3" });
      Object.assign(one.load ?? {}, { connections: 0, reused: true });
      one.target.mode = "";
    });
    const declaration = rerunDeclaration(run, settings);
    expect(declaration).toMatchObject({ connections: 7, timeoutMilliseconds: 2000, connectTimeoutMilliseconds: 500 });
    expect(declaration.loadConnections).toBe(3);
    expect(declaration).not.toHaveProperty("mode");
  });
});

describe("a run on SpacetimeDB", () => {
  it("has the limits of time that its own variables set", () => {
    const run = runWith(({ variables }) =>
      Object.assign(variables, { SPACETIME_REQ_TIMEOUT: "1500", SPACETIME_CONN_TIMEOUT: "250", TIMEOUT: "9s" }),
    );
    const limits = { timeoutMilliseconds: 1500, connectTimeoutMilliseconds: 250 };
    expect(rerunDeclaration(run, settings)).toMatchObject(limits);
  });

  it("by executors of a script's own is not run again: what they did is not in the file", () => {
    const run = runWith(({ profile }) => Object.assign(profile, { executors: true }));
    const surroundings = { suites: ["oltp"], systems: ["postgres"], ownTarget: true, allowWrites: false };
    expect(() => assertRerunnable(run, "run.json", surroundings)).toThrow(/executors of a script's own/);
  });
});

describe("an embedded PostgreSQL", () => {
  it.each([
    ["postgres://dbmark:xxxxx@127.0.0.1:45401/postgres?sslmode=disable", true],
    ["postgres://dbmark:xxxxx@127.0.0.1:45401/dbmark_a_1?sslmode=disable", true],
    ["postgres://dbmark:xxxxx@10.0.0.1:5432/postgres?sslmode=disable", false],
    ["postgres://bench:xxxxx@127.0.0.1:5432/postgres?sslmode=disable", false],
    ["postgres://dbmark@127.0.0.1:5432/postgres?sslmode=disable", false],
  ])("is known by its URL: %s, %s", (url, expected) => {
    expect(wasEmbedded(runWith(({ target }) => Object.assign(target, { url })))).toBe(expected);
  });

  it("gets every setting that a server can be started with", () => {
    const run = runWith(({ target }) => Object.assign(target.server.settings, { ssl: "off", data_checksums: "on" }));
    expect(embeddedSettings(run)).toEqual({ fsync: "on", shared_buffers: "128MB" });
  });
});

it("what the file does not hold is named", () => {
  const surroundings = { suites: ["oltp"], systems: ["postgres"], ownTarget: true, allowWrites: false };
  expect(limitsOf(runWith(), surroundings).join("\n")).toMatch(
    /pool keys .*hash.*\n.*server is as it is now.*\n.*machine/,
  );
  expect(limitsOf(runWith(), { ...surroundings, suites: [] })[0]).toMatch(/oltp is no suite.*JavaScript.*timeouts/);
  const onTable = runWith(({ workload }) => {
    workload.dataSet = undefined as never;
  });
  expect(limitsOf(onTable, surroundings)[0]).toMatch(/no data set of its own/);
});

describe("digests", () => {
  const digestOf = (change: (run: RunFile) => void) => compareDigests(runWith(), runWith(change));

  it("are the same, or not", () => {
    expect(digestOf(() => {})).toMatchObject({ same: true, text: expect.stringContaining("34,000 operations") });
    const other = digestOf(({ digest }) => Object.assign(digest ?? {}, { value: "ffffffffffffffff" }));
    expect(other).toMatchObject({ same: false, text: expect.stringMatching(/NOT THE SAME, 0123456789abcdef then/) });
  });

  it.each<[string, (run: RunFile) => void, RegExp]>([
    ["without one", (run) => Object.assign(run, { digest: null }), /the rerun has none/],
    [
      "of a loop that time ended",
      ({ digest }) => Object.assign(digest ?? {}, { comparable: false, reason: "because" }),
      /because/,
    ],
    [
      "of other numbers",
      ({ digest }) => Object.assign(digest ?? {}, { operations: 33_999 }),
      /34,000 operations then, 33,999 now/,
    ],
    [
      "of other keys",
      ({ workload }) => Object.assign(workload.pools?.[0] ?? {}, { hash: "1" }),
      /other values for the pool keys/,
    ],
  ])("cannot be compared %s", (_name, change, reason) => {
    expect(digestOf(change)).toMatchObject({ same: "unknown", text: expect.stringMatching(reason) });
  });
});

it("what differs around the two is told with both values, but not the port of an embedded server", () => {
  expect(setupChanges(runWith(), runWith())).toEqual([]);
  const embedded = (port: number) =>
    runWith(({ target }) =>
      Object.assign(target, { url: `postgres://dbmark:xxxxx@127.0.0.1:${port}/postgres?sslmode=disable` }),
    );
  expect(setupChanges(embedded(1), embedded(2))).toEqual([]);
  const later = runWith(({ target, host }) => {
    target.server.version = "19.1";
    target.server.settings.fsync = "off";
    host.cores = 4;
  });
  expect(setupChanges(runWith(), later)).toEqual([
    "server version: PostgreSQL 18.4 then, PostgreSQL 19.1 now",
    "settings fsync: on then, off now",
    "host cores: 8 then, 4 now",
  ]);
});

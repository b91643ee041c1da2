import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readRun } from "../result/index.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { differencesOf, sameOperations } from "./differences.ts";

const { run } = readRun(
  fileURLToPath(new URL("../result/testdata/2026-11-21T09-40-12Z-oltp-postgres", import.meta.url)),
);

/** A copy of the run with a change. */
function changed(change: (run: RunFile) => void): RunFile {
  const copy = structuredClone(run);
  change(copy);
  return copy;
}

const differences = (...changes: ((run: RunFile) => void)[]) => differencesOf([run, ...changes.map(changed)]);
const operation = (of: RunFile, name = "select") => {
  const found = of.workload.operations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

describe("the differences between set-ups", () => {
  it("are none for a run and itself", () => {
    expect(differencesOf([run, run, run])).toEqual([]);
  });

  it.each<[string, (run: RunFile) => void, string, string | null]>([
    [
      "a statement",
      (of) => Object.assign(operation(of).steps[0] ?? {}, { statement: "SELECT 1" }),
      "statements of select",
      "SELECT 1",
    ],
    ["a weight", (of) => Object.assign(operation(of), { weight: 1 }), "mix", "select 1, insert 30"],
    [
      "a data set's size",
      (of) => Object.assign(of.workload.dataSet?.tables[0] ?? {}, { rows: 1 }),
      "rows of dbmark.oltp",
      "1",
    ],
    ["an index", (of) => of.workload.dataSet?.finish.push("CREATE INDEX"), "definition", null],
    [
      "what a pool held",
      (of) => (of.workload.pools = [{ name: "ids", statement: "SELECT", rows: 3, hash: "ab" }]),
      "pool ids",
      "3 rows, hash ab",
    ],
    ["the loop", (of) => Object.assign(of.profile, { loop: "closed" }), "loop", "closed"],
    [
      "the rate",
      (of) => Object.assign(of.profile.segments[1] ?? {}, { rate: { from: 100, to: 900 } }),
      "load",
      "2 s warm-up at 2,000/s, 15 s measured at 100 to 900/s",
    ],
    ["the seed", (of) => Object.assign(of, { seed: 7 }), "seed", "7"],
    [
      "the target's host",
      (of) => Object.assign(of.target, { url: "postgres://bench:xxxxx@other:5432/bench" }),
      "host",
      "other",
    ],
    ["how statements are sent", (of) => Object.assign(of.target, { mode: "simple" }), "protocol mode", "simple"],
    [
      "the server's version",
      (of) => Object.assign(of.target.server, { version: "17.1" }),
      "version",
      "PostgreSQL 17.1",
    ],
    ["durability", (of) => Object.assign(of.target.server.settings, { fsync: "off" }), "fsync", "off"],
    ["the processor", (of) => Object.assign(of.host, { cpuModel: "Another" }), "processor", "Another"],
    ["the workers", (of) => Object.assign(of.topology, { workers: 3 }), "workers", "3"],
    [
      "the connections",
      (of) => Object.assign(of.topology, { connections: "pool", connectionCount: 2 }),
      "connections",
      "2, shared by all workers",
    ],
    [
      "requests in flight",
      (of) => Object.assign(of.topology, { depth: 16 }),
      "requests in flight on a connection",
      "16",
    ],
  ])("have %s among what was measured", (_, change, what, value) => {
    const found = differences(change).find((difference) => difference.what === what);
    expect(found?.matters).toBe(true);
    if (value !== null) expect(found?.values[1]).toBe(value);
    expect(found?.values[0]).not.toBe(found?.values[1]);
  });

  it("have versions and revisions after all of these", () => {
    const found = differences((of) => {
      of.software.gitRevision = "another";
      of.variables.LOAD_PROFILE = "another";
      of.target.server.settings.fsync = "off";
      of.seed = 2;
    });
    expect(found.map(({ what, matters }) => [what, matters])).toEqual([
      ["seed", true],
      ["fsync", true],
      ["revision", false],
      ["LOAD_PROFILE", false],
    ]);
  });

  it("have a variable that one run did not set, and no setting that one server does not tell", () => {
    const found = differences(
      (of) => {
        of.variables.MIX = "read-only";
        of.target.server.settings.work_mem = "1GB";
      },
      (of) => {
        of.target.server.settings.work_mem = "1GB";
      },
    );
    expect(found).toEqual([{ group: "variables", what: "MIX", values: [null, "read-only", null], matters: false }]);
    const both = differences(
      (of) => Object.assign(of.target.server.settings, { work_mem: "1GB" }),
      (of) => Object.assign(of.target.server.settings, { work_mem: "2GB" }),
    );
    expect(both[0]?.values).toEqual([null, "1GB", "2GB"]);
  });

  it("say of an operation that a run lacks no more than the mix does, and compare the others' all the same", () => {
    const without = (of: RunFile) => Object.assign(operation(of), { weight: 0 });
    expect(differences(without).map(({ what }) => what)).toEqual(["mix"]);
    const other = (of: RunFile) => Object.assign(operation(of).steps[0] ?? {}, { statement: "SELECT 1" });
    expect(differences(without, other).map(({ what, values }) => [what, values[1], values[2]])).toEqual([
      ["mix", "insert 30", "select 70, insert 30"],
      ["statements of select", null, "SELECT 1"],
    ]);
  });

  it("put parameters that differ in the same way into one line", () => {
    const both = differencesOf(
      [1, 2].map((maximum) =>
        changed((of) => {
          for (const each of of.workload.operations)
            each.parameters = [{ name: "id", generator: { type: "uniform", minimum: 1, maximum } }];
        }),
      ),
    );
    expect(both).toEqual([
      {
        group: "workload",
        what: "parameters select.id, insert.id",
        values: ["uniform minimum 1, maximum 1", "uniform minimum 1, maximum 2"],
        matters: true,
      },
    ]);
  });

  it("are told where the words are the same and what they stand for is not", () => {
    const [found] = differences((of) =>
      of.profile.segments.splice(
        1,
        1,
        ...of.profile.segments.slice(1).flatMap((segment) => [
          { ...segment, seconds: 5 },
          { ...segment, seconds: 10 },
        ]),
      ),
    );
    expect(found?.values).toEqual([
      "2 s warm-up at 2,000/s, 15 s measured at 2,000/s",
      "2 s warm-up at 2,000/s, 15 s measured at 2,000/s (not the same)",
    ]);
  });

  it("do not have the port of an embedded PostgreSQL, which is another each time", () => {
    const at = (port: number) =>
      changed((of) =>
        Object.assign(of.target, { url: `postgres://dbmark:xxxxx@127.0.0.1:${port}/postgres?sslmode=disable` }),
      );
    expect(differencesOf([at(1), at(2)])).toEqual([]);
    expect(differencesOf([at(1), run]).map(({ what, matters }) => [what, matters])).toEqual([
      ["host", true],
      ["URL", false],
    ]);
  });
});

describe("the same operations", () => {
  const digest = (value: string, comparable = true) =>
    changed((of) => {
      of.digest = { value, operations: 1, comparable };
    });

  it("are those of equal digests, where digests can be compared", () => {
    expect(sameOperations([digest("a"), digest("a")])).toBe(true);
    expect(sameOperations([digest("a"), digest("a"), digest("b")])).toBe(false);
    expect(sameOperations([digest("a"), digest("a", false)])).toBeNull();
    expect(
      sameOperations([
        digest("a"),
        changed((of) => {
          of.digest = null;
        }),
      ]),
    ).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import type { TableDefinition } from "../../k6-ext/index.d.ts";
import { tableOf, workloadOf } from "../index.ts";
import { operationNames, readTpcbOptions } from "../tpcb/options.ts";
import { existingTpcbWorkload } from "./tpcb-existing.ts";

const workload = (environment: Record<string, string> = {}) => workloadOf("tpcb", "postgres", environment);
const allOperations = { OPERATIONS: operationNames.join(",") };
const weights = (environment: Record<string, string>) =>
  Object.fromEntries(workload(environment).operations.map(({ name, weight }) => [name, weight]));

describe("the operations", () => {
  it("are the TPC-B-like transaction alone, or what OPERATIONS says", () => {
    expect(weights({})).toEqual({ tpcb: 1 });
    expect(weights(allOperations)).toEqual({ tpcb: 1, select: 1, "simple-update": 1 });
    expect(weights({ OPERATIONS: "tpcb=1,select=9,simple-update=0" })).toEqual({ tpcb: 1, select: 9 });
    expect(() => workload({ OPERATIONS: "selct" })).toThrow("unknown operation selct. Did you mean select?");
  });

  it("draw from pgbench's ranges, and have the same change in all statements of a transaction", () => {
    const { operations } = workload({ ...allOperations, SCALE: "32" });
    for (const { parameters, steps } of operations) {
      const ranges = { aid: [1, 3_200_000], bid: [1, 32], tid: [1, 320], delta: [-5000, 5000] };
      for (const { name, generator } of parameters) {
        const [minimum, maximum] = ranges[name as keyof typeof ranges];
        expect(generator).toEqual({ type: "uniform", minimum, maximum });
      }
      const written = steps.filter(({ statement }) => !statement?.startsWith("SELECT"));
      for (const { parameters: names } of written) expect(names).toContain("delta");
    }
  });

  it("need a new load after a transaction, which changes balances besides its row of the history", () => {
    for (const { inserts } of workload({ OPERATIONS: "tpcb,simple-update" }).operations) {
      expect(inserts).toMatchObject({ changesOthers: true, remove: "TRUNCATE pgbench_history" });
    }
  });
});

describe("the data set", () => {
  it("has pgbench's numbers of rows for each branch, and wide numbers of accounts where pgbench has them", () => {
    const rows = (environment: Record<string, string>) =>
      Object.fromEntries(workload(environment).dataSet?.tables.map((table) => [table.name, table.rows]) ?? []);
    expect(rows({ SCALE: "3" })).toEqual({
      pgbench_branches: 3,
      pgbench_tellers: 30,
      pgbench_accounts: 300_000,
      pgbench_history: 0,
    });
    expect(workload({ SCALE: "19999" }).dataSet?.create.join()).not.toContain("bigint");
    expect(
      workload({ SCALE: "20000" })
        .dataSet?.create.join()
        .match(/aid bigint/g),
    ).toHaveLength(2);
  });
});

describe("on tables that are there", () => {
  const definition = {
    qualified: '"public"."pgbench_accounts"',
    columns: [{ name: "aid" }, { name: "bid" }, { name: "abalance" }],
  } as TableDefinition;
  const facts = { branches: 4, accounts: 400_000, "made by dbmark": 0 };
  const on = (environment: Record<string, string> = {}, changed: Partial<typeof facts> = {}, table = definition) =>
    existingTpcbWorkload(table, readTpcbOptions({ DATA: "existing", ...environment }), { ...facts, ...changed });

  it("their definition is read only when they are asked for", () => {
    expect(tableOf("tpcb", "postgres", {})).toBeUndefined();
    expect(tableOf("tpcb", "postgres", { DATA: "existing" })).toBe("pgbench_accounts");
    expect(() => workloadOf("tpcb", "noop", { DATA: "existing" })).toThrow("noop has no tables");
  });

  it("the scale is theirs, and nothing is loaded or removed", () => {
    const found = on(allOperations);
    expect(found.operations[1]?.parameters[0]?.generator).toMatchObject({ maximum: 400_000 });
    expect(found.dataSet).toBeUndefined();
    for (const { inserts } of found.operations) expect(inserts?.remove).toBeUndefined();
  });

  it("those that are written to are named", () => {
    expect(on({ OPERATIONS: "select" }).foreignTables).toBeUndefined();
    expect(on({ OPERATIONS: "simple-update" }).foreignTables).toEqual(["pgbench_accounts", "pgbench_history"]);
    expect(on().foreignTables).toHaveLength(4);
  });

  it.each([
    ["of another kind", {}, { ...definition, columns: [] } as TableDefinition, "no column aid"],
    ["without branches", { branches: 0 }, definition, "pgbench_branches has 0 rows"],
    [
      "with missing accounts",
      { accounts: 399_999 },
      definition,
      "go up to 399999; expected are 100000 for each branch",
    ],
    ["of dbmark", { "made by dbmark": 4 }, definition, "was made by dbmark"],
  ])("tables %s are refused", (_, changed, table, message) => {
    expect(() => on({}, changed, table)).toThrow(message);
  });
});

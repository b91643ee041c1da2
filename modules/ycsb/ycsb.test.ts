import { describe, expect, it } from "vitest";
import type { Generator, Workload } from "../../lib/workload.ts";
import { suites, workloadOf } from "../index.ts";
import { coreWorkloads } from "./core-workloads.ts";

const systems = ["postgres", "redis"] as const;
const on = (system: string, environment: Record<string, string> = {}) => workloadOf("ycsb", system, environment);
const weights = ({ operations }: Workload) => Object.fromEntries(operations.map(({ name, weight }) => [name, weight]));
const operation = (workload: Workload, name: string) => {
  const found = workload.operations.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const generatorOf = (workload: Workload, name: string, parameter = "key"): Generator | undefined =>
  operation(workload, name).parameters.find((candidate) => candidate.name === parameter)?.generator;
const numberOf = (workload: Workload, name: string) => {
  const generator = generatorOf(workload, name);
  return generator?.type === "key" && "number" in generator ? generator.number : undefined;
};

describe.each(systems)("the core workloads on %s", (system) => {
  it.each<[string, Record<string, number>]>([
    ["A", { read: 50, update: 50 }],
    ["B", { read: 95, update: 5 }],
    ["C", { read: 100 }],
    ["D", { read: 95, insert: 5 }],
    ["E", { insert: 5, scan: 95 }],
    ["F", { read: 50, "read-modify-write": 50 }],
  ])("%s has the proportions of YCSB", (name, proportions) => {
    const workload = on(system, { WORKLOAD: name });
    expect(workload.name).toBe(`ycsb ${name}`);
    expect(weights(workload)).toEqual(proportions);
  });

  it("A, B, C and F ask for zipfian keys, drawn from 10 billion items as in YCSB", () => {
    for (const name of ["A", "B", "C", "F"]) {
      const workload = on(system, { WORKLOAD: name, ROWS: "5000" });
      for (const { name: one } of workload.operations) {
        expect(numberOf(workload, one)).toEqual({ type: "zipfian", minimum: 0, maximum: 4999, items: 1e10 });
      }
    }
  });

  it("D reads the latest rows, and inserts above the loaded ones", () => {
    const workload = on(system, { WORKLOAD: "D", ROWS: "5000" });
    expect(numberOf(workload, "read")).toEqual({ type: "latest", minimum: 0, maximum: 4999 });
    expect(generatorOf(workload, "insert")).toMatchObject({ type: "key", start: 5000 });
  });

  it("E scans 1 to 100 rows, all lengths alike, from zipfian keys on", () => {
    const workload = on(system, { WORKLOAD: "E", ROWS: "5000" });
    expect(numberOf(workload, "scan")).toMatchObject({ type: "zipfian", maximum: 4999 });
    expect(generatorOf(workload, "scan", "length")).toEqual({ type: "uniform", minimum: 1, maximum: 100 });
    expect(operation(workload, "scan").steps[0]?.expect).toEqual({ minimum: 1, maximum: 100 });
    expect(generatorOf(on(system, { WORKLOAD: "E", SCAN_LENGTH: "7" }), "scan", "length")).toMatchObject({
      maximum: 7,
    });
  });

  it("F reads a row and writes one field of it, as one operation of two steps without a transaction", () => {
    const { steps, transaction, kind } = operation(on(system, { WORKLOAD: "F" }), "read-modify-write");
    expect(steps).toHaveLength(2);
    expect(transaction).toBeUndefined();
    expect(kind).toBe("write");
  });

  it.each(["uniform", "hotspot", "latest", "zipfian"])(
    "KEY_DISTRIBUTION=%s takes the place of the workload's",
    (type) => {
      for (const name of Object.keys(coreWorkloads)) {
        const workload = on(system, { WORKLOAD: name, KEY_DISTRIBUTION: type });
        for (const { name: one } of workload.operations.filter(({ name: one }) => one !== "insert")) {
          expect(numberOf(workload, one)).toMatchObject({ type });
        }
      }
    },
  );

  it("rows have 10 fields of 100 bytes, or what FIELD_COUNT and FIELD_LENGTH say", () => {
    const fields = (environment: Record<string, string>) =>
      on(system, environment).dataSet?.tables[0]?.columns.slice(1) ?? [];
    expect(fields({}).map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, i) => `field${i}`));
    expect(fields({})[3]?.generator).toEqual({ type: "text", length: 100 });
    expect(fields({ FIELD_COUNT: "2", FIELD_LENGTH: "7" })).toEqual([
      { name: "field0", generator: { type: "text", length: 7 } },
      { name: "field1", generator: { type: "text", length: 7 } },
    ]);
  });

  it("keys are hashes of the rows' numbers, or the numbers with INSERT_ORDER=ordered; loaded ones from 0 on", () => {
    for (const [order, hashed] of [
      ["hashed", true],
      ["ordered", false],
    ] as const) {
      const workload = on(system, { WORKLOAD: "D", ROWS: "5000", INSERT_ORDER: order });
      expect(workload.dataSet?.tables[0]).toMatchObject({
        rows: 5000,
        columns: expect.arrayContaining([
          expect.objectContaining({ generator: expect.objectContaining({ start: 0, hashed }) }),
        ]),
      });
      for (const name of ["read", "insert"]) expect(generatorOf(workload, name)).toMatchObject({ digits: 19, hashed });
    }
    expect(generatorOf(on(system), "read")).toMatchObject({ hashed: true });
  });

  it("the data set is the same for all workloads, so that each can use what another one loaded", () => {
    const sets = Object.keys(coreWorkloads).map((name) => JSON.stringify(on(system, { WORKLOAD: name }).dataSet));
    expect(new Set(sets).size).toBe(1);
  });

  it("every step says how many rows it must give", () => {
    for (const name of Object.keys(coreWorkloads)) {
      for (const { steps } of on(system, { WORKLOAD: name }).operations) {
        for (const { expect: limits } of steps) expect(limits?.minimum).toBeGreaterThan(0);
      }
    }
  });

  it.each([
    [{ WORKLOAD: "G" }, "WORKLOAD=G is not accepted; expected is A, B, C, D, E, F"],
    [{ FIELD_COUNT: "0" }, "FIELD_COUNT=0 is not accepted; expected is a whole number from 1"],
    [{ FIELD_COUNT: "1000", FIELD_LENGTH: "10001" }, "make rows of 10001000 bytes"],
    [{ SCAN_LENGTH: "0" }, "SCAN_LENGTH=0 is not accepted"],
    [{ INSERT_ORDER: "random" }, "expected is hashed, ordered"],
    [{ KEY_DISTRIBUTION: "gauss" }, "expected is uniform, zipfian, hotspot, latest"],
  ])("%j is refused", (environment, message) =>
    expect(() => on(system, environment as Record<string, string>)).toThrow(message),
  );
});

describe("an update", () => {
  it("writes one field of any on PostgreSQL, by one statement", () => {
    const update = operation(on("postgres", { FIELD_COUNT: "2" }), "update");
    expect(update.steps[0]?.statement).toBe(
      "UPDATE dbmark_ycsb SET field0 = CASE $2::int4 WHEN 0 THEN $3 ELSE field0 END, " +
        "field1 = CASE $2::int4 WHEN 1 THEN $3 ELSE field1 END WHERE ycsb_key = $1",
    );
    expect(operation(on("postgres", { FIELD_COUNT: "1" }), "update").steps[0]?.statement).toBe(
      "UPDATE dbmark_ycsb SET field0 = $2 WHERE ycsb_key = $1",
    );
  });

  it("must not add a field on Redis, which would be a row that was not there", () => {
    expect(operation(on("redis"), "update").steps[0]).toEqual({
      command: ["HSET", "{key}", "field{field}", "{value}"],
      expect: { minimum: 1, maximum: 1, added: 0 },
    });
  });
});

it("everything on Redis has keys that begin with dbmark:", () => {
  const { operations, dataSet } = on("redis", { WORKLOAD: "E" });
  expect(dataSet?.tables[0]?.name).toBe("dbmark:ycsb");
  for (const { parameters } of operations) {
    expect(parameters[0]).toMatchObject({ name: "key", generator: { prefix: "dbmark:ycsb:user" } });
  }
});

it("the suite runs on PostgreSQL and Redis", () => {
  expect(suites.find(({ name }) => name === "ycsb")?.systems).toEqual(["postgres", "redis"]);
  expect(() => on("noop")).toThrow("The suite ycsb does not run on noop; it runs on postgres, redis.");
});

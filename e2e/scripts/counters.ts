// A workload whose effects can be counted: rows that are inserted, and counters that operations of four kinds add to. What the table
// holds afterwards tells how many of each the server really did.
//
// OPERATIONS weighs them; ATTEMPTS limits how often a transaction is tried, instead of the default.

import { type Environment, readText, readWeights } from "../../lib/environment/index.ts";
import { defineSuite } from "../../lib/k6/suite.ts";
import type { Operation, RetryRule, Workload } from "../../lib/workload.ts";
import { resolveProfile } from "../../profiles/index.ts";

const table = "dbmark_counters";
const rows = 100;
// Each kind of operation has counters of its own; the fewer, the more they collide.
const crossed = { minimum: 1, maximum: 4 };
const strict = { minimum: 5, maximum: 6 };
const plain = { minimum: 7, maximum: rows };
const one = { minimum: 1, maximum: 1 };

function operations(retry: RetryRule | undefined): Omit<Operation, "weight">[] {
  const uniform = (name: string, range: { minimum: number; maximum: number }) => ({
    name,
    generator: { type: "uniform", ...range } as const,
  });
  return [
    {
      name: "read",
      kind: "read",
      parameters: [uniform("id", { minimum: 1, maximum: rows })],
      steps: [{ statement: `SELECT n FROM ${table} WHERE id = $1`, parameters: ["id"], expect: one }],
    },
    {
      name: "insert",
      kind: "write",
      parameters: [{ name: "id", generator: { type: "sequence", start: rows + 1 } }],
      steps: [{ statement: `INSERT INTO ${table} VALUES ($1, 0)`, parameters: ["id"], expect: one }],
      inserts: {
        count: `SELECT count(*) FROM ${table} WHERE id > ${rows}`,
        remove: `DELETE FROM ${table} WHERE id > ${rows}`,
      },
    },
    {
      name: "increment",
      kind: "write",
      parameters: [uniform("id", plain)],
      steps: [{ statement: `UPDATE ${table} SET n = n + 1 WHERE id = $1`, parameters: ["id"], expect: one }],
    },
    {
      // Two rows in any order: two of these at once can wait for each other.
      name: "cross",
      kind: "write",
      parameters: [uniform("first", crossed), uniform("second", crossed)],
      steps: ["first", "second"].map((id) => ({
        statement: `UPDATE ${table} SET n = n + 1 WHERE id = $1`,
        parameters: [id],
        thinkMilliseconds: 1,
        expect: one,
      })),
      transaction: {},
      ...(retry && { retry }),
    },
    {
      // Reads and then writes what it read: only the isolation keeps two of these from losing an addition.
      name: "add",
      kind: "write",
      parameters: [uniform("id", strict), { name: "n", generator: { type: "constant", value: 0 } }],
      steps: [
        {
          statement: `SELECT n FROM ${table} WHERE id = $1`,
          parameters: ["id"],
          capture: [{ column: 0, parameter: "n" }],
          expect: one,
        },
        { statement: `UPDATE ${table} SET n = $2::bigint + 1 WHERE id = $1`, parameters: ["id", "n"], expect: one },
      ],
      transaction: { isolation: "serializable" },
      ...(retry && { retry }),
    },
    {
      name: "sleep",
      kind: "read",
      parameters: [{ name: "seconds", generator: { type: "choice", values: [0, 0.5], weights: [9, 1] } }],
      steps: [{ statement: "SELECT pg_sleep($1::float8)", parameters: ["seconds"] }],
    },
  ];
}

function workload(environment: Environment): Workload {
  const attempts = readText(environment, "ATTEMPTS");
  const retry =
    attempts === undefined
      ? undefined
      : { attempts: Number(attempts), backoffMilliseconds: 2, maximumBackoffMilliseconds: 50 };
  const weights = new Map(readWeights(environment, "OPERATIONS")?.map(({ name, weight }) => [name, weight ?? 1]));
  return {
    name: "counters",
    system: "postgres",
    description: "Effects that can be counted.",
    operations: operations(retry)
      .filter(({ name }) => weights.has(name))
      .map((operation) => ({ ...operation, weight: weights.get(operation.name) ?? 0 })),
    dataSet: {
      name: "counters",
      tables: [
        {
          name: table,
          rows,
          columns: [
            { name: "id", generator: { type: "sequence", start: 1 } },
            { name: "n", generator: { type: "constant", value: 0 } },
          ],
          check: `SELECT count(*) FROM ${table} WHERE id <= ${rows}`,
        },
      ],
      create: [`CREATE TABLE ${table} (id bigint PRIMARY KEY, n bigint NOT NULL)`],
      drop: [`DROP TABLE IF EXISTS ${table}`],
      finish: [],
      truncate: [`TRUNCATE ${table}`],
      removeInserted: [`DELETE FROM ${table} WHERE id > ${rows}`],
    },
  };
}

const suite = defineSuite({
  name: "counters",
  defaultSystem: "postgres",
  profile: (environment, cores) => resolveProfile(undefined, environment, cores),
  source: () => ({ workload }),
});

export const options = suite.options;
export const setup = suite.setup;
export default suite.iterate;
export const teardown = suite.teardown;
export const handleSummary = suite.handleSummary;

// The TPC-B-like suite on pgbench's own schema, with the statements, types and distributions of its built-in scripts.
// https://www.postgresql.org/docs/current/pgbench.html

import type { DataSet, Operation, Parameter, Step, Workload } from "../../lib/workload.ts";
import { weightsText } from "../operation-weights.ts";
import type { TpcbOptions } from "../tpcb/options.ts";

/** Accounts of one branch, as pgbench has them. */
export const accountsPerBranch = 100_000;
const tellersPerBranch = 10;

/** From this scale on pgbench makes the numbers of accounts 64 bits wide. */
const wideScale = 20_000;

const accounts = "pgbench_accounts";
const branches = "pgbench_branches";
const tellers = "pgbench_tellers";
const history = "pgbench_history";
const tables = [accounts, branches, tellers, history];

/** What tells tables that dbmark made from those of `pgbench -i`, which have the same names. */
const mark = "Made by dbmark for its suite tpcb.";

/** Numbers of those of the four tables that are there, with or without dbmark's mark. */
export const tablesStatement = (whose: "dbmark's" | "others") =>
  `SELECT count(*) AS answer FROM unnest(ARRAY['${tables.join("', '")}']) AS t(name) WHERE to_regclass(name) IS NOT NULL AND ` +
  `obj_description(to_regclass(name), 'pg_class') IS ${whose === "others" ? "DISTINCT" : "NOT DISTINCT"} FROM '${mark}'`;

/** The workload on a data set of dbmark's own. */
export function tpcbWorkload(options: TpcbOptions): Workload {
  const remove = `TRUNCATE ${history}`;
  return {
    name: "tpcb",
    system: "postgres",
    description: `${weightsText(options.weights)} at scale ${options.scale}, on tables of its own.`,
    operations: tpcbOperations(options, { remove, changesOthers: true }),
    dataSet: dataSet(options.scale),
    slo: options.slo,
  };
}

/** The operations that run. `inserts`: what becomes of the rows that they add to the history. */
export function tpcbOperations(
  { scale, weights }: TpcbOptions,
  inserts: { remove?: string; changesOthers?: boolean },
): Operation[] {
  const updates = (name: "tpcb" | "simple-update", description: string, between: Step[]): Operation => ({
    name,
    kind: "write",
    weight: weights[name] ?? 0,
    description,
    parameters: parameters(scale),
    steps: [
      one(`UPDATE ${accounts} SET abalance = abalance + $1 WHERE aid = $2`, ["delta", "aid"]),
      one(`SELECT abalance FROM ${accounts} WHERE aid = $1`, ["aid"]),
      ...between,
      one(`INSERT INTO ${history} (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, CURRENT_TIMESTAMP)`, [
        "tid",
        "bid",
        "aid",
        "delta",
      ]),
    ],
    transaction: {},
    // A deadlock or a serialization failure changed nothing. At pgbench's default isolation, read committed, there are none.
    retry: { attempts: 10, backoffMilliseconds: 1, maximumBackoffMilliseconds: 100 },
    inserts: { count: `SELECT count(*) FROM ${history}`, ...inserts },
  });
  const declared: Operation[] = [
    updates("tpcb", "pgbench's TPC-B-like transaction.", [
      one(`UPDATE ${tellers} SET tbalance = tbalance + $1 WHERE tid = $2`, ["delta", "tid"]),
      one(`UPDATE ${branches} SET bbalance = bbalance + $1 WHERE bid = $2`, ["delta", "bid"]),
    ]),
    {
      name: "select",
      kind: "read",
      weight: weights.select ?? 0,
      description: "pgbench's select-only script (-S).",
      parameters: parameters(scale).filter(({ name }) => name === "aid"),
      steps: [one(`SELECT abalance FROM ${accounts} WHERE aid = $1`, ["aid"])],
    },
    updates(
      "simple-update",
      "pgbench's simple-update script (-N): without the rows that many transactions meet at.",
      [],
    ),
  ];
  return declared.filter(({ weight }) => weight > 0);
}

/** Uniform and independent of each other, as in pgbench; the change is the same in all statements of a transaction. */
function parameters(scale: number): Parameter[] {
  const uniform = (name: string, minimum: number, maximum: number): Parameter => ({
    name,
    generator: { type: "uniform", minimum, maximum },
  });
  return [
    uniform("aid", 1, accountsPerBranch * scale),
    uniform("bid", 1, scale),
    uniform("tid", 1, tellersPerBranch * scale),
    uniform("delta", -5000, 5000),
  ];
}

/** A statement that reads or writes one row. */
function one(statement: string, names: string[]): Step {
  return { statement, parameters: names, expect: { minimum: 1, maximum: 1 } };
}

function dataSet(scale: number): DataSet {
  const accountNumber = scale < wideScale ? "int" : "bigint";
  const keys: [table: string, column: string][] = [
    [branches, "bid"],
    [tellers, "tid"],
    [accounts, "aid"],
  ];
  return {
    name: "tpcb",
    tables: [
      {
        name: branches,
        rows: scale,
        columns: [
          { name: "bid", generator: { type: "sequence", start: 1 } },
          { name: "bbalance", generator: { type: "constant", value: 0 } },
        ],
        check: `SELECT count(*) FROM ${branches}`,
      },
      {
        name: tellers,
        rows: tellersPerBranch * scale,
        columns: [
          { name: "tid", generator: { type: "sequence", start: 1 } },
          { name: "bid", generator: { type: "sequence", start: 1, repeat: tellersPerBranch } },
          { name: "tbalance", generator: { type: "constant", value: 0 } },
        ],
        check: `SELECT count(*) FROM ${tellers}`,
      },
      {
        name: accounts,
        rows: accountsPerBranch * scale,
        columns: [
          { name: "aid", generator: { type: "sequence", start: 1 } },
          { name: "bid", generator: { type: "sequence", start: 1, repeat: accountsPerBranch } },
          { name: "abalance", generator: { type: "constant", value: 0 } },
          // Padded with blanks by the server. The fillers of the other tables are null, as pgbench leaves them.
          { name: "filler", generator: { type: "constant", value: "" } },
        ],
        check: `SELECT count(*) FROM ${accounts}`,
      },
      { name: history, rows: 0, columns: [] },
    ],
    create: [
      marked(history, `tid int, bid int, aid ${accountNumber}, delta int, mtime timestamp, filler char(22)`, ""),
      marked(tellers, "tid int NOT NULL, bid int, tbalance int, filler char(84)"),
      marked(accounts, `aid ${accountNumber} NOT NULL, bid int, abalance int, filler char(84)`),
      marked(branches, "bid int NOT NULL, bbalance int, filler char(88)"),
    ],
    drop: [`DROP TABLE IF EXISTS ${tables.join(", ")}`],
    finish: [
      ...keys.map(([table, column]) => `ALTER TABLE ${table} ADD CONSTRAINT ${table}_pkey PRIMARY KEY (${column})`),
      ...tables.map((table) => `VACUUM (FREEZE, ANALYZE) ${table}`),
    ],
    truncate: [
      `TRUNCATE ${tables.join(", ")}`,
      ...keys.map(([table]) => `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_pkey`),
    ],
    removeInserted: [`TRUNCATE ${history}`],
    foreign: tablesStatement("others"),
  };
}

/** Makes a table with its mark in one transaction, so that no interrupted load leaves one without. */
function marked(table: string, columns: string, settings = " WITH (fillfactor = 100)"): string {
  return `CREATE TABLE ${table} (${columns})${settings}; COMMENT ON TABLE ${table} IS '${mark}'`;
}

// Variables of the OLTP suite: its table, its mix and its service levels. Some are those of other suites too.

import type { Variable } from "./variable.ts";

const suites = ["oltp"];
const andYcsb = ["oltp", "ycsb"];
const andTpcb = ["oltp", "tpcb"];
const all = ["oltp", "ycsb", "tpcb", "spacetimedb"];
const withRows = ["oltp", "ycsb", "spacetimedb"];

/** Variables of the OLTP suite. */
export const oltpVariables: readonly Variable[] = [
  {
    name: "ROWS",
    type: "integer",
    minimum: 1,
    maximum: 100_000_000_000,
    default: "100000; for spacetimedb 1000",
    meaning: "Rows of the suite's own table; in spacetimedb, users.",
    suites: withRows,
  },
  {
    name: "MIX",
    type: "choice",
    values: ["read-heavy", "balanced", "write-heavy", "mixed", "read-only"],
    default: "read-heavy; with LOAD_PROFILE=mixed, mixed",
    meaning: "Weights of the operations.",
    suites,
  },
  {
    name: "OPERATIONS",
    type: "weights",
    default: "all operations of the mix; for tpcb, tpcb alone",
    meaning:
      "The operations that run, with weights of your own (select=70,insert=30) or those of the mix (select,insert); in tpcb, alike.",
    suites: andTpcb,
  },
  {
    name: "TABLE",
    type: "text",
    form: 'table, schema.table or "Odd Name" in double quotes',
    default: "the suite's own table",
    meaning: "A table or view of yours to run on; writing to it needs --allow-writes.",
    suites,
  },
  {
    name: "KEY",
    type: "text",
    form: "names of columns with commas between",
    default: "the table's primary key, or a unique index over columns that are not null",
    meaning: "Columns that point lookups and range scans go by, for a view or a table without a key.",
    suites,
  },
  {
    name: "RANGE_ROWS",
    type: "integer",
    minimum: 1,
    maximum: 1_000_000,
    default: "100",
    meaning: "Rows that a range scan returns.",
    suites,
  },
  {
    name: "KEY_DISTRIBUTION",
    type: "choice",
    values: ["uniform", "zipfian", "hotspot", "latest"],
    default: "uniform; for ycsb that of the workload",
    meaning:
      "Which keys are asked for: all alike, a few very often (exponent 0.99), a fifth of them four times in five, or, for ycsb alone, the newest.",
    suites: andYcsb,
  },
  {
    name: "SLO_P95",
    type: "duration",
    minimumSeconds: 0.000001,
    maximumSeconds: 3600,
    none: true,
    default: "50ms",
    meaning: "Limit of each operation's 95th percentile of response time.",
    suites: all,
  },
  {
    name: "SLO_P99",
    type: "duration",
    minimumSeconds: 0.000001,
    maximumSeconds: 3600,
    none: true,
    default: "100ms",
    meaning: "Limit of each operation's 99th percentile of response time.",
    suites: all,
  },
  {
    name: "SLO_ERROR_RATE",
    type: "share",
    none: true,
    default: "0.001",
    meaning: "Limit of each operation's share of failures.",
    suites: all,
  },
];

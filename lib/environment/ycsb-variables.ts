// Variables of the YCSB suite, in YCSB's words where it has them.

import type { Variable } from "./variable.ts";

const suites = ["ycsb"];

/** Variables that only the YCSB suite reads. */
export const ycsbVariables: readonly Variable[] = [
  {
    name: "WORKLOAD",
    type: "choice",
    values: ["A", "B", "C", "D", "E", "F"],
    default: "A",
    meaning: "Core workload of YCSB: its operations, their proportions and its request distribution.",
    suites,
  },
  {
    name: "FIELD_COUNT",
    type: "integer",
    minimum: 1,
    maximum: 1000,
    default: "10",
    meaning: "Fields of a row of YCSB (fieldcount).",
    suites,
  },
  {
    name: "FIELD_LENGTH",
    type: "integer",
    minimum: 1,
    maximum: 1_000_000,
    default: "100",
    meaning: "Bytes of a field of YCSB (fieldlength).",
    suites,
  },
  {
    name: "SCAN_LENGTH",
    type: "integer",
    minimum: 1,
    maximum: 10_000,
    default: "100",
    meaning: "Rows that a scan of YCSB asks for at most (maxscanlength); the lengths are uniform, from 1 on.",
    suites,
  },
  {
    name: "INSERT_ORDER",
    type: "choice",
    values: ["hashed", "ordered"],
    default: "hashed",
    meaning:
      "Keys of YCSB (insertorder): a hash of the row's number, which spreads inserts over all keys, or the number, which puts them at the end.",
    suites,
  },
];

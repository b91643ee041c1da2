// Variables of the TPC-B-like suite: its data.

import type { Variable } from "./variable.ts";

const suites = ["tpcb"];

/** Variables that only the TPC-B-like suite reads. */
export const tpcbVariables: readonly Variable[] = [
  {
    name: "SCALE",
    type: "integer",
    minimum: 1,
    maximum: 100_000,
    default: "10",
    meaning: "Branches of the bank; each has 10 tellers and 100,000 accounts.",
    suites,
  },
  {
    name: "DATA",
    type: "choice",
    values: ["own", "existing"],
    default: "own",
    meaning: "Tables that dbmark makes, or those that pgbench -i made; writing to these needs --allow-writes.",
    suites,
  },
];

// @ts-nocheck: the modules of xk6-sql come without types, and no other script here uses them.

// pgbench's select-only transaction as a script for k6 with xk6-sql: one query in an iteration, one connection for each VU, no thresholds
// and no checks. It reads DRIVER, URL, VUS, SECONDS (or ITERATIONS) and ACCOUNTS, and writes the number of iterations as JSON.

import sql from "k6/x/sql";
import pgx from "k6/x/sql/driver/pgx";
import postgres from "k6/x/sql/driver/postgres";

const { DRIVER, URL, VUS, SECONDS, ITERATIONS, ACCOUNTS } = __ENV;
const vus = Number(VUS);
const accounts = Number(ACCOUNTS);

export const options = {
  scenarios: {
    select:
      ITERATIONS === undefined
        ? { executor: "constant-vus", vus, duration: `${SECONDS}s`, gracefulStop: "0s" }
        : { executor: "per-vu-iterations", vus, iterations: Number(ITERATIONS) },
  },
  // What k6 keeps for percentiles that nobody asks for would be held against xk6-sql.
  summaryTrendStats: ["avg"],
};

const database = sql.open(DRIVER === "pgx" ? pgx : postgres, URL, { maxOpenConns: 1, maxIdleConns: 1 });

export default function () {
  const rows = database.query(
    "SELECT abalance FROM pgbench_accounts WHERE aid = $1",
    1 + Math.floor(Math.random() * accounts),
  );
  if (rows.length !== 1) throw new Error(`expected one row, got ${rows.length}`);
}

export function teardown() {
  database.close();
}

export function handleSummary({ metrics, state }) {
  return {
    stdout: JSON.stringify({
      iterations: metrics.iterations.values.count,
      perSecond: metrics.iterations.values.rate,
      milliseconds: state.testRunDurationMs,
    }),
  };
}

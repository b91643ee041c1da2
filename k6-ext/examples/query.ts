// Single calls from JavaScript, against a PostgreSQL:
//
//   DBMARK_TARGET=postgres://user:password@127.0.0.1:5432/database k6 run query.ts
//
// `call` runs a declared operation and records the metrics of dbmark; `query` and `execute` are for everything around it.

import { check } from "k6";
import type { Options } from "k6/options";
import { connect } from "k6/x/dbmark";

declare const __ENV: Record<string, string | undefined>;
declare const __VU: number;
declare const __ITER: number;

export const options: Options = {
  vus: 2,
  iterations: 200,
  thresholds: {
    "latency_ms{operation:withdraw}": ["p(95)<1000"],
    error_rate: ["rate<0.01"],
  },
};

// One client for each VU. In the init context it only checks the URL and the operations; it connects at its first call.
const client = connect(__ENV.DBMARK_TARGET ?? "postgres://127.0.0.1:5432/postgres", { timeoutMilliseconds: 5_000 }, [
  {
    name: "balance",
    kind: "read",
    weight: 1,
    parameters: [{ name: "id", generator: { type: "uniform", minimum: 1, maximum: 100 } }],
    steps: [
      {
        statement: "SELECT balance FROM example_accounts WHERE id = $1",
        parameters: ["id"],
        expect: { minimum: 1, maximum: 1 },
      },
    ],
  },
  {
    name: "withdraw",
    kind: "write",
    weight: 1,
    parameters: [
      { name: "id", generator: { type: "uniform", minimum: 1, maximum: 100 } },
      { name: "amount", generator: { type: "uniform", minimum: 1, maximum: 5 } },
    ],
    // Both in one transaction: the log and the account change together.
    transaction: { isolation: "read committed" },
    steps: [
      { statement: "UPDATE example_accounts SET balance = balance - $2 WHERE id = $1", parameters: ["id", "amount"] },
      { statement: "INSERT INTO example_log (account, amount) VALUES ($1, $2)", parameters: ["id", "amount"] },
    ],
  },
]);

export function setup() {
  client.execute("DROP TABLE IF EXISTS example_accounts, example_log");
  client.execute("CREATE TABLE example_accounts (id int8 PRIMARY KEY, balance numeric NOT NULL)");
  client.execute("CREATE TABLE example_log (account int8, amount numeric)");
  const rows = client.execute("INSERT INTO example_accounts SELECT g, 1000 FROM generate_series(1, $1::int8) g", 100);
  console.log(`${rows} accounts`);
}

export default function () {
  const id = 1 + ((__VU * 31 + __ITER) % 100);
  const { rowsRead } = client.call("balance", id);
  check(rowsRead, { "the account is there": (n) => n === 1 });
  client.call("withdraw", id, 5);
}

export function teardown() {
  const [sum] = client.query(
    "SELECT (SELECT sum(1000 - balance) FROM example_accounts) AS taken, (SELECT sum(amount) FROM example_log) AS logged",
  );
  check(sum, { "what was taken was logged": (row) => row?.taken === row?.logged && row?.taken === 1000 });
  try {
    client.execute("INSERT INTO example_accounts VALUES (1, 0)");
  } catch (error) {
    // Errors have a kind (docs/errors.md) and the system's own code.
    const { kind, code } = error as { kind: string; code: string };
    check(kind, { "a duplicate key is a constraint": () => kind === "constraint" && code === "23505" });
  }
  client.execute("DROP TABLE example_accounts, example_log");
  client.close();
}

// The operations of the SpacetimeDB suite: calls of the module's reducers, and reads of its tables.

import type { Generator, Operation, Parameter, Step, Table } from "../../lib/workload.ts";
import type { SpacetimedbOptions } from "./options.ts";

/** An operation without its weight, which is its scenario's. */
export type UnweightedOperation = Omit<Operation, "weight">;

/** Counters that increments are spread over. They are loaded with the value 0. */
export const counters = 100;

const digits = 12;
const counterDigits = 3;

/** Names of the k6 checks. */
const checks = {
  counter: "counter increment successful",
  message: "message creation successful",
  read: "read operation successful",
  write: "write operation successful",
};

/** The clocks of rows stand still: a column's text is no part of what is measured. */
const instant = "2026-01-01T00:00:00Z";

/** How inserted rows go again: the reducer empties the three tables, before every run. */
const remove = "CALL reset()";

/** Any of the counters. */
const anyCounter: Generator = {
  type: "key",
  prefix: "counter-",
  digits: counterDigits,
  number: { type: "uniform", minimum: 0, maximum: counters - 1 },
};

/** Any of the users that were loaded. */
const anyUser = ({ users }: SpacetimedbOptions): Generator => ({
  type: "key",
  prefix: "user-",
  digits,
  number: { type: "uniform", minimum: 0, maximum: users - 1 },
});

/** The id of a row that is not there yet: the index of the operation makes it unique. */
const newKey = (prefix: string, start: number): Generator => ({ type: "key", prefix, digits, start });

/** Adds one to a counter. */
export function increment(): UnweightedOperation {
  return {
    name: "increment",
    kind: "write",
    description: `One of ${counters} counters, plus one.`,
    parameters: [{ name: "counter", generator: anyCounter }],
    steps: [{ statement: "CALL increment($1, 1)", parameters: ["counter"] }],
    // Each increment adds one to the sum of all values, as it would add a row.
    inserts: { count: "SELECT value FROM counters", remove },
    check: checks.counter,
  };
}

/** Adds a message. */
export function createMessage(options: SpacetimedbOptions): UnweightedOperation {
  return {
    name: "create-message",
    kind: "write",
    description: `A message of ${options.messageSize} bytes.`,
    parameters: [
      { name: "id", generator: newKey("message-", 0) },
      { name: "sender", generator: anyUser(options) },
      { name: "content", generator: { type: "text", length: options.messageSize } },
    ],
    steps: [{ statement: `CALL create_message($1, $2, $3, '${instant}')`, parameters: ["id", "sender", "content"] }],
    inserts: { count: "SELECT COUNT(*) AS n FROM messages", remove },
    check: checks.message,
  };
}

/** Reads a user by its key. */
export function readUser(options: SpacetimedbOptions): UnweightedOperation {
  return {
    name: "read-user",
    kind: "read",
    description: "One user by its key, in SQL.",
    parameters: [{ name: "id", generator: anyUser(options) }],
    steps: [
      {
        statement: "SELECT * FROM users WHERE id = $1",
        parameters: ["id"],
        ...(!options.discardBodies && { expect: { minimum: 1, maximum: 1 } }),
      },
    ],
    check: checks.read,
  };
}

/** What a user consists of, besides its id and whether it is active. */
const userFields: Parameter[] = [
  { name: "username", generator: { type: "text", length: 10 } },
  { name: "email", generator: { type: "text", length: 16 } },
  { name: "name", generator: { type: "text", length: 14 } },
  { name: "age", generator: { type: "uniform", minimum: 18, maximum: 90 } },
];

const userColumns = ["id", ...userFields.map(({ name }) => name)];

/** The call that adds a user; loaded ones are active, and those of runs are not, by which they are told apart. */
const createUserCall = (active: boolean) => `CALL create_user($1, $2, $3, $4, $5, '${instant}', ${active})`;

/** Adds a user. */
export function createUser({ users }: SpacetimedbOptions): UnweightedOperation {
  return {
    name: "create-user",
    kind: "write",
    description: "A user.",
    parameters: [{ name: "id", generator: newKey("user-", users) }, ...userFields],
    steps: [{ statement: createUserCall(false), parameters: userColumns }],
    inserts: { count: "SELECT COUNT(*) AS n FROM users WHERE active = false", remove },
    check: checks.write,
  };
}

/** The tables before a run. */
export function tables({ users }: SpacetimedbOptions): Table[] {
  return [
    {
      name: "counters",
      rows: counters,
      columns: [{ name: "id", generator: { type: "key", prefix: "counter-", digits: counterDigits, start: 0 } }],
      insert: "CALL increment($1, 0)",
    },
    {
      name: "users",
      rows: users,
      columns: [{ name: "id", generator: newKey("user-", 0) }, ...userFields],
      insert: createUserCall(true),
    },
    { name: "messages", rows: 0, columns: [] },
  ];
}

/** Increments that are in flight together: it is over when the last one is answered. */
export function batch({ batchSize }: SpacetimedbOptions): UnweightedOperation {
  const names = Array.from({ length: batchSize }, (_, number) => `counter${number + 1}`);
  return {
    name: "batch",
    kind: "batch",
    description: `${batchSize} increments, sent together; it ends with the last answer.`,
    parameters: names.map((name) => ({ name, generator: anyCounter })),
    steps: names.map((name) => ({ statement: "CALL increment($1, 1)", parameters: [name] })),
    inserts: { count: "SELECT value FROM counters", remove, rows: batchSize },
    check: checks.counter,
  };
}

const subscription: Step = { statement: "SUBSCRIBE SELECT * FROM counters WHERE id = $1", parameters: ["counter"] };

/** What a connection goes through; the share of each in the scenario. */
export const connectionOperations: readonly { share: number; operation: UnweightedOperation }[] = [
  {
    share: 0.2,
    operation: {
      name: "subscribe",
      kind: "read",
      description: "A subscription to one counter, from asking for it to its first rows, and its end.",
      parameters: [{ name: "counter", generator: anyCounter }],
      steps: [subscription, { statement: "UNSUBSCRIBE" }],
      check: checks.read,
    },
  },
  {
    share: 0.15,
    operation: {
      name: "reopen",
      kind: "read",
      description: "A connection closed with a goodbye and opened anew, up to the first rows of a subscription.",
      parameters: [{ name: "counter", generator: anyCounter }],
      steps: [{ statement: "RECONNECT CLOSE" }, subscription],
      check: checks.read,
    },
  },
  {
    share: 0.15,
    operation: {
      name: "drop",
      kind: "read",
      description: "A connection dropped without a goodbye and opened anew, up to the first rows of a subscription.",
      parameters: [{ name: "counter", generator: anyCounter }],
      steps: [{ statement: "RECONNECT" }, subscription],
      check: checks.read,
    },
  },
];

// YCSB on hashes, as YCSB's Redis binding keeps its rows: a hash for each row, and a sorted set of all keys for scans.

import type { DataSet, Parameter, Step, Workload } from "../../lib/workload.ts";
import type { OperationName } from "../ycsb/core-workloads.ts";
import type { YcsbOptions } from "../ycsb/options.ts";
import {
  fieldNames,
  fieldNumber,
  fields,
  fieldValue,
  insertedKey,
  loadedKey,
  requestedKey,
  scanRows,
} from "../ycsb/rows.ts";
import { type OperationOnSystem, ycsbWorkload } from "../ycsb/workload.ts";

/** What the driver calls a table: the beginning of all its keys. */
const table = "dbmark:ycsb";
const prefix = `${table}:user`;
const index = `${table}:_indices`;

/**
 * A scan: keys in their order from one on, and the row of each. A key without its whole row is an error, not a shorter scan. An empty `{}` is
 * no parameter.
 */
const scanScript = `
local rows = {}
for number, key in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], '[' .. ARGV[1], '+', 'LIMIT', 0, ARGV[2])) do
  local row = redis.call('HGETALL', key)
  if #row ~= 2 * tonumber(ARGV[3]) then return redis.error_reply('ROW ' .. key .. ' is not whole') end
  rows[number] = row
end
return rows`.trim();

const removeScript = "redis.call('ZREM', KEYS[1], unpack(ARGV)) return redis.call('UNLINK', unpack(ARGV))";

/** The workload for these choices. */
export function redisYcsb(options: YcsbOptions): Workload {
  return ycsbWorkload(options, "redis", operations(options), dataSet(options));
}

function operations(options: YcsbOptions): Record<OperationName, OperationOnSystem> {
  const { fieldCount, scanLength } = options;
  const key: Parameter = { name: "key", generator: requestedKey(options, prefix) };
  const written: Parameter[] = [
    { name: "field", generator: fieldNumber(options) },
    { name: "value", generator: fieldValue(options) },
  ];
  const read: Step = { command: ["HGETALL", "{key}"], expect: { minimum: fieldCount, maximum: fieldCount } };
  // HSET would make a row that is not there: a field that was added is a miss.
  const update: Step = {
    command: ["HSET", "{key}", "field{field}", "{value}"],
    expect: { minimum: 1, maximum: 1, added: 0 },
  };
  return {
    read: { kind: "read", description: "All fields of one row.", parameters: [key], steps: [read] },
    update: { kind: "write", description: "One field of one row.", parameters: [key, ...written], steps: [update] },
    insert: {
      kind: "write",
      description: "A row that is not there yet, and its key in the index, in one transaction.",
      parameters: [{ name: "key", generator: insertedKey(options, prefix) }, ...fields(options)],
      transaction: {},
      steps: [
        {
          command: ["HSET", "{key}", ...fieldNames(options).flatMap((name) => [name, `{${name}}`])],
          expect: { minimum: fieldCount, maximum: fieldCount, added: fieldCount },
        },
        { command: ["ZADD", index, "0", "{key}"], expect: { minimum: 1, maximum: 1, added: 1 } },
      ],
      inserts: { count: "EXISTS", remove: `EVAL "${removeScript}" 1 ${index}`, keys: ["key"] },
    },
    scan: {
      kind: "read",
      description: `1 to ${scanLength} rows in the order of their keys, from one that is there on; fewer where they end. One script, one round trip.`,
      parameters: [key, { name: "length", generator: scanRows(options) }],
      steps: [
        {
          command: ["EVAL", scanScript, "1", index, "{key}", "{length}", String(fieldCount)],
          expect: { minimum: 1, maximum: scanLength },
        },
      ],
    },
    "read-modify-write": {
      kind: "write",
      description: "All fields of one row, then one field of it; measured as one, without a transaction.",
      parameters: [key, ...written, { name: "seen", generator: { type: "constant", value: "" } }],
      // Keeping a value that was read makes the writing wait for the reading, as in a program that modifies it.
      steps: [{ ...read, capture: [{ column: 1, parameter: "seen" }] }, update],
    },
  };
}

function dataSet(options: YcsbOptions): DataSet {
  return {
    name: "ycsb",
    tables: [
      {
        name: table,
        rows: options.rows,
        columns: [{ name: "key", generator: loadedKey(options, prefix) }, ...fields(options)],
        check: `ZCARD ${index}`,
      },
    ],
    create: [],
    drop: [`DROPTABLE ${table}`],
    finish: [],
    truncate: [`DROPTABLE ${table}`],
  };
}

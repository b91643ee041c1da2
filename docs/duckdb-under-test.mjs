// For tests: as much of the program `duckdb` as the documents use, `duckdb -c "<SQL>"`, by DuckDB's library.

import { DuckDBInstance } from "@duckdb/node-api";

const [option, sql] = process.argv.slice(2);
if (option !== "-c" || sql === undefined) throw new Error("only duckdb -c <SQL> is there");
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const reader = await connection.runAndReadAll(sql);
const rows = reader.getRowObjectsJson();
if (rows.length === 0) throw new Error("it gives no rows");
process.stdout.write(`${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);

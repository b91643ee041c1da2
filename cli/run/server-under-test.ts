// A PostgreSQL for the tests of whole runs, with a user whose password is hard to hide: it holds every character that means
// something in a URL, and none of it may appear anywhere.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { expect } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { argumentsOf, familyOf } from "./processes-under-test.ts";

/** Both ends are words of their own, so that a part that slips through is found. */
const [head, tail] = ["Gehe1mn1s", "s1nm1eheG"];
const password = `${head}@:/?#%&+= '"ü${tail}`;

/** A server with a table `orders`, a view `recent` of it, and the user with that password. */
export interface ServerUnderTest {
  url: string;
  embedded: EmbeddedPostgres;
  /** Lets every operation on dbmark's own data set wait, until it is released. */
  lock(): Promise<{ release(): Promise<void> }>;
  stop(): Promise<void>;
}

/** Starts one. */
export async function startServerUnderTest(): Promise<ServerUnderTest> {
  const embedded = await startEmbeddedPostgres({ keep: false });
  const client = new pg.Client(embedded.url);
  await client.connect();
  await client.query(`
    CREATE ROLE "te@ster" LOGIN SUPERUSER PASSWORD ${pg.escapeLiteral(password)};
    CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL);
    INSERT INTO orders SELECT i, 'note ' || i FROM generate_series(1, 500) i;
    CREATE VIEW recent AS SELECT * FROM orders WHERE id > 100;`);
  await client.end();
  return {
    url: urlWithPassword(`127.0.0.1:${embedded.port}`),
    embedded,
    lock: () => lockDataSet(embedded.url),
    stop: () => embedded.stop(),
  };
}

async function lockDataSet(url: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'dbmark\\_oltp%'",
  );
  await client.query(`BEGIN; LOCK TABLE ${rows.map(({ relname }) => pg.escapeIdentifier(relname)).join(", ")}`);
  return { release: () => client.end() };
}

/** The URL of a server, real or not, with the user and the password. */
export function urlWithPassword(hostAndPort: string): string {
  return `postgres://te%40ster:${encodeURIComponent(password)}@${hostAndPort}/postgres?sslmode=disable`;
}

/** Nothing of the password is in what was printed. */
export function expectNoPassword(...texts: string[]): void {
  for (const text of texts) {
    expect(text).not.toContain(head);
    expect(text).not.toContain(tail);
  }
}

/** Nothing of the password is in any file of a folder. */
export function expectNoPasswordIn(folder: string): void {
  for (const name of readdirSync(folder)) expectNoPassword(readFileSync(join(folder, name), "utf8"));
}

/** Nothing of the password is in the arguments of a process or of what it started, which every user of the machine can read. */
export function expectNoPasswordInArguments(pid: number | undefined): void {
  const family = familyOf(pid ?? 0);
  expect(family.length).toBeGreaterThan(1);
  for (const one of family) expectNoPassword(argumentsOf(one));
}

/** No line of a stack trace: a mistake of the user's, or of the world, is told in a message. */
export function expectNoStackTrace(text: string): void {
  expect(text).not.toMatch(/^\s+at .*(:\d+|native|anonymous)/m);
  expect(text).not.toMatch(/goroutine \d+ \[|panic:/);
}

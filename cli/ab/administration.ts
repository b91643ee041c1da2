// dbmark's own connection to a server on which an experiment makes databases. It stays open as long as the experiment lasts: by its name other
// experiments see that the databases are in use.

import type { Client } from "pg";
import { CommandError, codeOf, messageOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { redact } from "../redact.ts";
import { connectionStrings, withDatabase } from "./target-database.ts";

/** What a server says of itself and of who asks. */
export interface ServerFacts {
  /** As in `SHOW server_version`. */
  version: string;
  /** 180004 is 18.4. */
  versionNumber: number;
  startedAt: string;
  user: string;
  /** Database of the URL. */
  database: string;
  mayCreateDatabases: boolean;
}

/** A connection that is made again when it was lost. */
export class Administration {
  readonly url: string;
  readonly #application: string;
  #client: Client | undefined;
  #facts: ServerFacts | undefined;

  readonly #signal: AbortSignal;

  private constructor(url: string, application: string, signal: AbortSignal) {
    this.url = url;
    this.#application = application;
    this.#signal = signal;
  }

  /**
   * Connects.
   * @param application Name of the session, for others to see.
   * @param signal Ends a statement that is being executed when it is aborted; later ones are executed as ever.
   * @throws CommandError when the server cannot be reached.
   */
  static async connect(url: string, application: string, signal: AbortSignal): Promise<Administration> {
    const made = new Administration(url, application, signal);
    made.#facts = await made.#ask();
    return made;
  }

  /** As they were at the first connection. */
  get facts(): ServerFacts {
    if (this.#facts === undefined) throw new Error("not connected");
    return this.#facts;
  }

  /** Rows of one or more statements: of the last that gives some. @throws pg's DatabaseError, or CommandError for a lost server. */
  async query(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    this.#client ??= await this.#open(this.url);
    return await this.#rows(this.#client, statement, values);
  }

  /** Lets a connection to another database of the server do something. */
  async inside<T>(
    database: string,
    work: (query: (statement: string) => Promise<Record<string, unknown>[]>) => Promise<T>,
  ): Promise<T> {
    const client = await openClient(withDatabase(this.url, database), this.#application);
    try {
      return await work((statement) => this.#rows(client, statement));
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** @throws CommandError where the server is gone, or was started anew since the first connection. */
  async assertStillThere(): Promise<void> {
    const { startedAt } = await this.#ask();
    if (startedAt === this.facts.startedAt) return;
    throw new CommandError(
      `The server of ${redact(this.url)} was started anew at ${startedAt}, while the experiment ran`,
      exitCodes.invalid,
    );
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #ask(): Promise<ServerFacts> {
    const [row = {}] = await this.query(`
      SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
        pg_postmaster_start_time()::text AS started, current_user::text AS "user", current_database()::text AS database,
        (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS may`);
    return {
      version: String(row.version),
      versionNumber: Number(row.number),
      startedAt: String(row.started),
      user: String(row.user),
      database: String(row.database),
      mayCreateDatabases: row.may === true,
    };
  }

  /** What a statement gives. @throws the reason of the signal when that ended it. */
  async #rows(client: Client, statement: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    let cancelling: Promise<void> | undefined;
    const abort = () => {
      cancelling = this.#cancel(client).catch(() => {});
    };
    this.#signal.addEventListener("abort", abort, { once: true });
    try {
      return await rowsOf(client, statement, values);
    } catch (error) {
      if (cancelling !== undefined) this.#signal.throwIfAborted();
      throw error;
    } finally {
      this.#signal.removeEventListener("abort", abort);
      // It must not end a later statement.
      await cancelling;
    }
  }

  /** Asks the server to end what a session executes. */
  async #cancel(client: Client): Promise<void> {
    const { processID } = client as Client & { processID?: number };
    const other = await openClient(this.url, this.#application);
    try {
      await other.query("SELECT pg_cancel_backend($1)", [processID]);
    } finally {
      await other.end();
    }
  }

  async #open(url: string): Promise<Client> {
    const client = await openClient(url, this.#application);
    const forget = () => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on("error", forget).on("end", forget);
    return client;
  }
}

/** Whether an error is the server's answer to a statement, with its SQLSTATE. */
export function isAnswer(error: unknown): error is Error & { code: string } {
  return /^[0-9A-Z]{5}$/.test(codeOf(error) ?? "") && error instanceof Error && "severity" in error;
}

async function rowsOf(client: Client, statement: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  try {
    const results = [await client.query(statement, values)].flat();
    return results.findLast(({ rows }) => rows.length > 0)?.rows ?? [];
  } catch (error) {
    if (isAnswer(error) && !error.code.startsWith("57P")) throw error;
    throw new CommandError(`The connection to the server was lost: ${messageOf(error)}`, exitCodes.unreachable);
  }
}

async function openClient(url: string, application: string): Promise<Client> {
  const { default: pg } = await import("pg");
  let reason = "";
  for (const connectionString of connectionStrings(url)) {
    const client = new pg.Client({
      connectionString,
      application_name: application,
      connectionTimeoutMillis: connectTimeoutMilliseconds,
      keepAlive: true,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query("SET statement_timeout = 0; SET lock_timeout = 0");
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      reason = messageOf(error) || (codeOf(error) ?? "no reason was told");
      // Only where TLS is what is missing, the way without it is another one.
      if (!/SSL|TLS|no pg_hba/i.test(reason)) break;
    }
  }
  throw new CommandError(`${redact(url)} cannot be reached: ${redact(reason)}`, exitCodes.unreachable);
}

const connectTimeoutMilliseconds = 10_000;

// The server of the benchmark: a PostgreSQL of its own, with pgbench's tables, brought to the same state before each run.

import pg from "pg";
import { mustRun, say } from "../../build/command.mjs";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../cli/postgres/embedded-postgres.ts";
import type { Bank, Load } from "./contender.ts";

/**
 * Settings besides those of the embedded server (fsync, synchronous_commit and full_page_writes are on). All accounts fit into memory;
 * neither checkpoints nor autovacuum begin on their own in a run, so that no contender meets them by chance: both are
 * done before each run instead.
 */
export const benchSettings: Readonly<Record<string, string>> = {
  shared_buffers: "512MB",
  max_connections: "200",
  max_wal_size: "16GB",
  checkpoint_timeout: "1d",
  autovacuum: "off",
};

/** What is recorded of the server's settings. */
const recorded = [
  "server_version",
  "shared_buffers",
  "max_connections",
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "wal_level",
  "max_wal_size",
  "checkpoint_timeout",
  "autovacuum",
  "jit",
];

/** A running server with its tables. */
export class BenchServer {
  readonly #postgres: EmbeddedPostgres;
  readonly #client: pg.Client;
  readonly bank: Bank;

  private constructor(postgres: EmbeddedPostgres, client: pg.Client, bank: Bank) {
    this.#postgres = postgres;
    this.#client = client;
    this.bank = bank;
  }

  /**
   * Starts it, as an unprivileged user on a free port of 127.0.0.1, and lets `pgbench -i` make the tables.
   * @throws {CommandError} or {BuildError} when that fails.
   */
  static async start(programs: { folder: string; major: string }, scale: number): Promise<BenchServer> {
    const { folder, major } = programs;
    const binaries = { initdb: `${folder}/initdb`, postgres: `${folder}/postgres`, major };
    const postgres = await startEmbeddedPostgres({ keep: false, binaries, settings: benchSettings });
    try {
      const url = new URL(postgres.url);
      const bank: Bank = {
        host: url.hostname,
        port: Number(url.port),
        user: url.username,
        password: url.password,
        database: url.pathname.slice(1),
        scale,
      };
      say(`Loading pgbench's tables at scale ${scale} …`);
      await mustRun("loading pgbench's tables", `${folder}/pgbench`, ["-i", "-q", "-s", String(scale)], {
        quiet: true,
        env: {
          PATH: process.env.PATH,
          PGHOST: bank.host,
          PGPORT: String(bank.port),
          PGUSER: bank.user,
          PGPASSWORD: bank.password,
          PGDATABASE: bank.database,
        },
      });
      const client = new pg.Client(postgres.url);
      await client.connect();
      await client.query("CREATE EXTENSION pg_prewarm");
      return new BenchServer(postgres, client, bank);
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  }

  /** Before a run: the tables in memory, no dead rows, an empty history, nothing left to write back. */
  async prepare(load: Load): Promise<void> {
    if (load === "tpcb") {
      await this.#client.query("TRUNCATE pgbench_history");
      for (const table of ["branches", "tellers", "accounts", "history"])
        await this.#client.query(`VACUUM pgbench_${table}`);
      await this.#client.query("CHECKPOINT");
    }
    for (const relation of ["pgbench_accounts", "pgbench_accounts_pkey"])
      await this.#client.query(`SELECT pg_prewarm('${relation}')`);
  }

  /** The settings that are recorded. */
  async settings(): Promise<Record<string, string>> {
    const { rows } = await this.#client.query(
      "SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY($1) ORDER BY name",
      [recorded],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  async stop(): Promise<void> {
    await this.#client.end();
    await this.#postgres.stop();
  }
}

// A real SpacetimeDB for tests and benchmarks: on a free port of 127.0.0.1, with its data in a temporary folder, ended by its own process id,
// and started again on the same port.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../cli/free-port.ts";
import { installationFolder } from "../cli/installation.ts";
import { TestTarget } from "./server.ts";

/** The database of `url`, and of what else names none. */
export const benchmarkDatabase = "benchmark";

/** Twice the time after which the server writes to disk what it has answered already: databases and their rows. */
const untilDurableMilliseconds = 1000;

/** How a server is started. */
export interface SpacetimedbOptions {
  /** Its data is in files, and there again after a restart. */
  onDisk?: boolean;
  /** Without the module, which is published as `benchmarkDatabase` otherwise. */
  empty?: boolean;
}

/** A SpacetimeDB, and runs on it. */
export class TestSpacetimedb extends TestTarget {
  readonly port: number;
  /** Of the identity that owns what was published; empty before. */
  token = "";
  readonly #folder: string;
  readonly #options: SpacetimedbOptions;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, options: SpacetimedbOptions) {
    super();
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: SpacetimedbOptions = {}): Promise<TestSpacetimedb> {
    const folder = mkdtempSync(join(tmpdir(), "dbmark-spacetimedb-"));
    const server = new TestSpacetimedb(await freePort(), folder, options);
    try {
      await server.#start();
      if (!options.empty) await server.publish();
      // A server killed before knows nothing of the database.
      if (options.onDisk) await wait(untilDurableMilliseconds);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `spacetimedb://${this.host}/${benchmarkDatabase}`;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** What the server wrote, without the picture that it begins with. */
  get log(): string {
    return readFileSync(join(this.#folder, "log"), "utf8").replace(/^[┌│└].*\n/gm, "");
  }

  /** Ends it and removes everything of it. */
  async stop(): Promise<void> {
    this.clear();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Ends it with SIGKILL, stalled or not: what it answered in the last half second is not on disk. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.kill("SIGKILL")) await ended;
  }

  /** Resolves when what the server has answered until now outlives `kill`. */
  async durable(): Promise<void> {
    await wait(untilDurableMilliseconds);
  }

  /** Starts it again on the same port, after `kill` where it still runs. In memory it begins anew, with the module. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#start();
    if (!this.#options.onDisk && !this.#options.empty) await this.publish();
  }

  /** Stalls it: connections stay, and nothing is answered until `resume`. */
  stall(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Makes a database of the module, or gives an existing one another program. */
  async publish(database = benchmarkDatabase, program: Uint8Array = readFileSync(built("module"))): Promise<void> {
    if (this.token === "") this.token = await this.identity();
    await this.#request("PUT", `database/${database}`, program);
  }

  /** The token of a new identity. */
  async identity(): Promise<string> {
    return JSON.parse(await this.#request("POST", "identity")).token;
  }

  /** Rows of a statement, as the owner. */
  async sql(statement: string, database = benchmarkDatabase): Promise<unknown[][]> {
    const results: { rows: unknown[][] }[] = JSON.parse(
      await this.#request("POST", `database/${database}/sql`, statement),
    );
    return results.flatMap(({ rows }) => rows);
  }

  /** The sum of the numbers of a statement: `SELECT COUNT(*) AS n FROM users`, `SELECT value FROM counters`. */
  async sum(statement: string): Promise<number> {
    return (await this.sql(statement)).flat().reduce<number>((sum, value) => sum + Number(value), 0);
  }

  /** Calls a reducer by HTTP. @throws with what it refuses. */
  async call(reducer: string, ...args: unknown[]): Promise<void> {
    await this.#request("POST", `database/${benchmarkDatabase}/call/${reducer}`, JSON.stringify(args));
  }

  /** Removes all rows. */
  async reset(): Promise<void> {
    await this.call("reset");
  }

  async #request(method: string, path: string, body?: string | Uint8Array): Promise<string> {
    const response = await fetch(`http://${this.host}/v1/${path}`, {
      method,
      headers: {
        "Content-Type": "application/json",
        ...(this.token !== "" && { Authorization: `Bearer ${this.token}` }),
      },
      ...(body !== undefined && { body: body as BodyInit }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  }

  async #start(): Promise<void> {
    const data = join(this.#folder, "data");
    // In memory: databases that it would know, and whose content is gone.
    if (!this.#options.onDisk) rmSync(data, { recursive: true, force: true });
    const log = openSync(join(this.#folder, "log"), "a");
    const child = spawn(
      built("server"),
      [
        ...["start", "--listen-addr", this.host, "--data-dir", data],
        ...["--jwt-pub-key-path", join(this.#folder, "key.pub"), "--jwt-priv-key-path", join(this.#folder, "key")],
        ...(this.#options.onDisk ? [] : ["--in-memory"]),
      ],
      { stdio: ["ignore", log, log], env: { ...process.env, NO_COLOR: "1" } },
    );
    child.once("error", () => {}); // told by the wait for it
    started.add(child);
    child.once("exit", () => started.delete(child));
    this.#process = child;
    for (let attempt = 0; attempt < 1000 && child.exitCode === null; attempt++) {
      const answered = await fetch(`http://${this.host}/v1/ping`).catch(() => undefined);
      if (answered?.ok) return;
      await wait(20);
    }
    throw new Error(`SpacetimeDB does not answer on ${this.host}:\n${this.log}`);
  }
}

/** What runs: a benchmark that breaks off leaves nothing behind. */
const started = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});

const paths: Record<string, string> = {};

/** The path of the server's program or of the module, which are built where that was not done before. */
export function built(what: "server" | "module"): string {
  const print = join(installationFolder, "build", "print-spacetimedb.mjs");
  paths[what] ??= execFileSync(process.execPath, [print, what], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();
  return paths[what];
}

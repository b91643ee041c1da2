// A real InfluxDB 1.8: on free ports of 127.0.0.1, with its data in a temporary folder, ended by its own process id, and started again on the same data.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../cli/free-port.ts";
import { installationFolder } from "../../cli/installation.ts";

/** One series of an answer, as InfluxDB gives it. */
export interface Series {
  name: string;
  tags?: Record<string, string>;
  columns: string[];
  values: (string | number | null)[][];
}

/** Its administrator, where it asks who is there. */
export const administrator = { name: "administrator", password: "Adm1n" };

/** A server. */
export class InfluxdbServer {
  readonly #program: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #asksForPasswords: boolean;
  #process: ChildProcess | undefined;

  private constructor(program: string, folder: string, port: number, asksForPasswords: boolean) {
    this.#program = program;
    this.#folder = folder;
    this.#port = port;
    this.#asksForPasswords = asksForPasswords;
  }

  /** Starts one. With `asksForPasswords`, only `administrator`, and whom it makes, may do anything. */
  static async start({ asksForPasswords = false } = {}): Promise<InfluxdbServer> {
    const folder = mkdtempSync(join(tmpdir(), "dbmark-influxdb-"));
    const server = new InfluxdbServer(program(), folder, await freePort(), asksForPasswords);
    writeFileSync(
      join(folder, "influxdb.conf"),
      `reporting-disabled = true
bind-address = "127.0.0.1:${await freePort()}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${server.#port}"
  auth-enabled = ${asksForPasswords}
  flux-enabled = true
  log-enabled = false
`,
    );
    await server.startAgain();
    if (asksForPasswords) {
      const { name, password } = administrator;
      await server.query("", `CREATE USER ${name} WITH PASSWORD '${password}' WITH ALL PRIVILEGES`);
    }
    return server;
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** Starts it on the data that it had, and waits until it answers. */
  async startAgain(): Promise<void> {
    const log = openSync(join(this.#folder, "influxdb.log"), "a");
    const child = spawn(this.#program, ["run", "-config", join(this.#folder, "influxdb.conf")], {
      stdio: ["ignore", log, log],
    });
    this.#process = child;
    for (let attempt = 0; attempt < 600; attempt++) {
      if (child.exitCode !== null) break;
      const answered = await fetch(`${this.url}/ping`).catch(() => undefined);
      if (answered?.status === 204) return;
      await wait(50);
    }
    throw new Error(`InfluxDB does not answer:\n${readFileSync(join(this.#folder, "influxdb.log"), "utf8")}`);
  }

  /** Ends it in order, and waits for it. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.kill("SIGTERM")) await ended;
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What InfluxQL statements answer, all their series together. @throws for what the server refuses. */
  async query(database: string, statements: string): Promise<Series[]> {
    const { name, password } = administrator;
    const response = await fetch(`${this.url}/query`, {
      method: "POST",
      headers: this.#asksForPasswords
        ? { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` }
        : {},
      body: new URLSearchParams({ db: database, epoch: "ns", q: statements }),
    });
    const answer = (await response.json()) as { error?: string; results?: { error?: string; series?: Series[] }[] };
    const problem = answer.error ?? answer.results?.find(({ error }) => error !== undefined)?.error;
    if (problem !== undefined) throw new Error(`InfluxDB refuses ${statements}: ${problem}`);
    return (answer.results ?? []).flatMap(({ series = [] }) => series);
  }
}

/** The path of influxd, which is built where that was not done before. */
function program(): string {
  const print = join(installationFolder, "build", "print-go-tool.mjs");
  return execFileSync(process.execPath, [print, "influxd"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();
}

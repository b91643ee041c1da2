// A system under test, for example a real PostgreSQL, and runs of k6 and of the dbmark command on it as a user starts them.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { type Ended, endWhatIsLeft, start } from "../cli/command-under-test.ts";
import { installationFolder, k6Binary } from "../cli/installation.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../cli/postgres/embedded-postgres.ts";
import { type RunFile, readRun, readWindows, windowsFileName } from "../lib/result/index.ts";
import type { WindowsLine } from "../lib/schema/windows.generated.ts";

/** Variables of a run. */
export type Variables = Record<string, string>;

/** How k6 is started. */
export interface K6Options {
  script?: string;
  args?: string[];
  /** A program and its arguments that starts k6, such as `nice`. */
  by?: string[];
  /** Another URL of the target, by way of a proxy say. */
  target?: string;
  /** Of the process; the variables of the run are apart. */
  environment?: Record<string, string>;
}

/** A run that ended, with what it wrote. */
export interface EndedRun extends Ended {
  /** Folder of this run's results alone. */
  out: string;
  /** @throws when the run left no result. */
  result(): RunFile;
  lines(): Promise<WindowsLine[]>;
}

/** A system under test, and the runs on it. */
export abstract class TestTarget {
  readonly #folders: string[] = [];

  /** The target's URL. */
  abstract get url(): string;

  /** Ends what a test that failed has left running, and removes every folder that was made. */
  protected clear(): void {
    endWhatIsLeft();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  /** A folder that is removed at the end. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), "dbmark-e2e-"));
    this.#folders.push(folder);
    return folder;
  }

  /** Starts `bin/k6 run` on the OLTP script, or another one; on this target, or by way of another URL. */
  startK6(variables: Variables, options: K6Options = {}) {
    const out = this.folder();
    const set = Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const script = join(installationFolder, options.script ?? "scripts/oltp.ts");
    const running = start(
      [...(options.by ?? []), k6Binary, "run", "--quiet", "--no-usage-report", ...(options.args ?? []), ...set, script],
      {
        DBMARK_TARGET: options.target ?? this.url,
        DBMARK_RESULTS: out,
        ...options.environment,
      },
    );
    /** Resolves when the first second of the run was written. */
    const began = async () => {
      let ended = false;
      running.ended.then(() => (ended = true));
      while (!ended) {
        const [name] = readdirSync(out);
        const windows = name === undefined ? "" : join(out, name, windowsFileName);
        if (existsSync(windows) && readFileSync(windows, "utf8").includes('"type":"window"')) return;
        await wait(20);
      }
      throw new Error(`the run ended before it began:\n${(await running.ended).stderr}`);
    };
    return { ...running, out, began, ended: running.ended.then((ended) => endedRun(ended, out)) };
  }

  /** Runs k6 to its end. */
  k6(variables: Variables, options: K6Options = {}): Promise<EndedRun> {
    return this.startK6(variables, options).ended;
  }

  /** Starts `dbmark run oltp`, or another suite; on this target, or by way of another URL. */
  startDbmark(variables: Variables, options: { args?: string[]; target?: string; suite?: string } = {}) {
    const out = this.folder();
    const set = Object.entries(variables).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
    const program = [process.execPath, join(installationFolder, "cli", "dbmark.mjs"), "run", options.suite ?? "oltp"];
    const running = start([...program, "--out", out, ...set, ...(options.args ?? [])], {
      DBMARK_TARGET: options.target ?? this.url,
      DBMARK_PREPARED: "1",
    });
    return { ...running, ended: running.ended.then((ended) => endedRun(ended, out)) };
  }

  /** Runs `dbmark run oltp`, or another suite, to its end. */
  dbmark(variables: Variables, args: string[] = [], suite = "oltp"): Promise<EndedRun> {
    return this.startDbmark(variables, { args, suite }).ended;
  }
}

/** A PostgreSQL with a connection of the test's own. */
export class TestServer extends TestTarget {
  readonly #embedded: EmbeddedPostgres;
  #client: pg.Client | undefined;

  private constructor(embedded: EmbeddedPostgres) {
    super();
    this.#embedded = embedded;
  }

  static async start(): Promise<TestServer> {
    return new TestServer(await startEmbeddedPostgres({ keep: false }));
  }

  get embedded(): EmbeddedPostgres {
    return this.#embedded;
  }

  get url(): string {
    return this.#embedded.url;
  }

  async stop(): Promise<void> {
    this.clear();
    await this.#client?.end();
    await this.#embedded.stop();
  }

  /** The test's own connection: a new one where the last was lost. */
  async #connected(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    const client = new pg.Client(this.url);
    const forget = () => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on("error", forget).on("end", forget);
    await client.connect();
    this.#client = client;
    return client;
  }

  /** Rows of a query. */
  async query(statement: string): Promise<Record<string, unknown>[]> {
    const client = await this.#connected();
    const results: pg.QueryResult | pg.QueryResult[] = await client.query(statement);
    return [results].flat().at(-1)?.rows ?? [];
  }

  /** The number that a query gives. */
  async number(statement: string): Promise<number> {
    return Number(Object.values((await this.query(statement))[0] ?? {})[0]);
  }

  /** Number and MD5 of all rows of a table: equal only for equal content. */
  async content(table: string): Promise<string> {
    const [row] = await this.query(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS content FROM ${table} t`,
    );
    return String(row?.content);
  }
}

function endedRun(ended: Ended, out: string): EndedRun {
  const folder = () => {
    const [name, ...more] = readdirSync(out);
    if (name === undefined || more.length > 0)
      throw new Error(`${out} has ${more.length + 1} or no runs:\n${ended.stdout}\n${ended.stderr}`);
    return join(out, name);
  };
  return {
    ...ended,
    out,
    result: () => readRun(folder()).run,
    async lines() {
      const lines: WindowsLine[] = [];
      for await (const line of readWindows(join(folder(), windowsFileName))) lines.push(line);
      return lines;
    },
  };
}

/** A PostgreSQL that looks for deadlocks at once, instead of after a second, which is most of a short run. */
export const findingDeadlocks = (url: string) => `${url}&options=-c%20deadlock_timeout%3D5ms`;

/** Judged by nothing but its numbers. */
export const unjudged = { SLO_P95: "none", SLO_P99: "none", SLO_ERROR_RATE: "none" };

/** A short run, whatever its data. */
export const brief = { WARMUP_DURATION: "0s", STEADY_STATE_DURATION: "1s", ...unjudged };

/** A short run on little data. */
export const short: Variables = { ...brief, ROWS: "2000" };

/** A short run on a table of the user's. */
export const onTable: Variables = { ...brief, LOAD_PROFILE: "smoke", RANGE_ROWS: "20" };

/** The totals of an operation in the measured phase. */
export function operationOf(run: RunFile, name: string) {
  const found = run.totals.measure.operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`the run has no operation ${name}`);
  return found;
}

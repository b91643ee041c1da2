// A PostgreSQL for one run: made, started, and stopped last.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { freePort } from "../free-port.ts";
import { guardProgram } from "../installation.ts";
import { type PostgresBinaries, postgresBinaries } from "./binaries.ts";
import type { GuardOrder, GuardReport } from "./guard.ts";
import { keptFolder, releaseFolder, type ServerFolder, temporaryFolder } from "./server-folder.ts";
import { giveTo, type ServerUser, serverUser } from "./server-user.ts";
import { serverSettings } from "./settings.ts";

/** A running server. */
export interface EmbeddedPostgres {
  /** With its password: for the environment of a child process only. */
  url: string;
  port: number;
  pid: number;
  folder: ServerFolder;
  /** Why it ended by itself; undefined while it runs. */
  ended(): string | undefined;
  /** What the server wrote to its log. */
  log(): string;
  /** Stops the server, and removes its folder unless it is kept. Safe to call twice. */
  stop(): Promise<void>;
}

/** Longest time for a start, in milliseconds: a kept server may have to go through its log after a crash. */
const startPatience = 60_000;
const account = "dbmark";

/** What kind of server is wanted. */
export interface EmbeddedOptions {
  keep: boolean;
  signal?: AbortSignal;
  /** Programs of another PostgreSQL than the embedded one, which the server's user can run. */
  binaries?: PostgresBinaries;
  /** Settings that replace those of serverSettings, or come beside them. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a server on a free port of 127.0.0.1.
 * @throws CommandError when it cannot be started, with the end of its log.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  // A port that was free a moment ago may be taken now: then everything is made again.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await makeAndStart(options);
    } catch (error) {
      if (attempt === 3 || !(error instanceof Error) || !/address already in use/i.test(error.message)) throw error;
    }
  }
}

async function makeAndStart(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const user = serverUser();
  const binaries = options.binaries ?? postgresBinaries(user);
  const folder = options.keep ? await keptFolder(user, binaries.major) : await temporaryFolder(user);
  try {
    const password = randomBytes(18).toString("base64url");
    await prepareData(binaries, folder, user, password, options.signal);
    return await startServer(binaries, folder, user, password, options);
  } catch (error) {
    releaseFolder(folder);
    throw error;
  }
}

/** Makes the data folder; a kept one only gets the new password. */
async function prepareData(
  binaries: PostgresBinaries,
  folder: ServerFolder,
  user: ServerUser,
  password: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (existsSync(join(folder.data, "PG_VERSION"))) {
    const args = [
      "--single",
      "-D",
      folder.data,
      "-c",
      "log_statement=none",
      "-c",
      "log_min_error_statement=panic",
      "postgres",
    ];
    const statement = `ALTER ROLE ${account} PASSWORD '${password}'\n`;
    await runProgram(binaries.postgres, args, { folder, user, signal, input: statement });
    return;
  }
  // Unfinished by a run that was interrupted.
  rmSync(folder.data, { recursive: true, force: true });
  mkdirSync(folder.data, { mode: 0o700 });
  giveTo(user, folder.data);
  const passwordFile = join(folder.path, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(user, passwordFile);
  try {
    const args = ["-D", folder.data, "--username", account, "--pwfile", passwordFile, "--auth", "scram-sha-256"];
    // PostgreSQL's own provider of locales, which does not change with the system's libraries, came with 17.
    const provider = Number(binaries.major) >= 17 ? ["--locale-provider", "builtin"] : [];
    args.push("--encoding", "UTF8", ...provider, "--locale", "C.UTF-8");
    await runProgram(binaries.initdb, args, { folder, user, signal });
  } catch (error) {
    rmSync(folder.data, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function startServer(
  binaries: PostgresBinaries,
  folder: ServerFolder,
  user: ServerUser,
  password: string,
  { signal, settings: chosen }: EmbeddedOptions,
): Promise<EmbeddedPostgres> {
  const port = await freePort();
  const settings = Object.entries({ ...serverSettings(port), ...chosen }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const order: GuardOrder = {
    folder,
    program: binaries.postgres,
    args: ["-D", folder.data, ...settings],
    user: user ?? null,
    environment: serverEnvironment(),
    owner: process.pid,
  };
  // Its own group: a terminal's Ctrl-C must not reach the server, which stops last.
  const guard = spawn(process.execPath, [guardProgram], { detached: true, stdio: ["pipe", "pipe", "inherit"] });
  let endedBecause: string | undefined;
  let pid = 0;
  const gone = new Promise<void>((resolve) => {
    guard.on("error", (error) => {
      endedBecause ??= error.message;
      resolve();
    });
    guard.on("exit", () => {
      endedBecause ??= "its guard is gone";
      resolve();
    });
  });
  createInterface({ input: guard.stdout }).on("line", (line) => {
    const report: GuardReport = JSON.parse(line);
    if (report.state === "started") pid = report.pid;
    else endedBecause ??= report.reason;
  });
  guard.stdin.on("error", () => {});
  guard.stdin.write(`${JSON.stringify(order)}\n`);
  const stop = async () => {
    guard.stdin.end();
    await gone;
  };
  const log = () => (existsSync(folder.log) ? readFileSync(folder.log, "utf8") : "");

  for (const end = Date.now() + startPatience; !isReady(folder, port); await wait(20)) {
    if (signal?.aborted !== true && endedBecause === undefined && Date.now() < end) continue;
    const text = log().trim().split("\n").slice(-15).join("\n");
    const reason = endedBecause ?? `it was not ready after ${startPatience / 1000} s`;
    await stop();
    signal?.throwIfAborted();
    throw new CommandError(`The embedded PostgreSQL did not start: ${reason}\n${text}`, exitCodes.unreachable);
  }
  return {
    url: `postgres://${account}:${password}@127.0.0.1:${port}/postgres?sslmode=disable`,
    port,
    pid,
    folder,
    ended: () => endedBecause,
    log,
    stop,
  };
}

/** The server's own file says when it accepts connections. */
function isReady(folder: ServerFolder, port: number): boolean {
  try {
    const lines = readFileSync(join(folder.data, "postmaster.pid"), "utf8").split("\n");
    return lines[3] === String(port) && lines[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

/** Nothing of the user's environment changes the server: no PGDATA, no locale. */
function serverEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" };
}

async function runProgram(
  program: string,
  args: string[],
  options: { folder: ServerFolder; user: ServerUser; signal: AbortSignal | undefined; input?: string },
): Promise<void> {
  options.signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd: options.folder.path,
    env: serverEnvironment(),
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    ...options.user,
  });
  const abort = () => child.kill("SIGTERM");
  options.signal?.addEventListener("abort", abort);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    options.signal?.throwIfAborted();
    // The single-user server ends with 0 after an error in a statement, too.
    if (code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(output)) throw new Error(output.trim() || `exit code ${code}`);
  } catch (error) {
    options.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `The embedded PostgreSQL could not be made in ${options.folder.data}: ${reason}`,
      exitCodes.unreachable,
    );
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}

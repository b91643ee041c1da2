import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { build } from "esbuild";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { installationFolder } from "../installation.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";

let base: string;

beforeAll(() => {
  // A folder of our own, open to the server's user, so that nothing of another run is seen.
  base = mkdtempSync("/var/tmp/dbmark-test-");
  mkdirSync(join(base, "temporary"));
  mkdirSync(join(base, "cache"));
  for (const folder of [base, join(base, "temporary"), join(base, "cache")]) chmodSync(folder, 0o777);
  vi.stubEnv("TMPDIR", join(base, "temporary"));
  vi.stubEnv("XDG_CACHE_HOME", join(base, "cache"));
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

describe("an embedded PostgreSQL", () => {
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await startEmbeddedPostgres({ keep: false });
    return () => server.stop();
  });

  it("answers on 127.0.0.1 with durability on and room for the largest profile", async () => {
    const settings = await query(server, "SELECT name, setting FROM pg_settings");
    const value = (name: string) => settings.find((row) => row.name === name)?.setting;
    expect(value("listen_addresses")).toBe("127.0.0.1");
    expect(value("unix_socket_directories")).toBe("");
    expect([value("fsync"), value("synchronous_commit"), value("full_page_writes")]).toEqual(["on", "on", "on"]);
    expect(Number(value("max_connections"))).toBeGreaterThan(500);
  });

  it("refuses a wrong password", async () => {
    const wrong = new pg.Client(server.url.replace(/:[^:@]*@/, ":wrong@"));
    await expect(wrong.connect()).rejects.toThrow(/password authentication failed/);
  });

  it("does not run as root", () => {
    const { uid } = statSync(`/proc/${server.pid}`);
    expect(uid).not.toBe(0);
  });

  it("keeps its data closed to other users", () => {
    expect(statSync(server.folder.data).mode & 0o077).toBe(0);
  });

  it("stops, and leaves nothing behind", async () => {
    const other = await startEmbeddedPostgres({ keep: false });
    expect(isRunning(other.pid)).toBe(true);
    await other.stop();
    await other.stop();
    expect(isRunning(other.pid)).toBe(false);
    expect(existsSync(other.folder.path)).toBe(false);
  });

  it("says when it ended by itself, and stops all the same", async () => {
    const other = await startEmbeddedPostgres({ keep: false });
    process.kill(other.pid, "SIGKILL");
    await vi.waitFor(() => expect(other.ended()).toBe("SIGKILL"), { timeout: 10_000 });
    await other.stop();
    expect(existsSync(other.folder.path)).toBe(false);
  });

  it("stops when it is interrupted while it starts", async () => {
    const before = readdirSync(join(base, "temporary"));
    const controller = new AbortController();
    const starting = startEmbeddedPostgres({ keep: false, signal: controller.signal });
    setTimeout(() => controller.abort(new Error("interrupted")), 100);
    await expect(starting).rejects.toThrow("interrupted");
    expect(readdirSync(join(base, "temporary"))).toEqual(before);
  });
});

describe("a kept PostgreSQL", () => {
  it("holds its data for the next start, under a new password, and is used by one run at a time", async () => {
    const first = await startEmbeddedPostgres({ keep: true });
    await query(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    await expect(startEmbeddedPostgres({ keep: true })).rejects.toThrow(/in use by another run/);
    await first.stop();

    const second = await startEmbeddedPostgres({ keep: true });
    try {
      expect(await query(second, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
      expect(second.url).not.toBe(first.url);
    } finally {
      await second.stop();
    }
  });
});

describe("when the command line is killed", () => {
  it("stops the server and removes its folder", async () => {
    const { pid, folder, child } = await startElsewhere();
    child.kill("SIGKILL");
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), { timeout: 20_000 });
  });

  it("and its guard, too: the next run stops the server and removes its folder", async () => {
    const { pid, folder, guard, child } = await startElsewhere();
    process.kill(guard, "SIGKILL");
    child.kill("SIGKILL");
    await wait(100);
    expect(isRunning(pid)).toBe(true);
    const next = await startEmbeddedPostgres({ keep: false });
    try {
      expect(isRunning(pid)).toBe(false);
      expect(existsSync(folder)).toBe(false);
    } finally {
      await next.stop();
    }
  });
});

async function query(server: EmbeddedPostgres, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process whose parent has not asked for its end yet is gone all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Starts a server from another Node process, which stays until it is killed. */
async function startElsewhere() {
  const program = join(installationFolder, "node_modules", `.dbmark-test-${process.pid}.mjs`);
  const code = `
    import { startEmbeddedPostgres } from "./embedded-postgres.ts";
    const server = await startEmbeddedPostgres({ keep: false });
    console.log(JSON.stringify({ pid: server.pid, folder: server.folder.path }));
    setInterval(() => {}, 1000);`;
  await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    outfile: program,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
  const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  rmSync(program);
  const { pid, folder }: { pid: number; folder: string } = JSON.parse(line);
  const owners: { pid: number }[] = JSON.parse(readFileSync(join(folder, "owners.json"), "utf8"));
  return { child, pid, folder, guard: owners[0]?.pid ?? 0 };
}

// Commands and pipelines on a real Redis, through the real k6.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runExample } from "./examples.ts";

let server: ChildProcess;
let directory: string;
let port: number;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "dbmark-redis-"));
  port = await freePort();
  const settings = ["--bind", "127.0.0.1", "--port", `${port}`, "--dir", directory, "--save", "", "--appendonly", "no"];
  server = spawn(process.env.DBMARK_REDIS_SERVER ?? "redis-server", settings, { stdio: "ignore" });
  await Promise.race([
    listens(port),
    new Promise((_, reject) => {
      server.once("error", reject);
      server.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
    }),
  ]);
});

afterAll(async () => {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  if (server.kill("SIGTERM")) await ended;
  rmSync(directory, { recursive: true, force: true });
});

it("a declared run of commands and pipelines leaves a valid result, and single calls read and write", async () => {
  const { code, output, runs } = await runExample("redis.ts", `redis://127.0.0.1:${port}`);
  expect(code, output).toBe(0);
  expect(output).toContain("example:greeting is hello");
  expect(runs).toHaveLength(1);
  const run = runs[0];
  expect(run).toMatchObject({ status: "complete", target: { system: "redis", server: { product: "Redis" } } });
  expect(run?.topology).toMatchObject({ workers: 4, connectionCount: 4, depth: 4 });
  const { operations, all } = run?.totals.measure ?? { operations: [], all: undefined };
  expect(operations.map(({ name }) => name)).toEqual(["get", "set", "pipeline"]);
  for (const operation of operations) expect(operation.operations, operation.name).toBeGreaterThan(100);
  expect(all?.failed).toBe(0);
  const [get, set, pipeline] = operations;
  // A GET reads one value or none, a SET writes one key, the pipeline writes a key, its expiry, and reads it.
  expect(get?.rowsRead).toBeLessThanOrEqual(get?.operations ?? 0);
  expect(set?.rowsWritten).toBe(set?.operations);
  expect(pipeline?.rowsWritten).toBe(2 * (pipeline?.operations ?? 0));
  expect(pipeline?.rowsRead).toBe(pipeline?.operations);
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

async function listens(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answered = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      }).once("error", () => resolve(false));
    });
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`redis-server does not listen on ${port}`);
}

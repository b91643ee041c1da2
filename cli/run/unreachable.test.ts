// Targets that cannot be reached, or are something else than a PostgreSQL. Every message is one line that says what to do next.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dbmark } from "../command-under-test.ts";
import {
  expectNoPassword,
  expectNoStackTrace,
  type ServerUnderTest,
  startServerUnderTest,
  urlWithPassword,
} from "./server-under-test.ts";

let server: ServerUnderTest;
let out: string;
const others: Server[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = await startServerUnderTest();
  out = mkdtempSync(join(tmpdir(), "dbmark-test-"));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const other of others) other.close();
  rmSync(out, { recursive: true, force: true });
  await server.stop();
});

/** Where a server of another kind listens. */
async function listening(other: Server): Promise<string> {
  others.push(other);
  other.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(other.address() as AddressInfo).port}`;
}

/** Answers each line as Redis answers what it does not know. */
const lineServer = () => createServer((socket) => socket.on("data", () => socket.write("-ERR unknown command\r\n")));

it.each<[string, () => string | Promise<string>, RegExp]>([
  [
    "a wrong password",
    () => server.url.replace("Gehe1mn1s", "Gehe1mn1s0"),
    /password authentication failed for user "te@ster".* Check the user and the password in the target's URL/,
  ],
  [
    "nothing listening",
    () => urlWithPassword("127.0.0.1:1"),
    /nothing listens on 127\.0\.0\.1:1\. Start PostgreSQL there/,
  ],
  [
    "an HTTP server",
    async () => urlWithPassword(await listening(createHttpServer((_, response) => response.end("hello")))),
    /127\.0\.0\.1:\d+ is not PostgreSQL: it answers like an HTTP server\. Check the port/,
  ],
  [
    "a server that answers in lines, like Redis",
    async () => urlWithPassword(await listening(lineServer())),
    /127\.0\.0\.1:\d+ is not PostgreSQL: it answers like Redis\. Check the port/,
  ],
  [
    "a server that hangs up",
    async () => urlWithPassword(await listening(createServer((socket) => socket.end()))),
    /127\.0\.0\.1:\d+ closed the connection before we were let in/,
  ],
  [
    "a silent server, after the time to connect",
    async () => urlWithPassword(await listening(createServer(() => {}))),
    /127\.0\.0\.1:\d+ accepts connections but does not answer within 1s/,
  ],
])("%s ends with exit code 3", async (_, target, message) => {
  const url = await target();
  const started = performance.now();
  const { code, stdout, stderr } = await dbmark(["run", "oltp", "--out", out, "--set", "CONNECT_TIMEOUT=1s"], {
    DBMARK_TARGET: url,
  });
  expect(stderr).toMatch(message);
  expect(code).toBe(3);
  expect(performance.now() - started).toBeLessThan(10_000);
  expectNoPassword(stdout, stderr);
  expectNoStackTrace(stderr);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(readdirSync(out)).toEqual([]);
});

it("a database that does not exist is a mistake in the URL: exit code 2", async () => {
  const { code, stderr } = await dbmark(["run", "oltp", "--out", out], {
    DBMARK_TARGET: server.url.replace("/postgres?", "/nowhere?"),
  });
  expect(stderr).toMatch(/database "nowhere" does not exist .* Check the database in the target's URL/);
  expect(code).toBe(2);
  expectNoPassword(stderr);
});

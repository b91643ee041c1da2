// The module gets onto a real server, and what is in the way is told in one sentence that says what to do.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { TestRedis } from "../../e2e/redis.ts";
import { built, TestSpacetimedb } from "../../e2e/spacetimedb-server.ts";
import { TlsProxy } from "../../e2e/tls-proxy.ts";
import { declaredSchema } from "../../modules/spacetimedb/declared-schema.ts";
import { CommandError } from "../errors.ts";
import { publishModule } from "./publish.ts";
import { readSchema } from "./schema.ts";

let server: TestSpacetimedb;
let tls: TlsProxy;
let redis: TestRedis;
const others: Server[] = [];
beforeAll(async () => {
  server = await TestSpacetimedb.start();
  tls = await TlsProxy.start(server.port);
  redis = await TestRedis.start();
}, 1_800_000);
afterAll(async () => {
  for (const other of others) other.close();
  tls?.stop();
  await redis?.stop();
  await server?.stop();
});

/** In place of the user's own, where tokens would be kept. */
let cache: string;
beforeEach(() => {
  // The module stays where it is.
  vi.stubEnv("DBMARK_SPACETIMEDB_MODULE", built("module"));
  cache = mkdtempSync(join(tmpdir(), "dbmark-cache-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

/** Publishes, and gives what was said meanwhile. */
async function publish(target: string, timeoutMilliseconds = 5_000): Promise<string> {
  const said: string[] = [];
  const { signal } = new AbortController();
  await publishModule(target, { signal, say: (text) => said.push(text), timeoutMilliseconds });
  return said.join("\n");
}

/** What is said of a target that is refused, with its exit code. */
async function refusal(target: string, timeoutMilliseconds?: number): Promise<string> {
  const error = await publish(target, timeoutMilliseconds).then(
    (said) => new Error(`${target} was not refused: ${said}`),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(CommandError);
  const { exitCode, message } = error as CommandError;
  expect(message).not.toMatch(/\n|Gehe1m/);
  return `${exitCode}: ${message}`;
}

async function schemaOf(database: string): Promise<ReturnType<typeof readSchema>> {
  return readSchema(await (await fetch(`http://${server.host}/v1/database/${database}/schema?version=9`)).text());
}

async function listening(other: Server): Promise<string> {
  others.push(other);
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(other.address() as AddressInfo).port}`;
}

/** The module with a name replaced by one of the same length: another module, without another compilation. */
function moduleWith(name: string, replacement: string): Uint8Array {
  expect(replacement).toHaveLength(name.length);
  const program = readFileSync(built("module"), "latin1");
  expect(program).toContain(name);
  return Buffer.from(program.replaceAll(name, replacement), "latin1");
}

describe("a database that is missing is made", () => {
  it("by a fresh identity, whose token is kept for this user alone", async () => {
    const said = await publish(`spacetimedb://${server.host}/first`);
    expect(said).toMatch(
      /^Publishing the module as database first on 127\.0\.0\.1:\d+ …\nIts owner is a fresh identity/,
    );
    expect(await schemaOf("first")).toEqual(declaredSchema);
    const file = said.split(" ").at(-1) ?? "";
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const token = readFileSync(file, "utf8").trim();
    expect(said).not.toContain(token);
    // It is the owner's: nobody else may delete.
    const answer = await fetch(`http://${server.host}/v1/database/first/sql`, {
      ...{ method: "POST", body: "DELETE FROM users", headers: { Authorization: `Bearer ${token}` } },
    });
    expect(answer.status).toBe(200);
  });

  it("by the identity of the token that is given, which is kept nowhere", async () => {
    const token = await server.identity();
    const said = await publish(`spacetimedb://:${token}@${server.host}/second`);
    expect(said).toBe(`Publishing the module as database second on ${server.host} …`);
    expect(readdirSync(cache)).toEqual([]);
    const answer = await fetch(`http://${server.host}/v1/database/second/sql`, {
      ...{ method: "POST", body: "DELETE FROM users", headers: { Authorization: `Bearer ${token}` } },
    });
    expect(answer.status).toBe(200);
  });

  it("over TLS, with a certificate that is named or not checked", async () => {
    expect(await publish(`spacetimedbs://${tls.host}/third?ca=${tls.certificate}`)).toContain("Publishing");
    expect(await schemaOf("third")).toEqual(declaredSchema);
    expect(await publish(`spacetimedb://${tls.host}/third?ssl=true&insecure=true`)).toBe("");
  });

  it("once, when several find it missing at the same time", async () => {
    const target = `spacetimedb://${server.host}/crowded`;
    const said = await Promise.all([publish(target), publish(target), publish(target)]);
    expect(said.filter((text) => text.includes("fresh identity"))).toHaveLength(1);
    expect(await schemaOf("crowded")).toEqual(declaredSchema);
  });
});

it("a database that is there and has what the suite needs is used as it is, whoever it belongs to", async () => {
  await server.call("increment", "kept", 5);
  expect(await publish(server.url)).toBe("");
  expect(await publish(server.url.replace("//", `//:${await server.identity()}@`))).toBe("");
  expect(await server.sum("SELECT value FROM counters WHERE id = 'kept'")).toBe(5);
});

describe("a database that is another one stays as it is", () => {
  it.each([
    [
      "a reducer is missing",
      "create_user",
      "create_fool",
      /the reducer create_user is missing \(there are create_fool, create_message, increment, reset\)/,
    ],
    [
      "a reducer has other arguments",
      "counter_id",
      "counter_no",
      /the reducer increment has the arguments \(counter_no: String, amount: i64\), not \(counter_id: String, amount: i64\)/,
    ],
    [
      "a table has other columns",
      "updated_at",
      "changed_at",
      /the table counters has the columns \(id: String, value: i64, changed_at: String\), not \(.*updated_at: String\)/,
    ],
  ])("%s", async (_, name, replacement, says) => {
    const database = `other-${replacement.replaceAll("_", "-")}`;
    await server.publish(database, moduleWith(name, replacement));
    const before = await schemaOf(database);
    for (const token of ["", `:${server.token}@`]) {
      const said = await refusal(`spacetimedb://${token}${server.host}/${database}`);
      expect(said).toMatch(says);
      expect(said).toMatch(/^2: The database .* dbmark changes no database that is there: name one that is not/);
      expect(said).not.toContain(server.token);
    }
    expect(await schemaOf(database)).toEqual(before);
  });
});

describe("mistakes in a URL end with exit code 2", () => {
  it.each([
    ["no database", () => server.url.replace(/benchmark$/, ""), /names no database\. Expected is a URL such as/],
    [
      "a name that the server refuses",
      () => server.url.replace("benchmark", "Bench_Mark"),
      /does not accept the database name "Bench_Mark" \(status 400, .*invalid characters.*\)\. Use lower-case letters/,
    ],
    [
      "a token that is none",
      () => server.url.replace("//", "//:Gehe1m@"),
      /does not accept the token \(status 401, .*\): it is mistyped, or of another server\. Check SPACETIME_TOKEN/,
    ],
    [
      "a file of authorities that is missing",
      () => `spacetimedbs://${tls.host}/x?ca=/nowhere.pem`,
      /ca=\/nowhere\.pem of the target names no file that can be read/,
    ],
  ])("%s", async (_, target, says) => {
    const said = await refusal(target());
    expect(said).toMatch(/^2: /);
    expect(said).toMatch(says);
  });
});

describe("what is no SpacetimeDB, or cannot be reached, ends with exit code 3", () => {
  it.each<[string, () => string | Promise<string>, RegExp]>([
    [
      "nothing listens",
      () => "spacetimedb://127.0.0.1:1/x",
      /nothing listens on 127\.0\.0\.1:1\. Start SpacetimeDB there \(npm run spacetimedb .*\), or name another server/,
    ],
    [
      "a host that is not there",
      () => "spacetimedb://nowhere.invalid/x",
      /there is no host of the name in nowhere\.invalid:3000/,
    ],
    [
      "a Redis",
      () => redis.url.replace("redis:", "spacetimedb:").concat("/x"),
      /is not SpacetimeDB: it closed the connection before it answered\. Check the port/,
    ],
    [
      "another HTTP server",
      async () => `spacetimedb://${await listening(createHttpServer((_, response) => response.end("hello")))}/x`,
      /is not SpacetimeDB: it answers like another HTTP server \(GET \/v1\/health: status 200, hello\)\. Check the port/,
    ],
    [
      "a server that hangs up",
      async () => `spacetimedb://${await listening(createServer((socket) => socket.end()))}/x`,
      /is not SpacetimeDB: it closed the connection before it answered/,
    ],
    [
      "a server of another protocol",
      async () => `spacetimedb://${await listening(createServer((socket) => socket.write("220 ready\r\n")))}/x`,
      /is not SpacetimeDB: it does not answer in HTTP/,
    ],
    [
      "a silent server",
      async () => `spacetimedb://${await listening(createServer(() => {}))}/x`,
      /does not answer within 0\.5 s\. .*SPACETIME_CONN_TIMEOUT/,
    ],
    [
      "TLS to a server without it",
      () => server.url.replace("db:", "dbs:"),
      /does not speak TLS\. Use spacetimedb:\/\/ instead/,
    ],
    ["no TLS to a server with it", () => `spacetimedb://${tls.host}/x`, /speaks TLS\. Use spacetimedbs:\/\/ instead/],
    [
      "a certificate that nobody vouches for",
      () => `spacetimedbs://${tls.host}/x`,
      /the certificate of .* is not trusted \(self.signed certificate\)\. Name its authority with \?ca=FILE/,
    ],
  ])("%s", async (_, target, says) => {
    const said = await refusal(await target(), 500);
    expect(said).toMatch(/^3: /);
    expect(said).toMatch(says);
  });

  it("a server that is stalled", async () => {
    server.stall();
    try {
      expect(await refusal(server.url, 500)).toMatch(/^3: .* does not answer within 0\.5 s/);
    } finally {
      server.resume();
    }
  });
});

it("an interruption ends it at once", async () => {
  const silent = await listening(createServer(() => {}));
  const interruption = new AbortController();
  const published = publishModule(`spacetimedb://${silent}/x`, { signal: interruption.signal, say: () => {} });
  setTimeout(() => interruption.abort(new Error("enough")), 50);
  await expect(published).rejects.toThrow("enough");
});

// Before a run on SpacetimeDB: is it one, does the database have the suite's tables and reducers, and where there is no such database yet, it is
// made. A database that is there is never changed: it may be somebody's own.

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { cacheFolder } from "../installation.ts";
import { type Address, readAddress } from "./address.ts";
import { moduleProgram } from "./module.ts";
import { type Answer, type RequestOptions, request } from "./request.ts";
import { differences, readSchema } from "./schema.ts";

/** Around publishing. */
export interface PublishOptions {
  /** Aborting it ends what is waited for. */
  signal: AbortSignal;
  /** Told what takes a while. */
  say(text: string): void;
  /** For one request and its answer. */
  timeoutMilliseconds?: number;
}

/** The server compiles the module when it is published. */
const publishTimeoutMilliseconds = 120_000;

/**
 * Makes sure that the suite can run on a target: publishes the module where the database is missing.
 * @param target URL of a database.
 * @throws CommandError where the server cannot be reached or is another one (exit code 3), or the database is another one, its name or the
 *   token is not accepted, or the module cannot be built (2).
 */
export async function publishModule(target: string, options: PublishOptions): Promise<void> {
  const address = readAddress(target);
  const { signal, say, timeoutMilliseconds = 10_000 } = options;
  const plain: RequestOptions = { signal, timeoutMilliseconds };
  await assertSpacetimedb(address, plain);
  if (await matches(address, plain)) return;
  const program = await moduleProgram();
  const token = address.token ?? (await freshIdentity(address, plain));
  say(`Publishing the module as database ${address.database} on ${address.server} …`);
  const answer = await request(address, "PUT", `database/${encodeURIComponent(address.database)}`, {
    ...{ signal, token, body: program, timeoutMilliseconds: publishTimeoutMilliseconds },
  });
  if (answer.status === 200 && /"Success"/.test(answer.body)) {
    if (address.token === undefined)
      say(`Its owner is a fresh identity, whose token is kept in ${keep(token, address)}`);
    return;
  }
  // Somebody else has published in the meantime, or is just about to be done with it.
  if (/does not own|already exists|PermissionDenied/.test(answer.body)) {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (await matches(address, plain)) return;
      await wait(100, undefined, { signal });
    }
  }
  throw new CommandError(
    `SpacetimeDB at ${address.server} does not take the module as database ${address.database}: ${told(answer)}. Name another database, or give the token of its owner (SPACETIME_TOKEN)`,
  );
}

async function assertSpacetimedb(address: Address, options: RequestOptions): Promise<void> {
  const answer = await request(address, "GET", "health", options);
  if (answer.status === 200 && /"package_name":\s*"spacetimedb/.test(answer.body)) return;
  const { server, tls } = address;
  // Servers behind TLS that know what a mistake this is, such as nginx.
  if (tls === undefined && /HTTPS (port|server)/i.test(answer.body)) {
    throw new CommandError(
      `${server} speaks TLS. Use spacetimedbs:// instead of spacetimedb:// (SPACETIME_SSL=true)`,
      exitCodes.unreachable,
    );
  }
  throw new CommandError(
    `${server} is not SpacetimeDB: it answers like another HTTP server (GET /v1/health: ${told(answer)}). Check the port`,
    exitCodes.unreachable,
  );
}

/**
 * Whether the database is there, with what the suite needs.
 * @throws CommandError where it is another one.
 */
async function matches(address: Address, options: RequestOptions): Promise<boolean> {
  const { server, database, token } = address;
  const path = `database/${encodeURIComponent(database)}/schema?version=9`;
  const answer = await request(address, "GET", path, { ...options, token });
  if (answer.status === 404) return false;
  if (answer.status === 401) {
    throw new CommandError(
      `SpacetimeDB at ${server} does not accept the token (${told(answer)}): it is mistyped, or of another server. Check SPACETIME_TOKEN, or the password of the target's URL; without one, dbmark gets a fresh identity`,
    );
  }
  if (answer.status === 400) {
    throw new CommandError(
      `SpacetimeDB at ${server} does not accept the database name "${database}" (${told(answer)}). Use lower-case letters, digits, and single hyphens between them`,
    );
  }
  if (answer.status !== 200) {
    throw new CommandError(
      `SpacetimeDB at ${server} does not tell the schema of database ${database}: ${told(answer)}`,
      exitCodes.unreachable,
    );
  }
  const missing = differences(readSchema(answer.body));
  if (missing.length === 0) return true;
  throw new CommandError(
    `The database ${database} on ${server} is not the suite's: ${missing.join("; ")}. dbmark changes no database that is there: name one that is not (it is made then), or publish modules/spacetimedb/module over this one yourself`,
  );
}

async function freshIdentity(address: Address, options: RequestOptions): Promise<string> {
  const answer = await request(address, "POST", "identity", options);
  const token: unknown = answer.status === 200 ? JSON.parse(answer.body).token : undefined;
  if (typeof token === "string") return token;
  throw new CommandError(
    `SpacetimeDB at ${address.server} gives no fresh identity: ${told(answer)}. Give a token of yours with SPACETIME_TOKEN`,
  );
}

/**
 * Keeps the token, without which nobody could ever change or delete the database, where this user alone can read it.
 * @returns the file's path.
 */
function keep(token: string, { server, database }: Address): string {
  const file = join(cacheFolder(), "spacetimedb", `${server.replace(/[^\w.-]/g, "_")}-${database}.token`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  // The mode above is for new files only.
  chmodSync(file, 0o600);
  return file;
}

/** An answer in a few words. */
function told({ status, body }: Answer): string {
  const text = body.trim().replace(/\s+/g, " ");
  return `status ${status}${text === "" ? "" : `, ${text.length > 160 ? `${text.slice(0, 160)} …` : text}`}`;
}

// Where a SpacetimeDB is, as a target's URL says it.

import { readFileSync } from "node:fs";
import { CommandError, messageOf } from "../errors.ts";
import { redact } from "../redact.ts";

/** A database on a server. */
export interface Address {
  /** Host and port, as messages name the server. */
  server: string;
  host: string;
  port: number;
  database: string;
  /** Undefined: none was given. */
  token: string | undefined;
  /** Undefined: without TLS. */
  tls: { ca?: Buffer; rejectUnauthorized: boolean } | undefined;
}

/** Where SpacetimeDB listens by itself. */
const defaultPort = 3000;

const expected = "Expected is a URL such as spacetimedb://127.0.0.1:3000/benchmark";

/** Whether a target is of this system. */
export function isSpacetimedb(target: string): boolean {
  return /^spacetimedbs?:\/\//i.test(target);
}

/**
 * Reads a target's URL; its options beyond those of TLS are the driver's.
 * @throws CommandError for what is none.
 */
export function readAddress(target: string): Address {
  const shown = redact(target);
  if (!URL.canParse(target)) throw new CommandError(`The target ${shown} cannot be read as a URL. ${expected}`);
  const url = new URL(target);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const database = decoded(url.pathname.replace(/^\/+|\/+$/g, ""));
  if (host === "") throw new CommandError(`The target ${shown} names no host. ${expected}`);
  if (database === "") throw new CommandError(`The target ${shown} names no database. ${expected}`);
  const port = url.port === "" ? defaultPort : Number(url.port);
  const secure = url.protocol.toLowerCase() === "spacetimedbs:" || url.searchParams.get("ssl") === "true";
  return {
    server: `${url.hostname}:${port}`,
    host,
    port,
    database,
    token: url.password === "" ? undefined : decoded(url.password),
    tls: secure ? readTls(url.searchParams) : undefined,
  };
}

function readTls(options: URLSearchParams): Address["tls"] {
  const file = options.get("ca");
  const rejectUnauthorized = options.get("insecure") !== "true";
  if (file === null) return { rejectUnauthorized };
  try {
    return { rejectUnauthorized, ca: readFileSync(file) };
  } catch (error) {
    throw new CommandError(`The option ca=${file} of the target names no file that can be read: ${messageOf(error)}`);
  }
}

/** What cannot be decoded stays as it is: the server will not know it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Where the server of the SpacetimeDB suite is, and how it is reached: as one URL, made of what the user says by variables.

import {
  type Environment,
  readChoice,
  readFlag,
  readInteger,
  readText,
  UsageError,
} from "../../lib/environment/index.ts";
import { usesWebsocket } from "./options.ts";
import { identityOf } from "./token.ts";

/** Options of the URL that a variable sets, where the URL itself does not. */
const options: readonly { option: string; variable: string; unit: string }[] = [
  { option: "ping", variable: "SPACETIME_PING_INTERVAL", unit: "ms" },
  { option: "retries", variable: "SPACETIME_MAX_RETRIES", unit: "" },
  { option: "retry_delay", variable: "SPACETIME_RETRY_DELAY", unit: "ms" },
];

/**
 * The URL of the target: DBMARK_TARGET, or one made of SPACETIME_HOST, SPACETIME_PORT, SPACETIME_DATABASE and SPACETIME_SSL. The token becomes its password,
 * and the variables of the connection its options, where it has none of its own. A URL of another system stays as it is.
 * @throws {UsageError} for values that are not accepted, or do not go together.
 */
export function spacetimedbTarget(environment: Environment): string {
  checkIdentity(environment);
  const given = readText(environment, "DBMARK_TARGET");
  const url = given ?? urlOf(environment);
  if (!/^spacetimedbs?:/i.test(url)) return url;
  const [, scheme = "", user = "", rest = "", query = ""] =
    /^([a-z]+:\/\/)(?:([^/?#]*)@)?([^?#]*)(?:\?([^#]*))?/i.exec(url) ?? [];
  const token = readText(environment, "SPACETIME_TOKEN");
  const credentials = user !== "" || token === undefined ? user : `:${encodeURIComponent(token)}`;
  const pairs = query.split("&").filter((pair) => pair !== "");
  for (const { option, variable, unit } of options) {
    const value = readInteger(environment, variable);
    if (value !== undefined && !names(pairs).includes(option)) pairs.push(`${option}=${value}${unit}`);
  }
  if (readFlag(environment, "DISCARD_RESPONSE_BODIES") && !names(pairs).includes("discard")) pairs.push("discard=true");
  const at = credentials === "" ? "" : "@";
  return `${scheme}${credentials}${at}${rest}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`;
}

function names(pairs: readonly string[]): string[] {
  return pairs.map((pair) => pair.split("=")[0] ?? "");
}

function urlOf(environment: Environment): string {
  const host = readText(environment, "SPACETIME_HOST") ?? "localhost";
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+|[0-9a-f]*:[0-9a-f:.]+)$/i.test(host)) {
    throw new UsageError(
      `SPACETIME_HOST=${host} is not accepted; expected is the name or address of a host, without a scheme or port. Give a whole URL with --target.`,
    );
  }
  const port = readInteger(environment, "SPACETIME_PORT") ?? 3000;
  const database = readText(environment, "SPACETIME_DATABASE") ?? "benchmark";
  const scheme = readFlag(environment, "SPACETIME_SSL") ? "spacetimedbs" : "spacetimedb";
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `${scheme}://${name}:${port}/${encodeURIComponent(database)}`;
}

/** Refuses an identity that nobody could prove to be, before anything is connected to. */
function checkIdentity(environment: Environment): void {
  const identity = readText(environment, "SPACETIME_IDENTITY");
  if (identity === undefined) return;
  const token = readText(environment, "SPACETIME_TOKEN");
  if (token === undefined) {
    throw new UsageError(
      "SPACETIME_IDENTITY is set without SPACETIME_TOKEN, which proves it. Set the token too, or unset the identity: then the server gives a fresh one.",
    );
  }
  const proven = identityOf(token);
  if (proven !== undefined && proven !== identity.replace(/^0x/i, "").toLowerCase()) {
    throw new UsageError(
      `SPACETIME_IDENTITY=${identity} is not the identity of SPACETIME_TOKEN, which is ${proven}. Set the two that belong together.`,
    );
  }
}

/** How calls are sent: the driver's mode. */
export function spacetimedbMode(environment: Environment): string {
  if (!usesWebsocket(environment)) return "http";
  return `websocket-${readChoice(environment, "SPACETIME_ENCODING") ?? "bsatn"}`;
}

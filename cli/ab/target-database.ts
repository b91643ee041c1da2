// A target's URL for another database, and as node-postgres takes it. The native driver reads URLs as libpq does; here it is made sure that both
// reach the same server in the same way.

import { existsSync } from "node:fs";

/** Where the native driver looks for a server when neither the URL nor PGHOST names one, in its order. */
const socketFolders = ["/var/run/postgresql", "/private/tmp", "/tmp"];

/** Options of a URL that only the native driver knows. */
const drivers = ["service", "servicefile", "passfile", "sslpassword"];

/** Options that say how to connect; the others, such as statement_timeout, are for the operations of a run. */
const connecting = ["host", "port", "user", "password", "sslcert", "sslkey", "sslrootcert", "sslnegotiation"];

/** Why databases cannot be made by way of a URL; undefined: it can be tried. */
export function whyNotAdministered(url: string): string | undefined {
  const { authority, options } = partsOf(url);
  if (authority.includes(",")) return "the target's URL names several hosts";
  const found = options.map(nameOf).find((name) => drivers.includes(name));
  return found === undefined ? undefined : `the target's URL has the option ${found}`;
}

/** The URL with the name of another database; all else stays as it is. */
export function withDatabase(url: string, database: string): string {
  const { scheme, authority, options } = partsOf(url);
  const kept = options.filter((option) => !["dbname", "database"].includes(nameOf(option)));
  return `${scheme}${authority}/${encodeURIComponent(database)}${kept.length === 0 ? "" : `?${kept.join("&")}`}`;
}

/**
 * Connection strings for node-postgres to the database of a URL, with TLS as the URL says: `prefer`, the default, tries it first.
 * @param environment for what the URL leaves out: PGHOST and PGSSLMODE; node-postgres looks at the others itself.
 * @returns the ways to try, in their order.
 */
export function connectionStrings(url: string, environment: NodeJS.ProcessEnv = process.env): string[] {
  const { scheme, authority, path, options } = partsOf(url);
  const option = (name: string) => textOf(options.find((one) => nameOf(one) === name));
  const named = option("host") || (authority.split("@").at(-1) ?? "").replace(/:\d*$/, "") || environment.PGHOST || "";
  const folder = named === "" ? socketFolders.find((one) => existsSync(one)) : undefined;
  const host = folder ?? named;
  const database = option("dbname") || option("database");
  const kept = options.filter((one) => connecting.includes(nameOf(one)));
  const withMode = (mode: string) => {
    const added = [...(folder === undefined ? [] : [`host=${encodeURIComponent(folder)}`]), `sslmode=${mode}`];
    const place = database === "" ? path : `/${database}`;
    return `${scheme}${authority}${place}?${[...kept, ...added, "uselibpqcompat=true"].join("&")}`;
  };
  // A socket in the file system has no TLS.
  if (/^(\/|%2f)/i.test(host)) return [withMode("disable")];
  const mode = option("sslmode") || environment.PGSSLMODE || "prefer";
  const modes: Record<string, string[]> = { allow: ["disable", "prefer"], prefer: ["prefer", "disable"] };
  return (modes[mode] ?? [mode]).map(withMode);
}

/** A URL in its parts; the scheme with its slashes, the path with its slash, options as they were written. */
function partsOf(url: string) {
  const [, scheme = "", authority = "", path = "", query = ""] =
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(url) ?? [];
  return { scheme, authority, path, options: query.split("&").filter((option) => option !== "") };
}

function nameOf(option: string): string {
  return decodeURIComponent(option.split("=")[0] ?? "");
}

function textOf(option: string | undefined): string {
  return option === undefined || !option.includes("=") ? "" : option.slice(option.indexOf("=") + 1);
}

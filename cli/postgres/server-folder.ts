// The folder of an embedded PostgreSQL: temporary, or kept for the next run. A file in it names the processes that use it, so that the
// next run recognises what a killed one left behind.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError, codeOf } from "../errors.ts";
import { cacheFolder } from "../installation.ts";
import { identityOf, isAlive, type ProcessIdentity } from "./process-identity.ts";
import { canRead, type ServerUser } from "./server-user.ts";
import { stopLeftServer } from "./stop-server.ts";

const prefix = "dbmark-postgres-";
const ownersFile = "owners.json";

/** Where a server keeps its things. */
export interface ServerFolder {
  path: string;
  /** PostgreSQL's own data folder, inside of `path`. */
  data: string;
  log: string;
  kept: boolean;
}

/** Makes a temporary folder, after removing those of runs that were killed. */
export async function temporaryFolder(user: ServerUser): Promise<ServerFolder> {
  const base = temporaryBase(user);
  await removeLeftFolders(base);
  const path = mkdtempSync(join(base, prefix));
  // The server's user must pass through it to its data, which PostgreSQL itself keeps closed to others.
  chmodSync(path, 0o711);
  recordOwners(path, [process.pid]);
  return parts(path, false);
}

/**
 * The kept folder of this major version, for this run alone.
 * @throws CommandError when another run is using it.
 */
export async function keptFolder(user: ServerUser, major: string): Promise<ServerFolder> {
  const path = keptPath(major);
  mkdirSync(path, { recursive: true, mode: 0o755 });
  if (!canRead(user, path)) {
    throw new CommandError(
      `${path} is closed to the user "nobody", who runs PostgreSQL for root: set XDG_CACHE_HOME to a folder open to all`,
    );
  }
  const owner = ownersOf(path).find(isAlive);
  if (owner !== undefined) {
    throw new CommandError(
      `The kept PostgreSQL in ${path} is in use by another run (process ${owner.pid}): wait for it, or run without --keep`,
    );
  }
  const folder = parts(path, true);
  await stopLeftServer(folder.data);
  recordOwners(path, [process.pid]);
  return folder;
}

/** Where `--keep` keeps the data. */
export function keptPath(major: string): string {
  return join(cacheFolder(), "kept", `postgres-${major}`);
}

/** Writes which processes use a folder. */
export function recordOwners(path: string, pids: number[]): void {
  writeFileSync(join(path, ownersFile), `${JSON.stringify(pids.map(identityOf))}\n`, { mode: 0o600 });
}

/** Nobody uses the folder any more: a kept one is free, a temporary one goes. */
export function releaseFolder(folder: ServerFolder): void {
  if (folder.kept) rmSync(join(folder.path, ownersFile), { force: true });
  else rmSync(folder.path, { recursive: true, force: true, maxRetries: 3 });
}

function parts(path: string, kept: boolean): ServerFolder {
  return { path, data: join(path, "data"), log: join(path, "postgres.log"), kept };
}

function ownersOf(path: string): ProcessIdentity[] {
  try {
    return JSON.parse(readFileSync(join(path, ownersFile), "utf8"));
  } catch {
    return [];
  }
}

/** `/var/tmp` before `/tmp`: the latter is often in memory, where waiting for the disk costs nothing and a benchmark would lie. */
function temporaryBase(user: ServerUser): string {
  const given = process.env.TMPDIR;
  const candidates = [...(given ? [given] : []), "/var/tmp", tmpdir(), "/tmp"];
  const base = candidates.find((path) => existsSync(path) && canRead(user, path));
  if (base === undefined)
    throw new CommandError(
      `No temporary folder is open to the server's user (looked at ${candidates.join(", ")}): set TMPDIR`,
    );
  return base;
}

async function removeLeftFolders(base: string): Promise<void> {
  for (const name of readdirSync(base).filter((name) => name.startsWith(prefix))) {
    const path = join(base, name);
    try {
      if (statSync(path).uid !== process.getuid?.()) continue;
      const owners = ownersOf(path);
      // Without owners: made this moment by another run, or left by one that was killed in the same moment.
      if (owners.length === 0 && Date.now() - statSync(path).ctimeMs < 60_000) continue;
      if (owners.some(isAlive)) continue;
      await stopLeftServer(join(path, "data"));
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      // Another run removes it at the same time.
      if (!["ENOENT", "ENOTEMPTY"].includes(codeOf(error) ?? "")) throw error;
    }
  }
}

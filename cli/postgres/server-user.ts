// Who runs the embedded PostgreSQL: the user, except root, whom PostgreSQL refuses. Root's server runs as `nobody`, a user that every
// system has; no user is ever made.

import { execFileSync } from "node:child_process";
import { chownSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { CommandError } from "../errors.ts";

/** The numbers of a user; undefined where a process simply keeps its own. */
export type ServerUser = { uid: number; gid: number } | undefined;

/** The user that PostgreSQL must run as. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const number = (flag: string) =>
      Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim());
    return { uid: number("-u"), gid: number("-g") };
  } catch {
    throw new CommandError(
      'PostgreSQL refuses to run as root, and there is no user "nobody" to run it as: run dbmark as an ordinary user, or give a --target',
    );
  }
}

/** Gives a file or folder to the server's user. */
export function giveTo(user: ServerUser, path: string): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

/** Whether the server's user may go through every folder down to `path` and read it. */
export function canRead(user: ServerUser, path: string): boolean {
  if (user === undefined) return true;
  const allows = (place: string, bits: number) => {
    const status = statSync(place);
    if (status.uid === user.uid) return ((status.mode >> 6) & bits) === bits;
    if (status.gid === user.gid) return ((status.mode >> 3) & bits) === bits;
    return (status.mode & bits) === bits;
  };
  const [read, pass] = [4, 1];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!allows(folder, pass)) return false;
    if (folder === dirname(folder)) return allows(path, statSync(path).isDirectory() ? read | pass : read);
  }
}

// Where run folders go, checked before anything starts.

import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CommandError, codeOf, messageOf } from "../errors.ts";

/** Bytes that even a short run writes. */
const leastRoom = 64 * 1024;

/**
 * Makes the folder if need be and tries whether a run folder can be made in it.
 * @returns its absolute path.
 * @throws CommandError
 */
export function prepareResultsFolder(path: string): string {
  const folder = resolve(path);
  try {
    makeFolder(folder);
    // By doing it: root is allowed everything by access(), and a full disk still makes empty folders.
    const probe = mkdtempSync(join(folder, ".dbmark-"));
    try {
      writeFileSync(join(probe, "probe"), Buffer.alloc(leastRoom), { flush: true });
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
  } catch (error) {
    throw new CommandError(
      `Results cannot be written to ${folder}: ${reason(folder, error)}. Give another folder with --out`,
    );
  }
  return folder;
}

/** Like mkdir -p. Node's own way never returns where a parent exists and still takes no folder, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

function reason(folder: string, error: unknown): string {
  switch (codeOf(error)) {
    case "EEXIST":
    case "ENOTDIR":
      return isFile(folder) ? "it is a file" : "part of the path is a file";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "EROFS":
      return "the file system is read-only";
    case "ENOENT":
      return "it does not exist and cannot be made";
    case "ENOSPC":
    case "EDQUOT":
      return `the disk is full: a run needs at least ${leastRoom / 1024} KiB`;
    case "EFBIG":
      return "files may not become large enough (ulimit -f)";
    default:
      return messageOf(error);
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

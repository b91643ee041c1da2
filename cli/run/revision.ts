// Which revision of dbmark this is, for the record.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { installationFolder } from "../installation.ts";

/** The git revision of the clone, with `-dirty` when it was changed; undefined where dbmark is no clone. */
export function gitRevision(): string | undefined {
  if (!existsSync(join(installationFolder, ".git"))) return undefined;
  try {
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", installationFolder, ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    const revision = git("rev-parse", "--short=12", "HEAD");
    return git("status", "--porcelain", "--untracked-files=no") === "" ? revision : `${revision}-dirty`;
  } catch {
    return undefined;
  }
}

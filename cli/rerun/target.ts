// The target of a rerun: the one that the user names, else the one of the file, whose password is not in it.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { wasEmbedded } from "../../lib/result/embedded-server.ts";
import type { RunFile } from "../../lib/result/index.ts";
import { CommandError } from "../errors.ts";
import { redact } from "../redact.ts";
import { systemOfTarget } from "../run/target.ts";

/** Databases that an experiment made for its repetitions, as `dbmark ab` names them; it removes them at its end. */
const ofExperiment = /^[^?]*\/dbmark_ab_[0-9a-f]{8}_\w+(\?|$)/;

/** What stands in a file in place of a password. */
const redacted = "xxxxx";

/**
 * The URL; undefined: an embedded PostgreSQL, as it was.
 * @param given `--target` or DBMARK_TARGET.
 * @throws CommandError for another system than the workload's, and where the password or the database is missing.
 */
export function rerunTarget(run: RunFile, path: string, given: string | undefined): string | undefined {
  if (given !== undefined) {
    const system = systemOfTarget(given);
    if (system !== run.workload.system && system !== run.target.system && system !== "noop") {
      throw new CommandError(
        `${redact(given)} is a target of the system ${system}, and the workload of ${path} is made for ${run.workload.system}. Choose another target`,
      );
    }
    return given;
  }
  if (wasEmbedded(run)) return undefined;
  const { url, system } = run.target;
  if (ofExperiment.test(url)) {
    throw new CommandError(
      `${path} ran in a database that was made for its experiment, and removed with it: ${url}. Name another target with --target or DBMARK_TARGET`,
    );
  }
  const withoutPassword = withoutSecrets(url);
  if (withoutPassword === url) return url;
  if (system === "postgres" && hasPasswordElsewhere()) return withoutPassword;
  throw new CommandError(
    `The password of ${url} is not in ${path}. Give the URL with its password in DBMARK_TARGET` +
      (system === "postgres" ? ", or the password in PGPASSWORD or PGPASSFILE" : ""),
  );
}

/** The URL without what stands for its secrets. */
function withoutSecrets(url: string): string {
  return url
    .replace(new RegExp(`^([^/]*://[^/?#@]*):${redacted}@`), "$1@")
    .replace(new RegExp(`([?&])(?:password|sslpassword)=${redacted}(&|$)`, "g"), "$1")
    .replace(/[?&]$/, "");
}

/** Where programs for PostgreSQL look for a password that the URL does not have. */
function hasPasswordElsewhere(): boolean {
  const { PGPASSWORD, PGPASSFILE } = process.env;
  return Boolean(PGPASSWORD) || existsSync(PGPASSFILE || join(homedir(), ".pgpass"));
}

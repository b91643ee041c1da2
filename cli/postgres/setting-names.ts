// Which settings the embedded PostgreSQL knows, asked of its program, so that a wrong name is told before a server is made.

import { execFileSync } from "node:child_process";
import { suggestion, UsageError } from "../../lib/environment/index.ts";
import { postgresBinaries } from "./binaries.ts";
import { serverUser } from "./server-user.ts";

/** What dbmark itself decides: where the server is and how it is reached. */
const own = [
  "listen_addresses",
  "port",
  "unix_socket_directories",
  "data_directory",
  "config_file",
  "hba_file",
  "ident_file",
  "external_pid_file",
  "cluster_name",
  "log_destination",
  "logging_collector",
];

/**
 * Refuses names of settings that the embedded PostgreSQL does not have, or that dbmark decides; values are for the server to judge.
 * @param option as the user wrote it, for messages: `--b server.`
 * @throws UsageError
 */
export function assertSettingNames(option: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const taken = names.find((name) => own.includes(name));
  if (taken !== undefined) {
    throw new UsageError(
      `${option}${taken} is decided by dbmark itself: the embedded PostgreSQL is on a free port of 127.0.0.1. Leave it out.`,
    );
  }
  const known = execFileSync(postgresBinaries(serverUser()).postgres, ["--describe-config"], {
    encoding: "utf8",
    maxBuffer: 16 << 20,
  })
    .split("\n")
    .map((line) => line.split("\t")[0] ?? "")
    .filter((name) => name !== "");
  for (const name of names) {
    // Those of extensions have a dot in their name, and are known when the extension is.
    if (name.includes(".") || known.some((one) => one.toLowerCase() === name)) continue;
    throw new UsageError(
      `${option}${name} is not accepted: PostgreSQL has no such setting.${suggestion(name, known)} SHOW ALL lists those that it has.`,
    );
  }
}

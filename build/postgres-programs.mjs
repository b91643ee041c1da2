// The programs of a PostgreSQL of the system, with pgbench: found, or installed where that is allowed.

import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BuildError, run } from "./command.mjs";
import { prepareProgram } from "./programs.mjs";

/** Where Debian keeps a folder for each major version. */
const versions = "/usr/lib/postgresql";

/** The version that is preferred where there are several: what results are compared by. */
const preferred = "15";

const programs = ["postgres", "initdb", "pgbench"];

/**
 * Finds them, or installs Debian's package where that is allowed.
 * @returns {Promise<{ folder: string, major: string }>} The folder of the programs, and PostgreSQL's major version, such as "15".
 * @throws {BuildError} that says how to install them.
 */
export async function preparePostgresPrograms() {
  let folder = find();
  if (folder === undefined) {
    // Debian's own links for what is not in PATH belong to another package, so the program is named by its place.
    await prepareProgram(join(versions, preferred, "bin", "pgbench"), `postgresql-${preferred}`);
    folder = find();
  }
  if (folder === undefined) throw new BuildError(`${programs.join(", ")} are not in ${versions}/*/bin, nor in PATH`);
  const { stdout } = await run(join(folder, "postgres"), ["--version"], { quiet: true });
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (major === undefined) throw new BuildError(`${join(folder, "postgres")} --version says "${stdout.trim()}"`);
  return { folder, major };
}

/** The folder that has them all: the preferred version's, another one's, or one of PATH. */
function find() {
  const installed = existsSync(versions)
    ? readdirSync(versions).sort((a, b) => Number(b === preferred) - Number(a === preferred) || Number(b) - Number(a))
    : [];
  const folders = [
    ...installed.map((version) => join(versions, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((folder) => programs.every((program) => existsSync(join(folder, program))));
}

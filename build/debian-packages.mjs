// Debian's packages, asked for at run time: which versions there are moves with its releases.

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { mustRun, run } from "./command.mjs";

/** @typedef {{ name: string, version: string }} Package `version` is Debian's, such as "1.96.0+dfsg1-1~deb12u2". */

/**
 * The package with the newest version that could be installed.
 * @param {string[]} names
 * @param {string} [oldest] Versions before this one do not count.
 * @returns {Promise<Package | undefined>} undefined where there is none, or no Debian.
 */
export async function newestPackage(names, oldest = "0") {
  /** @type {Package | undefined} */
  let newest;
  for (const name of names) {
    const version = await candidate(name);
    if (version !== undefined && (await isAtLeast(version, newest?.version ?? oldest))) newest = { name, version };
  }
  return newest;
}

/**
 * The version of a package that `apt-get install` would take.
 * @param {string} name
 * @returns {Promise<string | undefined>}
 */
export async function candidate(name) {
  const answer = await run("apt-cache", ["policy", name], { quiet: true }).catch(() => undefined);
  const version = /^ +Candidate: (\S+)$/m.exec(answer?.stdout ?? "")?.[1];
  return version === "(none)" ? undefined : version;
}

/**
 * Names of the packages that one needs.
 * @param {string} name
 * @returns {Promise<string[]>}
 */
export async function dependencies(name) {
  const { stdout } = await run("apt-cache", ["depends", "--important", name], { quiet: true });
  return [...stdout.matchAll(/^ *\|?Depends: (\S+)$/gm)].map((match) => match[1] ?? "");
}

/**
 * Fetches packages and unpacks them into a folder: nothing is installed, and no rights are needed.
 * @param {Package[]} packages
 * @param {string} folder
 * @throws {import("./command.mjs").BuildError}
 */
export async function unpack(packages, folder) {
  const fetched = join(folder, "packages");
  mkdirSync(fetched, { recursive: true });
  const wanted = packages.map(({ name, version }) => `${name}=${version}`);
  await mustRun("fetching Debian's packages", "apt-get", ["download", "--quiet", ...wanted], {
    cwd: fetched,
    quiet: true,
  });
  for (const file of readdirSync(fetched).filter((name) => name.endsWith(".deb")))
    await mustRun(`unpacking ${file}`, "dpkg-deb", ["--extract", join(fetched, file), folder], { quiet: true });
}

/**
 * @param {string} version
 * @param {string} other
 */
async function isAtLeast(version, other) {
  return (await run("dpkg", ["--compare-versions", version, "ge", other], { quiet: true })).code === 0;
}

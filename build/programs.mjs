// Programs of the system that tests need, found or installed.

import { BuildError, run, say } from "./command.mjs";

/**
 * Finds a program, or installs Debian's package of it where that is allowed.
 * @param {string} program
 * @param {string} debianPackage
 * @throws {BuildError} that says how to install it.
 */
export async function prepareProgram(program, debianPackage) {
  if (await works(program, ["--version"])) return;
  const hint =
    `${program} is missing: install it (Debian and Ubuntu: apt-get install ${debianPackage}; macOS: brew install ` +
    `${debianPackage.replace("-server", "")}) and try again`;
  if (process.getuid?.() !== 0 || !(await works("apt-get", ["--version"]))) throw new BuildError(hint);
  say(`Installing ${debianPackage} …`);
  // Only the program is wanted: in run level 1 a package starts no service.
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", debianPackage]]) {
    const result = await run("apt-get", args, { quiet: true, env: environment });
    if (result.code !== 0) throw new BuildError(`${hint}\n${result.output.trim()}`);
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 */
async function works(program, args) {
  try {
    return (await run(program, args, { quiet: true })).code === 0;
  } catch {
    return false;
  }
}

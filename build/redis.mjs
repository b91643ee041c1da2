// The Redis server that the tests of real systems need.

import { BuildError, run, say } from "./command.mjs";

/**
 * Finds redis-server, or installs Debian's package where that is allowed.
 * @throws {BuildError}
 */
export async function prepareRedis() {
  if (await works("redis-server", ["--version"])) return;
  const hint =
    "redis-server is missing: install it (Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis) and try again";
  if (process.getuid?.() !== 0 || !(await works("apt-get", ["--version"]))) throw new BuildError(hint);
  say("Installing redis-server …");
  // Only the program is wanted: in run level 1 the package starts no service.
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "redis-server"]]) {
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

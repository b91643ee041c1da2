// The two things that a machine must have: Node and Go.

import { BuildError, run } from "./command.mjs";
import { extension, manifest } from "./places.mjs";

/** The oldest Go that k6 builds with. */
const oldestGo = [1, 25];

/**
 * Refuses a Node that is too old for dbmark or its packages.
 * @param {string} [version] Without the leading `v`.
 * @throws {BuildError}
 */
export function checkNode(version = process.versions.node) {
  const needed = String(manifest.engines.node).replace(/[^0-9.]/g, "");
  if (isOlder(numbers(version), numbers(needed))) {
    throw new BuildError(
      `Node ${version} is too old: dbmark needs ${needed} or later. Install a current one from https://nodejs.org`,
    );
  }
}

/**
 * The version of Go that builds the extension, for example `go1.26.1`.
 * @returns {Promise<string>}
 * @throws {BuildError} when Go is missing or too old, saying what to install.
 */
export async function goVersion() {
  const install = `Install Go ${oldestGo.join(".")} or later from https://go.dev/dl and make sure that "go" is in PATH`;
  let result;
  try {
    // In the module's folder: Go may fetch the version that go.mod asks for, or say that it cannot.
    result = await run("go", ["env", "GOVERSION"], { cwd: extension, quiet: true });
  } catch {
    throw new BuildError(`Go is not installed: it builds k6 with dbmark's extension. ${install}`);
  }
  if (result.code !== 0) throw new BuildError(`Go does not work here: ${result.output.trim()}\n${install}`);
  const version = result.stdout.trim();
  if (isOlder(numbers(version), oldestGo)) throw new BuildError(`${version} is too old. ${install}`);
  return version;
}

/** @param {string} version */
function numbers(version) {
  return version
    .replace(/^[^0-9]*/, "")
    .split(/[^0-9]+/)
    .map(Number);
}

/**
 * @param {number[]} version
 * @param {number[]} needed
 */
function isOlder(version, needed) {
  for (const [place, number] of needed.entries()) {
    const own = version[place] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
}

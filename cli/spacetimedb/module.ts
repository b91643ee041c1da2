// The module under test as WebAssembly, which a clone builds where that was not done before.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError, messageOf } from "../errors.ts";
import { installationFolder } from "../installation.ts";

/** The module's program. @throws CommandError that says what is missing for building it. */
export async function moduleProgram(): Promise<Uint8Array> {
  const script = join(installationFolder, "build", "spacetimedb-module.mjs");
  if (!existsSync(script)) {
    const given = process.env.DBMARK_SPACETIMEDB_MODULE;
    if (given !== undefined && existsSync(given)) return readFileSync(given);
    throw new CommandError(
      "The module's program is not part of this package: build it in a clone (node build/print-spacetimedb.mjs module prints its path) and set DBMARK_SPACETIMEDB_MODULE to that path",
    );
  }
  const { spacetimedbModule } = await import(pathToFileURL(script).href);
  try {
    return readFileSync(await spacetimedbModule());
  } catch (error) {
    // The build scripts are not bundled with this, so that their class of errors is not known here.
    throw new CommandError(`The module cannot be published, because it cannot be built: ${messageOf(error)}`);
  }
}

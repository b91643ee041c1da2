// Prints the path of SpacetimeDB's server or of the module under test, building what is missing: node build/print-spacetimedb.mjs server|module.
// For tests, benchmarks and the command line. `--toolchain rustup` or `debian` builds the module with that one.

import { parseArgs } from "node:util";
import { BuildError, main } from "./command.mjs";
import { spacetimedbModule } from "./spacetimedb-module.mjs";
import { spacetimedbServer } from "./spacetimedb-server.mjs";

await main(async () => {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { toolchain: { type: "string" } } });
  const [what] = positionals;
  const { toolchain } = values;
  if (toolchain !== undefined && toolchain !== "rustup" && toolchain !== "debian")
    throw new BuildError(`--toolchain is "${toolchain}"; it takes rustup or debian`);
  if (what === "server") process.stdout.write(`${await spacetimedbServer()}\n`);
  else if (what === "module")
    process.stdout.write(`${await spacetimedbModule(toolchain === undefined ? {} : { toolchain })}\n`);
  else throw new BuildError(`"${what ?? ""}" is not known: server and module`);
});

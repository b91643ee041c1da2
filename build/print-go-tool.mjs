// Prints the path of a tool of build/tools/go.mod, for shell scripts: node build/print-go-tool.mjs xk6

import { BuildError, main } from "./command.mjs";
import { goTool } from "./go-tools.mjs";

await main(async () => {
  const name = process.argv[2];
  if (name !== "xk6" && name !== "staticcheck") throw new BuildError(`there is no tool "${name}": xk6 and staticcheck`);
  process.stdout.write(`${await goTool(name)}\n`);
});

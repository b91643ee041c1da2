// Prints the path of a program of build/go-tools.mjs, for shell scripts and benchmarks: node build/print-go-tool.mjs xk6

import { BuildError, main } from "./command.mjs";
import { goTool } from "./go-tools.mjs";

await main(async () => {
  const name = process.argv[2];
  if (name !== "xk6" && name !== "staticcheck" && name !== "influxd")
    throw new BuildError(`there is no tool "${name}": xk6, staticcheck and influxd`);
  process.stdout.write(`${await goTool(name)}\n`);
});

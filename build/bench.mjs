// node build/bench.mjs NAME …: prepares everything, then runs the benchmark bench/NAME.ts; what follows is the benchmark's.
// Benchmarks print ratios against a yardstick of the same run, and write JSON to results/bench/. Those named sim-… are simulations, which
// need no k6.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bundled } from "./bundled.mjs";
import { BuildError, main } from "./command.mjs";
import { root } from "./places.mjs";
import { prepare } from "./prepare.mjs";

await main(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const source = join(root, "bench", `${name}.ts`);
  if (!existsSync(source)) {
    const known = readdirSync(join(root, "bench"))
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => file.slice(0, -3));
    throw new BuildError(`there is no benchmark "${name}"; known are ${known.join(", ")}`);
  }
  await prepare({ k6: !name.startsWith("sim-") });
  const benchmark = await bundled(source, "bench");
  return await benchmark.main(args);
});

// node build/bench.mjs NAME …: prepares everything, then runs the benchmark bench/NAME.ts; what follows is the benchmark's.
// Benchmarks print ratios against a yardstick of the same run, and write JSON to results/bench/. Those named sim-… are simulations, which
// need no k6.

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
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
  const { build } = await import("esbuild");
  const folder = join(root, "dist", "bench");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "silent",
  });
  const benchmark = await import(pathToFileURL(outfile).href);
  return await benchmark.main(args);
});

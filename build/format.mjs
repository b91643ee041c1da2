// npm run format: formats both languages and puts right what the linters can.

import { join } from "node:path";
import { main, run } from "./command.mjs";
import { preparePackages } from "./packages.mjs";
import { root } from "./places.mjs";

await main(async () => {
  await preparePackages();
  const biome = await run(join(root, "node_modules", ".bin", "biome"), ["check", "--write", "."], { cwd: root });
  const gofmt = await run("gofmt", ["-w", "k6-ext", "bench", "build"], { cwd: root });
  return biome.code || gofmt.code;
});

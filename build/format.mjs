// npm run format: formats both languages and puts right what the linters can.

import { join } from "node:path";
import { main, run } from "./command.mjs";
import { preparePackages } from "./packages.mjs";
import { extension, root } from "./places.mjs";

await main(async () => {
  await preparePackages();
  const biome = await run(join(root, "node_modules", ".bin", "biome"), ["check", "--write", "."], { cwd: root });
  const gofmt = await run("gofmt", ["-w", "."], { cwd: extension });
  return biome.code || gofmt.code;
});

// npm run build: the bundles in dist/ and bin/k6, each only when its sources changed.

import { statSync } from "node:fs";
import { prepareBundles } from "./bundles.mjs";
import { main, say } from "./command.mjs";
import { prepareK6 } from "./k6.mjs";
import { preparePackages } from "./packages.mjs";
import { k6Binary } from "./places.mjs";
import { checkNode } from "./toolchain.mjs";

await main(async () => {
  checkNode();
  await preparePackages();
  say((await prepareBundles()) ? "dist/ made" : "dist/ is up to date");
  const built = await prepareK6();
  say(`bin/k6 ${built ? "built" : "is up to date"} (${(statSync(k6Binary).size / 1e6).toFixed(1)} MB)`);
});

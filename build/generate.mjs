// npm run generate: writes the files that are made from others.

import { main, say } from "./command.mjs";
import { generate } from "./generated.mjs";
import { preparePackages } from "./packages.mjs";

await main(async () => {
  await preparePackages();
  for (const { path, changed } of await generate()) say(`${changed ? "wrote    " : "unchanged"} ${path}`);
});

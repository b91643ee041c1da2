// node build/dashboard-image.mjs [folder]: draws the dashboards of real runs in a real InfluxDB, into docs/images. It takes two minutes.

import { join } from "node:path";
import { bundled } from "./bundled.mjs";
import { main } from "./command.mjs";
import { root } from "./places.mjs";
import { prepare } from "./prepare.mjs";

await main(async () => {
  await prepare();
  const { main: draw } = await bundled(join(root, "dashboards", "picture", "main.ts"), "dashboards");
  return await draw(process.argv.slice(2));
});

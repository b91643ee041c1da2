// npm start: prepares everything, then runs the main job, the OLTP suite on an embedded PostgreSQL.
// What follows `npm start --` is handed to `dbmark run oltp`.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { main } from "./command.mjs";
import { root } from "./places.mjs";
import { prepare } from "./prepare.mjs";

await main(async () => {
  await prepare();
  const child = spawn(process.execPath, [join(root, "cli", "dbmark.mjs"), "run", "oltp", ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, DBMARK_PREPARED: "1" },
  });
  // A terminal's Ctrl-C reaches the whole group, dbmark too: here it must only not end the waiting.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return await new Promise((resolve) => child.on("close", (code) => resolve(code ?? 130)));
});

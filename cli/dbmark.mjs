#!/usr/bin/env node
// The command. In a clone it first makes what is missing or stale, so that `npx dbmark` always runs what the sources say; everything else is in
// main.ts, which is bundled.

import { existsSync } from "node:fs";

const build = new URL("../build/prepare.mjs", import.meta.url);
const bundle = new URL("../dist/cli/dbmark.js", import.meta.url);

// DBMARK_PREPARED: whoever started this has seen to it.
if (existsSync(build) && process.env.DBMARK_PREPARED !== "1") {
  const { prepare } = await import(build.href);
  const { BuildError } = await import("../build/command.mjs");
  try {
    await prepare({ k6: ["run", "ab", "rerun", "inspect", "baseline"].includes(process.argv[2] ?? "") });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`dbmark: ${error.message}\n`);
    process.exit(2);
  }
}
const { main } = await import(bundle.href);
process.exitCode = await main(process.argv);

// npm test: prepares everything, then the tests that need Node and Go only. With --systems (npm run test:systems): installs the real servers and runs
// the tests that need them. --race adds Go's race detector, --counts <file> writes the counts as JSON. Where CI is set, a skipped test is a failure.
// The last line is `N passed, N failed`.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { prepareChromium } from "./chromium.mjs";
import { BuildError, main } from "./command.mjs";
import { goTest } from "./go-test.mjs";
import { goTool } from "./go-tools.mjs";
import { prepareGrafanaData } from "./grafana-data.mjs";
import { preparePostgresPrograms } from "./postgres-programs.mjs";
import { prepare } from "./prepare.mjs";
import { prepareProgram } from "./programs.mjs";
import { spacetimedbModule } from "./spacetimedb-module.mjs";
import { spacetimedbServer } from "./spacetimedb-server.mjs";
import { vitest } from "./vitest.mjs";

await main(async () => {
  const { values } = parseArgs({
    options: { systems: { type: "boolean" }, race: { type: "boolean" }, counts: { type: "string" } },
    strict: true,
  });
  if (process.platform === "win32") throw new BuildError("the tests need a Unix system");
  await prepare();
  if (values.systems) {
    await prepareProgram("redis-server", "redis-server");
    await preparePostgresPrograms();
    await prepareChromium();
    await prepareProgram("prometheus", "prometheus");
    await goTool("influxd");
    await prepareGrafanaData();
    // After what fails at once where something is missing: it takes a quarter of an hour.
    await spacetimedbServer();
    await spacetimedbModule();
  }
  // Without jq the documents' examples of it are left out, which CI does not allow.
  else if (process.env.CI) await prepareProgram("jq", "jq");
  const runs = [
    await goTest({ ...(values.systems ? { tag: "systems" } : {}), ...(values.race ? { race: true } : {}) }),
    await vitest(values.systems ? "systems" : "unit"),
  ];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const run of runs) {
    counts.passed += run.passed;
    counts.failed += run.failed;
    counts.skipped += run.skipped.length;
    for (const name of run.skipped) process.stdout.write(`skipped  ${name}\n`);
  }
  // What CI does not run, nobody runs.
  if (process.env.CI) counts.failed += counts.skipped;
  if (values.counts !== undefined) writeFileSync(values.counts, JSON.stringify(counts));
  if (counts.skipped > 0) process.stdout.write(`${counts.skipped} skipped\n`);
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  return counts.failed === 0 ? 0 : 1;
});

// Runs the TypeScript tests and counts them.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command.mjs";
import { root } from "./places.mjs";

/**
 * @param {string} project A project of vitest.config.ts.
 * @param {string[]} files Only files whose path contains one of these; empty for all.
 * @returns {Promise<import("./go-test.mjs").Counts>}
 */
export async function vitest(project, files = []) {
  const folder = mkdtempSync(join(tmpdir(), "dbmark-vitest-"));
  const report = join(folder, "report.json");
  try {
    const args = [
      "run",
      "--project",
      project,
      "--passWithNoTests",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ];
    const result = await run(
      process.execPath,
      [join(root, "node_modules", "vitest", "vitest.mjs"), ...args, ...files],
      {
        cwd: root,
        // The tests run the command line: everything is prepared already.
        env: { ...process.env, DBMARK_PREPARED: "1" },
      },
    );
    const found = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
    const failed = found.numFailedTests ?? 0;
    return {
      passed: found.numPassedTests ?? 0,
      // A file that cannot be loaded fails without a test.
      failed: failed === 0 && result.code !== 0 ? 1 : failed,
      skipped: (found.numPendingTests ?? 0) + (found.numTodoTests ?? 0),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

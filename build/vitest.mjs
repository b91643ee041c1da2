// Runs the TypeScript tests and counts them.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
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
    /** @type {{ testResults?: { name: string, status: string, assertionResults: { fullName: string, status: string }[] }[] }} */
    const found = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
    /** @type {import("./go-test.mjs").Counts} */
    const counts = { passed: 0, failed: 0, skipped: [] };
    for (const file of found.testResults ?? []) {
      const before = counts.failed;
      for (const test of file.assertionResults) {
        if (test.status === "passed") counts.passed += 1;
        else if (test.status === "failed") counts.failed += 1;
        else counts.skipped.push(`${relative(root, file.name)} ${test.fullName}`);
      }
      // A file that cannot be loaded, or whose preparation fails, fails without a test.
      if (file.status === "failed" && counts.failed === before) counts.failed += 1;
    }
    // So does an error outside of all tests.
    if (result.code !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

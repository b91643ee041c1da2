// npm run check: types, formatting and linters of both languages, and that generated files are what their sources make.

import { join } from "node:path";
import { main, run } from "./command.mjs";
import { changedByGenerating } from "./generated.mjs";
import { goTool } from "./go-tools.mjs";
import { preparePackages } from "./packages.mjs";
import { extension, root } from "./places.mjs";
import { checkNode } from "./toolchain.mjs";

// Programs of the benchmarks. That of xk6-sql is k6 itself: to vet it would mean to build another k6.
const measurer = join(root, "bench", "measure");
const xk6Sql = join(root, "bench", "xk6-sql");
/** What checks manifests for Kubernetes in tests. */
const kubernetes = join(root, "build", "kubernetes");

/** @type {[string, () => Promise<string>][]} A name, and what is wrong ("" for nothing). */
const checks = [
  ["types (tsc)", () => problems("node_modules/.bin/tsc", ["--project", "tsconfig.json", "--pretty"])],
  [
    "TypeScript (biome)",
    () => problems("node_modules/.bin/biome", ["check", "--error-on-warnings", "--colors=off", "."]),
  ],
  [
    "generated files",
    async () => (await changedByGenerating()).map((path) => `${path} is stale: npm run generate`).join("\n"),
  ],
  [
    "Go modules (go mod tidy)",
    () =>
      untidyModules([
        extension,
        ...["tools", "influxdb", "kubernetes"].map((name) => join(root, "build", name)),
        measurer,
        xk6Sql,
      ]),
  ],
  ["Go formatting (gofmt)", unformattedGo],
  ["Go (go vet)", () => problems("go", ["vet", "-tags", "systems", "./..."], extension)],
  ["Go of the benchmarks (go vet)", () => problems("go", ["vet", "./..."], measurer)],
  ["Go of the tests for Kubernetes (go vet)", () => problems("go", ["vet", "./..."], kubernetes)],
  ["Go (staticcheck)", async () => problems(await goTool("staticcheck"), ["-tags", "systems", "./..."], extension)],
];

await main(async () => {
  checkNode();
  await preparePackages();
  let failed = 0;
  for (const [name, check] of checks) {
    const wrong = await check();
    process.stdout.write(wrong === "" ? `ok      ${name}\n` : `FAILED  ${name}\n${wrong}\n`);
    if (wrong !== "") failed += 1;
  }
  return failed === 0 ? 0 : 1;
});

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} [cwd]
 */
async function problems(program, args, cwd = root) {
  const result = await run(program.includes("node_modules") ? join(root, program) : program, args, {
    cwd,
    quiet: true,
  });
  return result.code === 0 ? "" : result.output.trim() || `ended with ${result.code}`;
}

/** @param {string[]} modules Folders of Go modules. */
async function untidyModules(modules) {
  let wrong = "";
  for (const module of modules) wrong += await problems("go", ["mod", "tidy", "-diff"], module);
  return wrong === "" ? "" : `${wrong}\ngo mod tidy does it`;
}

/** gofmt says which files it would change, and ends with 0 all the same. */
async function unformattedGo() {
  const result = await run("gofmt", ["-l", extension, measurer, xk6Sql, kubernetes], { cwd: root, quiet: true });
  if (result.code !== 0) return result.output.trim();
  return result.stdout.trim() === "" ? "" : `not formatted, npm run format does it:\n${result.stdout.trim()}`;
}

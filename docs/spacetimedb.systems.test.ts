// The commands of spacetimedb.md that need a server, run in a short form on a real one, as commands.test.ts runs the others.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestSpacetimedb } from "../e2e/spacetimedb-server.ts";
import { readRun } from "../lib/result/index.ts";
import { workloadOf } from "../modules/index.ts";
import { readDocuments, root } from "./markdown.ts";

const document = readDocuments().find(({ path }) => path === "docs/spacetimedb.md");
const blocks = document?.blocks ?? [];
const here = blocks.filter(({ classification }) => classification?.includes("docs/spacetimedb.systems.test.ts"));
const exampleUrl = "spacetimedb://127.0.0.1:3000/benchmark";

/** Few operations; a short run on a busy machine may be invalid (4) or miss an SLO, which is no broken command. */
const preamble = `
npx() {
  shift
  local code=0
  case "$1" in ab) set -- "$@" --pairs 5 --set OPERATION_COUNT=600 ;; *) set -- "$@" --set OPERATION_COUNT=200 ;; esac
  node ${root}/cli/dbmark.mjs "$@" || code=$?
  [ $code -eq 0 ] || [ $code -eq 4 ] || { echo "ended with $code: $*"; exit 1; }
}
`;

let server: TestSpacetimedb;
let folder: string;
beforeAll(async () => {
  // Nothing is published: the first command does.
  server = await TestSpacetimedb.start({ empty: true });
  folder = mkdtempSync(join(tmpdir(), "dbmark-docs-"));
  for (const name of readdirSync(root)) if (name !== "results") symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, "results"));
  for (const { classification, text } of blocks) {
    const name = /^file: (\S+)$/.exec(classification ?? "")?.[1];
    if (name !== undefined) writeFileSync(join(folder, name), text);
  }
});
afterAll(async () => {
  await server?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe("the commands of spacetimedb.md do what they say", { timeout: 240_000 }, () => {
  it("there are some", () => expect(here.length).toBe(3));

  it.each(here.map(({ line, text }) => [line, text] as const))("line %d", async (_line, text) => {
    const { code, output } = await bash(text.replaceAll(exampleUrl, server.url));
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });

  it("and every run of them balanced its books", () => {
    const names = readdirSync(join(folder, "results"), { recursive: true, encoding: "utf8" });
    const runs = names
      .filter((name) => name.endsWith("run.json"))
      .map((name) => readRun(join(folder, "results", name, "..")).run);
    // Three runs, five pairs, and one of the own executors.
    expect(runs.length).toBe(3 + 10 + 1);
    for (const { books } of runs) {
      expect(books.length).toBeGreaterThan(0);
      for (const { acknowledged, held } of books) expect(held).toBe(acknowledged);
    }
  });
});

it("spacetimedb.md has the operations and calls that run", () => {
  const all = workloadOf("spacetimedb", "spacetimedb", {}).operations;
  for (const { name, kind, check, steps } of all) {
    const row = document?.text.split("\n").find((line) => line.includes(`| \`${name}\` | ${kind} |`));
    expect(row, name).toContain(`\`${steps[0]?.statement}\``);
    expect(row, name).toContain(check);
  }
  for (const SCENARIO of ["batch", "websocketStress"]) {
    for (const { name, kind, check } of workloadOf("spacetimedb", "spacetimedb", { SCENARIO }).operations) {
      expect(document?.text).toMatch(new RegExp(`\\| \`${name}\` \\| ${kind} \\| .* \\| ${check} \\|`));
    }
  }
});

/** Runs a block as a user would. */
async function bash(text: string): Promise<{ code: number | null; output: string }> {
  const file = join(folder, "example.sh");
  writeFileSync(file, `${preamble}${text}`);
  const child = spawn("bash", ["-eu", file], {
    cwd: folder,
    env: {
      ...process.env,
      DBMARK_PREPARED: "1",
      NO_COLOR: "1",
      ...{ SLO_P95: "none", SLO_P99: "none", SLO_ERROR_RATE: "none", ROWS: "100" },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

// Every command of the documents is run in a short form, or says why it is not: the comment before its block is `run`,
// `run with k6` for a script, `run: fails with <code>`, `not run: <reason>`, or `file: <name>` for a file that commands of the
// same document use.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../cli/postgres/embedded-postgres.ts";
import { type Block, readDocuments, root } from "./markdown.ts";

const languages = ["sh", "js", "ts", "json", "yaml"];
const documents = readDocuments();
const fixture = join(root, "lib", "result", "testdata", "2026-11-21T09-40-12Z-oltp-postgres");
const hasJq = spawnSync("jq", ["--version"]).status === 0;

/**
 * Before every script: `npx` without a look at the registry, few rows and operations where the command says nothing of them, and the
 * exit code that is meant; and DuckDB, which is there as a library only. A short run on a busy machine may be invalid (4), which is the truth and no broken command.
 */
const preamble = `
npx() {
  shift
  local short="ROWS=2000 OPERATION_COUNT=200" code=0
  case "$*" in
    *"--profile findmax"*) short="ROWS=2000 STEADY_STATE_DURATION=1s WARMUP_DURATION=0s FINDMAX_TIME_LIMIT=15s SLO_P95=10s SLO_P99=none" ;;
    *TABLE=*) short="OPERATION_COUNT=200" ;;
    *STEADY_STATE_DURATION=*) short="ROWS=2000 WARMUP_DURATION=0s" ;;
    *OPERATION_COUNT=* | *--profile\\ ./*) short="" ;;
  esac
  env $short node ${root}/cli/dbmark.mjs "$@" || code=$?
  [ $code -eq $WANTED ] || { [ $WANTED -eq 0 ] && [ $code -eq 4 ]; } || { echo "ended with $code: $*"; exit 1; }
}
duckdb() { node ${root}/docs/duckdb-under-test.mjs "$@"; }
`;

/** Long examples, shortened. */
const shorter: [RegExp, string][] = [[/ROWS=1000000/g, "ROWS=10000"]];
const exampleUrl = "postgres://user:password@127.0.0.1:5432/database";

let server: EmbeddedPostgres;
let folder: string;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ keep: false });
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query(`
    CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, total numeric(10, 2) NOT NULL, status text NOT NULL);
    INSERT INTO orders SELECT i, 'customer ' || i, i, 'new' FROM generate_series(1, 1000) i;
    CREATE VIEW recent_orders AS SELECT * FROM orders WHERE id > 500;`);
  await client.end();
  // A clone of its own, as far as commands can see, so that results/ is empty.
  folder = mkdtempSync(join(tmpdir(), "dbmark-docs-"));
  for (const name of readdirSync(root)) if (name !== "results") symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, "results"));
  for (const time of ["2026-11-21T12-05-21Z", "2026-11-21T10-46-42Z"]) {
    symlinkSync(fixture, join(folder, "results", `${time}-oltp-postgres`));
  }
});
afterAll(async () => {
  await server?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe("every block says whether it is run", () => {
  it.each(documents.map(({ path, blocks }) => [path, blocks] as const))("in %s", (path, blocks) => {
    for (const { language, classification, line } of blocks) {
      expect(["text", ...languages], `${path}:${line} has a language`).toContain(language);
      if (language === "text") continue;
      expect(classification, `${path}:${line}`).toMatch(
        /^(run|run with k6|run: fails with \d+|not run: .+|file: \S+)$/,
      );
    }
  });
});

describe("the commands do what they say", () => {
  for (const { path, blocks } of documents) {
    for (const block of blocks.filter(({ classification }) => classification?.startsWith("run"))) {
      it.skipIf(/^jq |\bjq -/m.test(block.text) && !hasJq)(`${path}:${block.line}`, { timeout: 120_000 }, async () => {
        for (const { classification, text } of blocks) {
          const name = /^file: (\S+)$/.exec(classification ?? "")?.[1];
          if (name !== undefined) writeFileSync(join(folder, name), text);
        }
        const wanted = Number(/fails with (\d+)/.exec(block.classification ?? "")?.[1] ?? 0);
        const { code, output } = await runBlock(block, wanted);
        expect(code, output).toBe(0);
        expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
        // A digest that a document shows is the one that comes out.
        const after = documents
          .find((document) => document.path === path)
          ?.text.split("\n")
          .slice(block.line + 3, block.line + 8);
        const [, digest] = /digest `([0-9a-f]{16})`/.exec(after?.join("\n") ?? "") ?? [];
        if (digest !== undefined) {
          expect([...output.matchAll(/^Digest +([0-9a-f]{16})/gm)].map(([, found]) => found)).toEqual([digest, digest]);
        }
      });
    }
  }
});

/** Runs a block as a user would, below the preamble. */
async function runBlock(block: Block, wanted: number): Promise<{ code: number | null; output: string }> {
  let text = block.text.replaceAll(exampleUrl, server.url);
  for (const [long, short] of shorter) text = text.replace(long, short);
  const isScript = block.language !== "sh";
  const file = join(folder, isScript ? "example.mjs" : "example.sh");
  writeFileSync(file, isScript ? text : `${preamble}${text}`);
  const [program, args] =
    block.classification === "run with k6"
      ? [join(folder, "bin", "k6"), ["run", "--quiet", file]]
      : isScript
        ? [process.execPath, [file]]
        : ["bash", ["-eu", file]];
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      ...process.env,
      DBMARK_TARGET: server.url,
      DBMARK_PREPARED: "1",
      NO_COLOR: "1",
      // A busy machine misses them; a run that does is no broken command.
      SLO_P95: "none",
      SLO_P99: "none",
      SLO_ERROR_RATE: "none",
      ...(/bin\/k6/.test(text) ? { ROWS: "2000", OPERATION_COUNT: "200" } : {}),
      WANTED: String(wanted),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

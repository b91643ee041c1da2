// docs/errors.md names what the sources have.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exitCodes } from "../../cli/exit-codes.ts";

const read = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
const document = read("docs/errors.md");
const firstCells = [...document.matchAll(/^\| `?(\w+)`? \|/gm)].map(([, cell]) => cell);

it("docs/errors.md has every kind of error, and no other", () => {
  const kinds = [...read("k6-ext/driver/error.go").matchAll(/ErrorKind = "(\w+)"/g)].map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThan(10);
  const documented = firstCells.filter((cell) => /^[a-z_]+$/.test(cell ?? "") && cell !== "kind" && cell !== "code");
  expect(documented.sort()).toEqual(kinds.sort());
});

it("docs/errors.md has every exit code of dbmark", () => {
  for (const code of Object.values(exitCodes)) expect(firstCells).toContain(String(code));
});

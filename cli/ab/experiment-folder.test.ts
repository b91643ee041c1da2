import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { experimentOf, slower } from "../../lib/experiment/experiment-under-test.ts";
import { loadExperiment } from "../../lib/experiment/read-experiment.ts";
import { claimFolder, writeExperiment } from "./experiment-folder.ts";
import { assertUnchanged } from "./resumed.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-claim-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a claim on an experiment's folder", () => {
  const path = () => join(folder, ".process.json");

  it("is refused while another holds it, and given when that gave it back", () => {
    const release = claimFolder(folder);
    const written = readFileSync(path(), "utf8");
    expect(JSON.parse(written)).toMatchObject({ pid: process.pid });
    expect(() => claimFolder(folder)).toThrow(`is being run by process ${process.pid}`);
    expect(readFileSync(path(), "utf8")).toBe(written);
    release();
    claimFolder(folder)();
  });

  it("is taken from a process that is gone, and from a file that was never written whole", () => {
    writeFileSync(path(), '{"pid":999999999,"started":"1"}');
    claimFolder(folder)();
    writeFileSync(path(), "");
    expect(() => claimFolder(folder)).toThrow("is being begun by another process");
    const longAgo = new Date("2026-11-21T10:00:00Z");
    utimesSync(path(), longAgo, longAgo);
    claimFolder(folder)();
  });

  it("says why it cannot be made", () => {
    expect(() => claimFolder(join(folder, "missing"))).toThrow(/cannot be run: .*process\.json cannot be made: ENOENT/);
  });
});

it("an experiment that was written since it was read is not gone on with", () => {
  writeExperiment(folder, experimentOf(slower, { status: "interrupted" }));
  const read = loadExperiment(folder);
  expect(() => assertUnchanged(read)).not.toThrow();
  writeExperiment(folder, experimentOf(slower, { status: "complete" }));
  expect(() => assertUnchanged(read)).toThrow("was written by another process while this one began");
});

// What `dbmark rerun` refuses, each with the reason, before anything is started or made.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunFile } from "../../lib/result/index.ts";
import { dbmark } from "../command-under-test.ts";
import { installationFolder } from "../installation.ts";
import { expectNoStackTrace } from "../run/server-under-test.ts";

const testdata = join(installationFolder, "lib", "result", "testdata", "2026-11-21T09-40-12Z-oltp-postgres");
const text = readFileSync(join(testdata, "run.json"), "utf8");
const secret = "s3cret-w0rd";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The run of the test data with something changed. */
function changed(change: (run: RunFile) => void): string {
  const run: RunFile = JSON.parse(text);
  change(run);
  return JSON.stringify(run);
}

/** Without anything in the environment or at home that could give a password. */
const bare = () => ({ DBMARK_TARGET: "", PGPASSWORD: "", PGPASSFILE: join(folder, "no-such-file") });

async function expectRefused(path: string, message: RegExp, args: string[] = [], environment = {}) {
  const out = join(folder, "out");
  const { code, stdout, stderr } = await dbmark(["rerun", path, "--out", out, ...args], { ...bare(), ...environment });
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain(secret);
  expectNoStackTrace(stderr);
  expect([code, stdout]).toEqual([2, ""]);
  expect(existsSync(out)).toBe(false);
}

describe("refused with exit code 2", () => {
  it.each<[string, string, RegExp]>([
    ["an empty file", "", /is empty: the run that should have written it did not finish/],
    ["a truncated file", text.slice(0, 5000), /is cut off after 5000 characters/],
    ["what is not JSON", "SELECT 1", /is not JSON/],
    [
      "another schema version",
      changed((run) => Object.assign(run, { schemaVersion: 2 })),
      /schemaVersion 2; this dbmark reads version 1.*update/,
    ],
    [
      "a run without its profile's segments",
      changed((run) => Object.assign(run.profile, { segments: 3 })),
      /not as its schema says: profile\.segments must be array/,
    ],
    [
      "a system that is not known",
      changed((run) => Object.assign(run.target, { system: "oracle" })),
      /a run on oracle, which this dbmark does not know; it knows postgres, redis, spacetimedb, noop/,
    ],
    [
      "what several instances made",
      changed((run) => Object.assign(run.topology, { instances: 3 })),
      /was made by 3 instances together; rerun starts one/,
    ],
    [
      "a missing password",
      text,
      /The password of postgres:\/\/bench:xxxxx@127\.0\.0\.1:5432\/bench is not in .* DBMARK_TARGET, or the password in PGPASSWORD/,
    ],
    [
      "a missing password of Redis",
      changed((run) => Object.assign(run.target, { system: "redis", url: "redis://:xxxxx@127.0.0.1:6379/0" })),
      /The password of redis:\/\/:xxxxx@127.*DBMARK_TARGET\n/,
    ],
    [
      "a database that was an experiment's",
      changed((run) => Object.assign(run.target, { url: "postgres://u@db.example/dbmark_ab_0a1b2c3d_run" })),
      /ran in a database that was made for its experiment, and removed with it: postgres:\/\/u@db.*--target/,
    ],
    [
      "writing to a table that dbmark did not make",
      changed((run) => Object.assign(run.workload, { foreignTables: ["orders"] })),
      /insert of .* would write to orders, which dbmark did not make. Allow it again with --allow-writes/,
    ],
  ])("%s", async (_name, content, message) => {
    const path = join(folder, "given.json");
    writeFileSync(path, content);
    await expectRefused(path, message);
  });

  it("nothing, a folder without a run, and a run that did not finish", async () => {
    await expectRefused(join(folder, "nowhere"), /nowhere does not exist/);
    mkdirSync(join(folder, "empty"));
    await expectRefused(join(folder, "empty"), /is not a run folder: it has no run\.json/);
    const unfinished = join(folder, "unfinished");
    cpSync(testdata, unfinished, { recursive: true });
    rmSync(join(unfinished, "run.json"));
    await expectRefused(unfinished, /holds a run that did not finish/);
  });

  it("an experiment, with where its runs are", async () => {
    const experiment = join(folder, "experiment");
    mkdirSync(experiment);
    writeFileSync(join(experiment, "ab.json"), "{}");
    await expectRefused(experiment, /is an experiment, and one run is expected.*experiment\/runs/);
  });

  it("a target of another system, without its password", async () => {
    const target = `redis://:${secret}@127.0.0.1:6379/0`;
    const message =
      /redis:\/\/:xxxxx@127.*is a target of the system redis, and the workload of .* is made for postgres/;
    await expectRefused(testdata, message, ["--target", target]);
    await expectRefused(testdata, message, [], { DBMARK_TARGET: target });
    await expectRefused(testdata, /The target nowhere is not a URL/, ["--target", "nowhere"]);
  });
});

it("takes a password from where programs for PostgreSQL look for one", async () => {
  // Nobody listens on this port: that it is asked shows that the password was not missed.
  const path = join(folder, "elsewhere.json");
  writeFileSync(
    path,
    changed((run) => Object.assign(run.target, { url: "postgres://bench:xxxxx@127.0.0.1:1/bench" })),
  );
  const { code, stderr } = await dbmark(["rerun", path, "--out", join(folder, "runs")], {
    ...bare(),
    PGPASSWORD: secret,
  });
  expect(code, stderr).toBe(3);
  expect(stderr).toMatch(/127\.0\.0\.1:1/);
  expect(stderr).not.toContain(secret);
});

it("--inspect prints the statements of the file, and runs nothing", async () => {
  // By its name, where its path is not given.
  const args = ["rerun", `${basename(testdata)}-b`, "--results", dirname(testdata), "--inspect"];
  const { code, stdout, stderr } = await dbmark(args, bare());
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("INSERT INTO dbmark.oltp (id) VALUES ($1)");
  expect(stdout).toContain("CREATE TABLE dbmark.oltp");
});

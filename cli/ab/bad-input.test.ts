import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../command-under-test.ts";

const secret = "s3cret-w0rd";
const target = `postgres://u:${secret}@127.0.0.1:1/db`;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-test-"));
  const file = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content);
  file("good.sql", "SELECT 1");
  file("empty.sql", " \n");
  file("latin1.sql", Buffer.from([0x2d, 0x2d, 0xe4]));
  file("psql.sql", "SELECT 1;\n\\echo hello\n");
  mkdirSync(join(folder, "out"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `dbmark ab` where IN is the folder of the files. */
function ab(args: string[], environment: Record<string, string> = {}) {
  const given = args.map((text) => text.replace("IN/", `${folder}/`));
  return dbmark(["ab", ...given], { DBMARK_TARGET: "", ...environment });
}

const max = ["oltp", "--profile", "max"];
const differ = ["--b", "DEPTH=2"];

describe("refused before anything is made, with exit code 2", () => {
  it.each<[string, string[], RegExp, Record<string, string>?]>([
    ["no suite", differ, /No suite is given for A\. Give it first, as in dbmark ab oltp/],
    ["an unknown suite", ["oltpp", ...differ], /no suite oltpp\. Did you mean oltp\?/],
    ["neither --a nor --b", max, /Neither --a nor --b is given, .* --a SEED=1 --b SEED=1/],
    ["a key that does not exist", [...max, "--b", "profil=max"], /--b profil is not known\. Did you mean profile\?/],
    ["a key without a value", [...max, "--b", "DEPTH"], /--b DEPTH is not accepted; expected is KEY=VALUE/],
    ["a URL for a key", [...max, "--b", target], /--b with a URL alone is not accepted; .*--b target=/],
    ["a variable of another suite", [...max, "--b", "SCALE=2"], /The suite oltp has no variable SCALE/],
    [
      "a variable's wrong value",
      [...max, "--b", "DEPTH=none"],
      /DEPTH=none is not accepted; expected is a whole number/,
    ],
    ["a target that is no URL", [...max, "--b", `target=u:${secret}@h`], /The target u:xxxxx@h is not a URL/],
    ["a system without the suite", [...max, "--b", "target=redis://h"], /The suite oltp does not run on redis/],
    [
      "a target twice",
      [...max, "--a", "target=postgres://h/d"],
      /--a target= and DBMARK_TARGET_A are both given/,
      { DBMARK_TARGET_A: target },
    ],
    ["four pairs", [...max, ...differ, "--pairs", "4"], /--pairs 4 is not accepted; .*Fewer than 5 pairs/],
    [
      "101 pairs",
      [...max, ...differ, "--pairs", "101"],
      /--pairs 101 is not accepted; expected is a whole number from 5 to 100/,
    ],
    ["a minimum effect that is none", [...max, ...differ, "--min-effect", "big"], /--min-effect big is not accepted/],
    ["an alpha beyond reason", [...max, ...differ, "--alpha", "0.5"], /--alpha 0\.5 is not accepted/],
    ["a pause without a unit", [...max, ...differ, "--pause", "5"], /--pause 5 is not accepted/],
    ["a metric that does not exist", [...max, ...differ, "--primary", "p99"], /There is no metric p99/],
    [
      "three primary metrics",
      [...max, ...differ, ...["throughput", "response-p50", "response-p95"].flatMap((name) => ["--primary", name])],
      /3 primary metrics are given .* at most 2/,
    ],
    [
      "an operation that neither runs",
      [...max, ...differ, "--primary", "delete:response-p95"],
      /names the operation delete, which is not run by both variants/,
    ],
    [
      "throughput of an open loop",
      ["oltp", "--profile", "tps1000", ...differ, "--primary", "throughput"],
      /open loop, whose throughput is given/,
    ],
    [
      "a plan with too few operations for its percentile",
      ["oltp", "--profile", "tps100", "--set", "STEADY_STATE_DURATION=10s", ...differ],
      /needs 10,000 operations in the measured phase .* plans 1,000 .*STEADY_STATE_DURATION=100s/,
    ],
    [
      "different suites by accident",
      ["oltp", "--b", "suite=ycsb"],
      /variants have different suites\. .*give suite= in both/,
    ],
    [
      "a setting of a server of the user's",
      [...max, "--b", "server.jit=off", "--target", target],
      /server\.jit is for the embedded PostgreSQL/,
    ],
    [
      "a setting that PostgreSQL does not have",
      [...max, "--b", "server.sharedbuffers=1GB"],
      /no such setting\. Did you mean shared_buffers\?/,
    ],
    [
      "a setting that dbmark decides",
      [...max, "--b", "server.port=5433"],
      /--b server\.port is decided by dbmark itself/,
    ],
    ["SQL that is not there", [...max, "--b", "sql=IN/none.sql"], /none\.sql cannot be read: there is no such file/],
    ["SQL that is a folder", [...max, "--a", "sql=IN/out"], /--a sql=.*out cannot be read: it is a folder/],
    ["SQL that is empty", [...max, "--b", "sql=IN/empty.sql"], /empty\.sql is empty/],
    ["SQL that is no text", [...max, "--b", "sql=IN/latin1.sql"], /latin1\.sql is no text in UTF-8/],
    ["SQL with psql's commands", [...max, "--b", "sql=IN/psql.sql"], /has the command \\echo, which is one of psql's/],
    [
      "SQL for another system",
      ["ycsb", "--profile", "max", "--target", "redis://h", "--b", "sql=IN/good.sql"],
      /is for PostgreSQL, and the target is redis/,
    ],
    [
      "a JUnit file in no folder",
      [...max, ...differ, "--junit", "IN/none/x.xml"],
      /--junit .* cannot be written: there is no folder/,
    ],
    ["a Markdown file that is a folder", [...max, ...differ, "--markdown", "IN/out"], /--markdown .*out is a folder/],
    ["k6's own --vus", [...max, ...differ, "--vus", "3"], /--vus is an option of k6/],
  ])("%s", async (_, args, message, environment) => {
    const { code, stdout, stderr } = await ab([...args, "--out", "IN/out"], environment);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr + stdout).not.toContain(secret);
    expect(readdirSync(join(folder, "out"))).toEqual([]);
  });
});

it("a target that does not answer is exit code 3, and nothing is made", async () => {
  const { code, stderr } = await ab([...max, ...differ, "--out", "IN/out"], { DBMARK_TARGET: target });
  expect(stderr).toMatch(/postgres:\/\/u:xxxxx@127\.0\.0\.1:1\/db cannot be reached/);
  expect(code).toBe(3);
  expect(stderr).not.toContain(secret);
  expect(readdirSync(join(folder, "out"))).toEqual([]);
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "./command-under-test.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-test-"));
  writeFileSync(join(folder, "a-file"), "");
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "empty.json"), "[]");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secret = "s3cret-w0rd";

describe("refused before anything starts, with exit code 2", () => {
  it.each<[string, string[], RegExp]>([
    ["an unknown command", ["frobnicate"], /unknown command 'frobnicate'/],
    ["an unknown option", ["run", "oltp", "--bogus"], /unknown option '--bogus'/],
    ["k6's own --vus", ["run", "oltp", "--vus", "3"], /--vus is an option of k6.* Give --set LOAD_WORKERS=/],
    ["k6's own --duration", ["run", "oltp", "--duration", "3s"], /--duration is .*STEADY_STATE_DURATION=/],
    ["k6's own --iterations", ["run", "oltp", "--iterations=3"], /--iterations is .*OPERATION_COUNT=/],
    ["k6's own --stage", ["run", "oltp", "--stage", "3s:2"], /--stage is .*profile of your own/],
    ["no suite", ["run"], /missing required argument 'suite'/],
    ["a URL for a suite", ["run", `postgres://u:${secret}@h/db`], /postgres:\/\/u:xxxxx@h\/db is a URL, .*--target/],
    ["a URL beside the suite", ["run", "oltp", `postgres://u:${secret}@h/db`], /too many arguments/],
    ["a URL for a command", [`postgres://u:${secret}@h/db`], /unknown command 'postgres:\/\/u:xxxxx@h/],
    [
      "a URL for a profile",
      ["run", "oltp", "--profile", `postgres://u:${secret}@h/db`],
      /is a URL; expected is the name/,
    ],
    ["a URL for a variable", ["run", "oltp", "--set", `postgres://u:${secret}@h/db`], /u:xxxxx@h\/db is not accepted/],
    ["an unknown suite", ["run", "oltpp"], /no suite oltpp\. Did you mean oltp\?/],
    ["an unknown profile", ["run", "oltp", "--profile", "tps50"], /no load profile tps50\. Did you mean tps500\?/],
    ["a profile file that is not there", ["run", "oltp", "--profile", "./none.json"], /no profile file .*none\.json/],
    ["a profile file that does not parse", ["run", "oltp", "--profile", "BROKEN"], /broken\.json cannot be read/],
    ["a profile file without a profile", ["run", "oltp", "--profile", "EMPTY"], /empty\.json holds no profile/],
    [
      "an unknown variable",
      ["run", "oltp", "--set", "ROW=1"],
      /The suite oltp has no variable ROW\. Did you mean ROWS\?/,
    ],
    [
      "a variable without a value",
      ["run", "oltp", "--set", "ROWS"],
      /--set ROWS is not accepted; expected is KEY=VALUE/,
    ],
    [
      "a variable given twice",
      ["run", "oltp", "--profile", "smoke", "--set", "LOAD_PROFILE=max"],
      /LOAD_PROFILE is given twice/,
    ],
    ["a variable of the harness", ["run", "oltp", "--set", "DBMARK_TARGET=x"], /DBMARK_TARGET is set by dbmark itself/],
    [
      "a number that is none",
      ["run", "oltp", "--set", "ROWS=ten"],
      /ROWS=ten is not accepted; expected is a whole number/,
    ],
    [
      "a duration without a unit",
      ["run", "oltp", "--set", "WARMUP_DURATION=10"],
      /WARMUP_DURATION=10 .* a number with a unit/,
    ],
    ["an unknown operation", ["run", "oltp", "--set", "OPERATIONS=selekt=1"], /selekt/],
    [
      "a weight that is no number",
      ["run", "oltp", "--set", "OPERATIONS=select=x"],
      /the weight "x" of select is not a number/,
    ],
    ["a negative weight", ["run", "oltp", "--set", "OPERATIONS=select=-1"], /the weight -1 of select is negative/],
    ["weights that sum to zero", ["run", "oltp", "--set", "OPERATIONS=select=0"], /all weights are zero/],
    [
      "an unknown mix",
      ["run", "oltp", "--set", "MIX=reed-heavy"],
      /MIX=reed-heavy is not accepted; expected is read-heavy/,
    ],
    [
      "no number of instances",
      ["run", "oltp", "--instances", "some"],
      /--instances some is not accepted; expected is a whole/,
    ],
    [
      "no instances",
      ["run", "oltp", "--instances", "0"],
      /--instances 0 is not accepted; expected is .* from 1 to 256/,
    ],
    [
      "more instances than workers",
      ["run", "oltp", "--profile", "smoke", "--instances", "2"],
      /--instances 2 is more than the 1 worker of the load profile smoke: .* Give fewer instances, or raise LOAD_WORKERS/,
    ],
    [
      "more instances than workers where a profile has the fewest",
      ["run", "oltp", "--profile", "burst", "--instances", "21"],
      /--instances 21 is more than the 20 workers of the load profile burst where it has the fewest/,
    ],
    [
      "more instances than connections",
      ["run", "oltp", "--set", "CONNECTIONS=3", "--instances", "4"],
      /--instances 4 is more than CONNECTIONS=3: each instance needs a connection of its own/,
    ],
    [
      "more instances than operations",
      ["run", "oltp", "--set", "OPERATION_COUNT=3", "--instances", "4"],
      /--instances 4 is more than OPERATION_COUNT=3: each instance needs an operation/,
    ],
    [
      "iterations that instances cannot share",
      [
        "run",
        "oltp",
        "--set=OPERATION_COUNT=99",
        "--set=OPERATIONS_PER_ITERATION=9",
        "--set=LOAD_WORKERS=6",
        "--instances=4",
      ],
      /--instances 4 cannot share the 6 workers equally, .* Set LOAD_WORKERS to a multiple of 4/,
    ],
    [
      "a search for the highest rate by instances",
      ["run", "oltp", "--profile", "findmax", "--instances", "2"],
      /--instances 2 cannot be given with the load profile findmax: each of its steps depends on what all of the load/,
    ],
    [
      "one file for the samples of all instances",
      ["run", "oltp", "--instances", "2", "--k6-out", "json=samples.json"],
      /--k6-out json=samples\.json cannot be given with --instances: every instance would write it/,
    ],
    ["an unknown metrics mode", ["run", "oltp", "--metrics", "all"], /operations, windows/],
    [
      "an unknown system",
      ["run", "oltp", "--target", `mysql://u:${secret}@h/db`],
      /does not run on mysql; it runs on postgres/,
    ],
    ["an empty target", ["run", "oltp", "--target", ""], /The target is empty\. Expected is a URL such as postgres:/],
    [
      "a target without a host",
      ["run", "oltp", "--target", `postgres://u:${secret}`],
      /postgres:\/\/u:xxxxx cannot be read/,
    ],
    ["a target without a scheme's slashes", ["run", "oltp", "--target", `postgres:u:${secret}@h`], /is not a URL/],
    ["a target that is no URL", ["run", "oltp", "--target", `u:${secret}@h`], /The target u:xxxxx@h is not a URL/],
    [
      "a URL that does not parse",
      ["run", "oltp", "--target", `postgres://u:${secret}@[:x/db`],
      /cannot be read as a URL/,
    ],
    [
      "--keep with a target",
      ["run", "oltp", "--keep", "--target", "noop://local"],
      /--keep is for the embedded PostgreSQL/,
    ],
    ["results into a file", ["run", "oltp", "--out", "FILE"], /it is a file/],
    ["results below a file", ["run", "oltp", "--out", "FILE/results"], /part of the path is a file/],
    ["results where no folder can be made", ["run", "oltp", "--out", "/proc/results"], /cannot be made/],
    ["an unknown topic to list", ["list", "colours"], /suites, profiles, systems, variables/],
    ["an unknown workload of YCSB", ["run", "ycsb", "--set", "WORKLOAD=G"], /WORKLOAD=G .* A, B, C, D, E, F/],
    ["rows without fields", ["run", "ycsb", "--set", "FIELD_COUNT=0"], /FIELD_COUNT=0 .* from 1 to 1000/],
    [
      "a system on which the suite does not run",
      ["run", "ycsb", "--target", "noop://local"],
      /ycsb does not run on noop; it runs on postgres, redis/,
    ],
    ["an unknown suite to inspect", ["inspect", "oltpp"], /no suite oltpp/],
    [
      "a table to inspect without a target",
      ["inspect", "oltp", "--set", "TABLE=orders"],
      /The workload on orders needs a --target/,
    ],
    [
      "pgbench's tables to inspect without a target",
      ["inspect", "tpcb", "--set", "DATA=existing"],
      /on pgbench_accounts needs a --target/,
    ],
    [
      "a scale for tables that have theirs",
      ["run", "tpcb", "--set", "DATA=existing", "--set", "SCALE=2"],
      /SCALE and DATA=existing are both set/,
    ],
    ["a variable of another suite", ["run", "tpcb", "--set", "ROWS=10"], /The suite tpcb has no variable ROWS/],
  ])("%s", async (_, args, message) => {
    const places: Record<string, string> = { FILE: "a-file", BROKEN: "broken.json", EMPTY: "empty.json" };
    const given = args.map((arg) => arg.replace(/^(FILE|BROKEN|EMPTY)\b/, (word) => join(folder, places[word] ?? "")));
    const { code, stdout, stderr } = await dbmark(given);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain(secret);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("without running anything", () => {
  it("--version prints the version, --help the commands", async () => {
    expect((await dbmark(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await dbmark(["--help"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/run[\s\S]*list[\s\S]*inspect/);
  });

  it("list shows suites, profiles and systems, for people and for programs", async () => {
    expect((await dbmark(["list"])).stdout).toMatch(/oltp[\s\S]*tps500[\s\S]*postgres/);
    const profiles: { name: string }[] = JSON.parse((await dbmark(["list", "profiles", "--format", "json"])).stdout);
    expect(profiles.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["smoke", "tps100", "tps200", "tps500", "tps1000", "tps2000", "tps5000", "max"]),
    );
  });

  it("inspect prints the final statements of the four operations", async () => {
    const { code, stdout } = await dbmark(["inspect", "oltp", "--set", "ROWS=1000"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /select[\s\S]*SELECT [\s\S]*range[\s\S]*insert[\s\S]*INSERT INTO [\s\S]*update[\s\S]*UPDATE /,
    );
    expect(stdout).toContain("1,000 rows");
  });
});

// dbmark run spacetimedb as a user types it: on a server that has nothing yet, and on what is no such server.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestRedis } from "../../e2e/redis.ts";
import { built, TestSpacetimedb } from "../../e2e/spacetimedb-server.ts";
import { readRun } from "../../lib/result/index.ts";
import { type Ended, endWhatIsLeft, startDbmark } from "../command-under-test.ts";
import { argumentsOf, familyOf } from "../run/processes-under-test.ts";

let server: TestSpacetimedb;
let redis: TestRedis;
beforeAll(async () => {
  server = await TestSpacetimedb.start({ empty: true });
  redis = await TestRedis.start();
}, 1_800_000);
afterAll(async () => {
  await redis?.stop();
  await server?.stop();
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-test-"));
});
afterEach(() => {
  endWhatIsLeft();
  rmSync(folder, { recursive: true, force: true });
});

const short = { LOAD_PROFILE: "smoke", STEADY_STATE_DURATION: "1s", WARMUP_DURATION: "0s", ROWS: "10" };

function starting(environment: Record<string, string>, args: string[] = []) {
  return startDbmark(["run", "spacetimedb", "--out", join(folder, "results"), ...args], {
    XDG_CACHE_HOME: join(folder, "cache"),
    DBMARK_SPACETIMEDB_MODULE: built("module"),
    ...short,
    ...environment,
  });
}

function run(environment: Record<string, string>, args: string[] = []): Promise<Ended> {
  return starting(environment, args).ended;
}

function runs(): string[] {
  const results = join(folder, "results");
  return existsSync(results) ? readdirSync(results).map((name) => join(results, name)) : [];
}

describe("on a server that has nothing yet", () => {
  it("the module is published, once, and the next run uses what is there", { timeout: 120_000 }, async () => {
    const target = { DBMARK_TARGET: `spacetimedb://${server.host}/new` };
    const first = await run(target);
    expect([0, 4], first.stderr).toContain(first.code);
    expect(first.stderr).toMatch(/Publishing the module as database new on .* …\nIts owner is a fresh identity/);
    const second = await run(target);
    expect([0, 4], second.stderr).toContain(second.code);
    expect(second.stderr).not.toContain("Publishing");
    for (const path of runs()) {
      const { books } = readRun(path).run;
      expect(books.length).toBeGreaterThan(0);
      expect(books.every(({ balanced }) => balanced)).toBe(true);
    }
  });

  it("two runs at once take turns, because each removes all rows first", { timeout: 120_000 }, async () => {
    const target = { DBMARK_TARGET: `spacetimedb://${server.host}/turns`, SCENARIO: "mixed" };
    const first = starting({ ...target, STEADY_STATE_DURATION: "100s" });
    await first.prints("Running:");
    const second = starting({ ...target, USE_WEBSOCKET: "false" });
    await second.prints("another run of dbmark uses the same data");
    first.child.kill("SIGINT");
    expect((await first.ended).code).toBe(130);
    const { code, stderr } = await second.ended;
    expect([0, 1, 4], stderr).toContain(code);
    expect(runs()).toHaveLength(2);
    for (const { books, totals } of runs().map((path) => readRun(path).run)) {
      expect(books).toMatchObject([{ operation: "create-user", balanced: true }]);
      // Without turns, the first would find no users to read when the second began.
      expect(totals.measure.all).toMatchObject({ failed: 0 });
    }
  });

  it("variables name it where no target is given, and the token is seen nowhere", { timeout: 120_000 }, async () => {
    const token = await server.identity();
    const secret = token.split(".").at(-1) ?? "";
    expect(secret.length).toBeGreaterThan(20);
    const running = starting({
      ...{ SPACETIME_HOST: "127.0.0.1", SPACETIME_PORT: String(server.port), SPACETIME_DATABASE: "named" },
      ...{ SPACETIME_TOKEN: token, STEADY_STATE_DURATION: "2s" },
    });
    await running.prints(/^Running: /m);
    const family = familyOf(running.child.pid ?? 0);
    expect(family.length).toBeGreaterThan(1);
    for (const pid of family) expect(argumentsOf(pid)).not.toContain(secret);
    const { code, stdout, stderr } = await running.ended;
    expect([0, 4], stderr).toContain(code);
    expect(stderr).toContain(`Publishing the module as database named on ${server.host} …`);
    expect(stdout + stderr).not.toContain(secret);
    const [path = ""] = runs();
    for (const file of readdirSync(path)) expect(readFileSync(join(path, file), "utf8"), file).not.toContain(secret);
    expect(readRun(path).run.target.url).toContain(`@${server.host}/named`);
  });

  it("several instances find it published", { timeout: 120_000 }, async () => {
    const { code, stderr } = await run(
      { DBMARK_TARGET: `spacetimedb://${server.host}/shared`, LOAD_PROFILE: "tps100" },
      ["--instances", "2"],
    );
    expect([0, 4], stderr).toContain(code);
    expect(stderr.match(/Publishing the module/g)).toHaveLength(1);
  });
});

describe("what is in the way is one sentence, and no run folder is made", () => {
  const at = (path: string, scheme = "spacetimedb") => ({ DBMARK_TARGET: `${scheme}://${server.host}/${path}` });
  it.each<[string, number, () => Record<string, string>, RegExp]>([
    [
      "no server, where none is named",
      3,
      () => ({ SPACETIME_PORT: "1" }),
      /nothing listens on localhost:1\. Start SpacetimeDB there \(npm run spacetimedb builds and starts one/,
    ],
    ["a Redis", 3, () => ({ DBMARK_TARGET: `${redis.url.replace("redis", "spacetimedb")}/x` }), /is not SpacetimeDB/],
    ["TLS to a port without it", 3, () => at("x", "spacetimedbs"), /does not speak TLS/],
    ["a bad token", 2, () => ({ ...at("x"), SPACETIME_TOKEN: "Gehe1m" }), /does not accept the token/],
    ["a database's name that is none", 2, () => at("Bench_Mark"), /does not accept the database name "Bench_Mark"/],
    ["a scenario that is none", 2, () => ({ ...at("x"), SCENARIO: "counters" }), /SCENARIO=counters is not accepted/],
    ["a weight below 0", 2, () => ({ ...at("x"), COUNTER_WEIGHT: "-1" }), /COUNTER_WEIGHT=-1 is not accepted/],
    [
      "no weight at all",
      2,
      () => ({ ...at("x"), COUNTER_WEIGHT: "0", MESSAGE_WEIGHT: "0", MIXED_WEIGHT: "0" }),
      /COUNTER_WEIGHT, MESSAGE_WEIGHT and MIXED_WEIGHT are all 0/,
    ],
  ])("%s", async (_, code, environment, says) => {
    const ended = await run(environment());
    expect(ended.stderr).toMatch(says);
    expect(ended.code).toBe(code);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    expect(ended.stdout + ended.stderr).not.toMatch(/Gehe1m|^\s+at /m);
    expect(runs()).toEqual([]);
    const answer = await fetch(`http://${server.host}/v1/database/x/schema?version=9`);
    expect(answer.status).toBe(404);
  });

  it("a module that cannot be built, which says what is missing", async () => {
    const ended = await run({ ...at("x"), DBMARK_SPACETIMEDB_MODULE: "/nowhere.wasm" });
    expect(ended.stderr).toMatch(
      /The module cannot be published, because it cannot be built: DBMARK_SPACETIMEDB_MODULE is \/nowhere\.wasm, which is not there/,
    );
    expect(ended.code).toBe(2);
    expect(runs()).toEqual([]);
  });
});

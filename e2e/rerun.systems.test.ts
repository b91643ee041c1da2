// A run on a real Redis again, from its file alone: commands instead of statements, and no password that has to be found.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dbmark } from "../cli/command-under-test.ts";
import { readRun } from "../lib/result/index.ts";
import { TestRedis } from "./redis.ts";
import { unjudged } from "./server.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await TestRedis.start();
});
afterAll(() => server?.stop());

it.each(["A", "E"])("workload %s of YCSB asks for the same", async (WORKLOAD) => {
  const first = await server.dbmark(
    { ...unjudged, WORKLOAD, LOAD_PROFILE: "smoke", OPERATION_COUNT: "2000", ROWS: "1000", DEPTH: "4" },
    [],
    "ycsb",
  );
  const original = first.result();
  const out = server.folder();
  const [name = ""] = readdirSync(first.out);
  const { stdout, stderr } = await dbmark(["rerun", join(first.out, name), "--out", out], { DBMARK_TARGET: "" });
  const again = readRun(join(out, readdirSync(out)[0] ?? "")).run;
  expect(again.digest, stderr).toEqual(original.digest);
  expect(again.digest?.comparable).toBe(true);
  expect(again.target.url).toBe(server.url);
  expect(again.workload).toEqual(original.workload);
  expect(stdout).toContain(`the same, ${original.digest?.value}`);
});

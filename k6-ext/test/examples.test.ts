// The examples do what they say, in the real k6.

import { expect, it } from "vitest";
import { startEmbeddedPostgres } from "../../cli/postgres/embedded-postgres.ts";
import { runExample } from "./examples.ts";

it("smoke.ts passes without any server", async () => {
  const { code, output } = await runExample("smoke.ts");
  expect(code, output).toBe(0);
});

it("run.ts sends its 500 operations a second, and leaves a valid result", async () => {
  const { code, output, runs } = await runExample("run.ts");
  expect(code, output).toBe(0);
  expect(runs).toHaveLength(1);
  const { all } = runs[0]?.totals.measure ?? {};
  expect(all?.operations).toBe(1500);
  expect(runs[0]?.digest?.comparable).toBe(true);
  expect(output).toMatch(/500\.0 operations\/s/);
});

it("query.ts and run.ts work on a real PostgreSQL", async () => {
  const server = await startEmbeddedPostgres({ keep: false });
  try {
    const query = await runExample("query.ts", server.url);
    expect(query.code, query.output).toBe(0);
    expect(query.output).toContain("100 accounts");
    expect(query.output).not.toContain("✗");
    const { code, output, runs } = await runExample("run.ts", server.url);
    expect(code, output).toBe(0);
    expect(runs[0]?.target.server?.product).toBe("PostgreSQL");
    expect(runs[0]?.totals.measure.all.failed).toBe(0);
  } finally {
    await server.stop();
  }
});

it("an example tells in one line that nothing listens, without a stack trace", async () => {
  const { code, output, runs } = await runExample("run.ts", "postgres://user:se%63ret@127.0.0.1:1/database");
  expect(code).toBe(108);
  expect(output).toContain("nothing listens on 127.0.0.1:1");
  expect(output).not.toMatch(/se%63ret|secret|\bat .*\.ts:/);
  expect(runs).toEqual([]);
});

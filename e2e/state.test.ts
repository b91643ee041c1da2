// The data set: loaded once, recognised and reused, brought back to its first state, and never used by two runs at once.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { operationOf, short, TestServer } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const smoke = { ...short, LOAD_PROFILE: "smoke" };
const readOnly = { ...smoke, MIX: "read-only" };
const above = "SELECT count(*) FROM dbmark_oltp WHERE id > 2000";
const content = () => server.content("dbmark_oltp");

describe("state", () => {
  let first: string;
  beforeAll(async () => {
    expect((await server.k6(readOnly)).code).toBe(0);
    first = await content();
  });

  it("after a run with inserts the table holds exactly the acknowledged ones, which the next run removes", async () => {
    const run = await server.k6({ ...smoke, MIX: "write-heavy", LOAD_WORKERS: "4" });
    expect(run.code, run.stderr).toBe(0);
    const inserted = operationOf(run.result(), "insert").succeeded;
    expect(inserted).toBeGreaterThan(0);
    expect(await server.number(above)).toBe(inserted);
    expect(run.result().books).toEqual([
      { operation: "insert", acknowledged: inserted, unknown: 0, held: inserted, balanced: true },
    ]);
    expect((await server.k6(readOnly)).code).toBe(0);
    expect(await server.number(above)).toBe(0);
    expect(await content()).toBe(first);
  });

  it("rows that only inserts added are removed without loading again", async () => {
    await server.k6({ ...smoke, OPERATIONS: "insert" });
    expect(await server.number(above)).toBeGreaterThan(0);
    const run = await server.k6(readOnly);
    expect(run.result().load).toMatchObject({ reused: true, rows: 2000 });
    expect(await content()).toBe(first);
  });

  it("what updates changed is brought back, row for row", async () => {
    const run = await server.k6({ ...smoke, OPERATIONS: "update" });
    expect(run.result().totals.measure.all.rowsWritten).toBeGreaterThan(0);
    expect(await content()).not.toBe(first);
    const next = await server.k6(readOnly);
    expect(next.result().load).toMatchObject({ reused: false, reason: expect.stringContaining("changed") });
    expect(await content()).toBe(first);
  });

  it("a run that was killed leaves nothing that the next one measures", async () => {
    const killed = server.startK6({ ...smoke, MIX: "write-heavy", STEADY_STATE_DURATION: "30s" });
    await killed.began();
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect((await server.k6(readOnly)).code).toBe(0);
    expect(await content()).toBe(first);
  });
});

describe("the load phase", () => {
  const load = async (variables: Record<string, string> = {}) => {
    const run = await server.k6({ ...readOnly, ...variables });
    expect(run.code, run.stderr).toBe(0);
    return run.result().load;
  };
  beforeEach(async () => {
    await load();
  });

  it("reuses what is there", async () => {
    expect(await load()).toMatchObject({ reused: true, rows: 2000, seconds: null });
  });

  it("loads again where that is asked for, by the same rows", async () => {
    const before = await content();
    expect(await load({ DBMARK_RELOAD: "1" })).toMatchObject({ reused: false, reason: "reload was asked for" });
    expect(await content()).toBe(before);
  });

  it("loads with several connections the same rows as with one", async () => {
    const rows = { ROWS: "30000", DBMARK_RELOAD: "1" };
    expect(await load({ ...rows, LOAD_CONNECTIONS: "1" })).toMatchObject({ connections: 1 });
    const before = await content();
    expect(await load({ ...rows, LOAD_CONNECTIONS: "4" })).toMatchObject({ connections: 4 });
    expect(await content()).toBe(before);
  });

  it.each<[string, Record<string, string>]>([
    ["rows", { ROWS: "3000" }],
    ["seed", { SEED: "7" }],
  ])("loads again for another number of %s", async (_name, variables) => {
    const before = await content();
    expect(await load(variables)).toMatchObject({ reused: false });
    expect(await server.number("SELECT count(*) FROM dbmark_oltp")).toBe(Number(variables.ROWS ?? 2000));
    expect(await content()).not.toBe(before);
    expect(await load()).toMatchObject({ reused: false });
    expect(await content()).toBe(before);
  });

  it("notices rows that somebody removed, and a table that is gone", async () => {
    const before = await content();
    await server.query("DELETE FROM dbmark_oltp WHERE id = 17");
    expect(await load()).toMatchObject({ reused: false });
    await server.query("DROP TABLE dbmark_oltp");
    expect(await load()).toMatchObject({ reused: false });
    expect(await content()).toBe(before);
  });

  it("starts over cleanly after Ctrl-C", async () => {
    const variables = { ...readOnly, ROWS: "2000000" };
    const interrupted = server.startK6(variables);
    // Not quite empty any more, and far from full.
    for (let rows = 0; rows < 1; await wait(20)) {
      rows = await server.number("SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 1000");
    }
    const pressed = performance.now();
    interrupted.child.kill("SIGINT");
    const { code } = await interrupted.ended;
    expect(performance.now() - pressed).toBeLessThan(5000);
    expect(code).not.toBe(0);
    expect(await load()).toMatchObject({ reused: false });
    expect(await server.number("SELECT count(*) FROM dbmark_oltp")).toBe(2000);
  });

  it("keeps a table of that name that dbmark did not make", async () => {
    await server.query("DELETE FROM dbmark_manifest; TRUNCATE dbmark_oltp");
    const run = await server.k6(readOnly);
    expect(run.code).toBe(108);
    expect(run.stderr).toMatch(/dbmark_oltp is there already, and dbmark did not make it/);
    await server.query("DROP TABLE dbmark_oltp");
  });
});

it("two runs at once take turns: neither loses its data to the other", async () => {
  await server.k6(readOnly);
  const before = await content();
  const variables = { ...smoke, MIX: "write-heavy", STEADY_STATE_DURATION: "2s", ROWS: "2000" };
  const runs = await Promise.all([server.k6(variables), server.k6(variables)]);
  for (const run of runs) {
    expect(run.code, run.stderr).toBe(0);
    expect(run.result().totals.measure.all.errors).toEqual({});
    expect(run.result().books).toMatchObject([{ balanced: true }]);
  }
  const [one, other] = runs.map((run) => run.result());
  const apart =
    Date.parse(one?.finishedAt ?? "") <= Date.parse(other?.startedAt ?? "") ||
    Date.parse(other?.finishedAt ?? "") <= Date.parse(one?.startedAt ?? "");
  expect(apart).toBe(true);
  expect(runs.map(({ stderr }) => stderr).join()).toContain("waiting: another run of dbmark uses the data set oltp");
  await server.k6(readOnly);
  expect(await content()).toBe(before);
});

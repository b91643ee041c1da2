// The TPC-B-like suite: what it moves arrives everywhere, on tables of its own and on those that pgbench made.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { brief, operationOf, TestServer, type Variables } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

const few: Variables = { ...brief, LOAD_PROFILE: "smoke", LOAD_WORKERS: "8" };
const own: Variables = { ...few, SCALE: "1" };
const existing: Variables = { ...few, DATA: "existing" };
const run = (variables: Variables) => server.k6(variables, { script: "scripts/tpcb.ts" });

/** The four sums that TPC-B requires to be equal, as texts: they may be beyond 53 bits. */
async function sums() {
  const [row = {}] = await server.query(`SELECT
    (SELECT sum(abalance) FROM pgbench_accounts)::text AS accounts, (SELECT sum(tbalance) FROM pgbench_tellers)::text AS tellers,
    (SELECT sum(bbalance) FROM pgbench_branches)::text AS branches, (SELECT coalesce(sum(delta), 0) FROM pgbench_history)::text AS history`);
  return row;
}

const all = (sum: unknown) => ({ accounts: sum, tellers: sum, branches: sum, history: sum });
const historyRows = () => server.number("SELECT count(*) FROM pgbench_history");

/** What `pgbench -i` does, with the statements of its source (PostgreSQL 15), at scale 1. */
const asPgbenchMakesThem = `
  DROP TABLE IF EXISTS pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers;
  create table pgbench_history(tid int,bid int,aid    int,delta int,mtime timestamp,filler char(22));
  create table pgbench_tellers(tid int not null,bid int,tbalance int,filler char(84)) with (fillfactor=100);
  create table pgbench_accounts(aid    int not null,bid int,abalance int,filler char(84)) with (fillfactor=100);
  create table pgbench_branches(bid int not null,bbalance int,filler char(88)) with (fillfactor=100);
  insert into pgbench_branches(bid,bbalance) values(1,0);
  insert into pgbench_tellers(tid,bid,tbalance) select tid, (tid - 1) / 10 + 1, 0 from generate_series(1, 10) as tid;
  insert into pgbench_accounts(aid,bid,abalance,filler) select aid, (aid - 1) / 100000 + 1, 0, '' from generate_series(1, 100000) as aid;
  alter table pgbench_branches add primary key (bid);
  alter table pgbench_tellers add primary key (tid);
  alter table pgbench_accounts add primary key (aid);`;

describe("on tables that pgbench made", () => {
  beforeAll(() =>
    server.query(`${asPgbenchMakesThem}
      insert into pgbench_history select 1, 1, i, 0, now() + interval '1 hour' from generate_series(1, 50) i`),
  );

  it("it only reads unless writing is allowed", async () => {
    const refused = await run(existing);
    expect(refused.code).toBe(108);
    expect(refused.stderr).toContain(
      "tpcb would write to pgbench_accounts, pgbench_tellers, pgbench_branches, pgbench_history, which dbmark did not make",
    );
    expect(await historyRows()).toBe(50);
    const reading = await run({ ...existing, OPERATIONS: "select" });
    expect(reading.code, reading.stderr).toBe(0);
    const { all: measured } = reading.result().totals.measure;
    expect(measured.operations).toBeGreaterThan(0);
    expect(measured).toMatchObject({ failed: 0, rowsRead: measured.operations, rowsWritten: 0 });
  });

  it("it counts its own rows of the history beside those that were there, and leaves all of them", async () => {
    expect(await historyRows()).toBe(50);
    for (let time = 1; time <= 2; time += 1) {
      const held = await historyRows();
      const ended = await run({ ...existing, DBMARK_ALLOW_WRITES: "1" });
      expect(ended.code, ended.stderr).toBe(0);
      const result = ended.result();
      const { operations } = operationOf(result, "tpcb");
      expect(operations).toBeGreaterThan(0);
      expect(result.books).toEqual([
        { operation: "tpcb", acknowledged: operations, unknown: 0, held: operations, balanced: true },
      ]);
      expect(result.load).toBeNull();
      expect(await historyRows()).toBe(held + operations);
      const found = await sums();
      expect(found).toEqual(all(found.accounts));
    }
  });

  it("rows of the history that vanish during a run make the books not balance", async () => {
    const running = server.startK6(
      { ...existing, DBMARK_ALLOW_WRITES: "1", STEADY_STATE_DURATION: "3s" },
      { script: "scripts/tpcb.ts" },
    );
    await running.began();
    await server.query("DELETE FROM pgbench_history");
    const ended = await running.ended;
    expect(ended.result().books[0]).toMatchObject({ balanced: false });
    expect(ended.result().validity.reasons.map(({ code }) => code)).toContain("books");
  });

  it.each([
    ["a data set of dbmark's own", { ...own }, "is there already, and dbmark did not make it"],
    ["loading it again", { ...own, DBMARK_RELOAD: "1" }, "DATA=existing"],
    ["another scale", { ...existing, SCALE: "1" }, "SCALE and DATA=existing are both set"],
  ])("%s is refused, and nothing is touched", async (_, variables, message) => {
    const before = await server.content("pgbench_branches");
    const refused = await run(variables as Variables);
    expect(refused.code).toBe(108);
    expect(refused.stderr).toContain(message);
    expect(await server.content("pgbench_branches")).toBe(before);
  });

  it("tables that do not fit together are refused", async () => {
    await server.query("insert into pgbench_branches(bid,bbalance) values(2,0)");
    const refused = await run({ ...existing, OPERATIONS: "select" });
    expect(refused.code).toBe(108);
    expect(refused.stderr).toMatch(/pgbench_branches has 2 rows, and the accounts of .* go up to 100000/);
  });
});

describe("on tables of its own", () => {
  beforeAll(() => server.query("DROP TABLE pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers"));

  it("the sums of all balances are that of the changes in the history, whose rows are those acknowledged", async () => {
    const ended = await run({ ...own, OPERATIONS: "tpcb=3,select=1" });
    expect(ended.code, ended.stderr).toBe(0);
    const result = ended.result();
    const { operations, failed, rowsRead, rowsWritten } = operationOf(result, "tpcb");
    expect({ failed, rowsRead, rowsWritten }).toEqual({ failed: 0, rowsRead: operations, rowsWritten: 4 * operations });
    expect(result.books).toEqual([
      { operation: "tpcb", acknowledged: operations, unknown: 0, held: operations, balanced: true },
    ]);
    expect(await historyRows()).toBe(operations);
    const found = await sums();
    expect(found.accounts).not.toBe("0");
    expect(found).toEqual(all(found.accounts));
  });

  it("a run after one that wrote starts from balances of zero", async () => {
    const ended = await run({ ...own, OPERATIONS: "select" });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.result().load).toMatchObject({ reused: false, rows: 100_011 });
    expect(await sums()).toEqual(all("0"));
    expect((await run({ ...own, OPERATIONS: "select" })).result().load).toMatchObject({ reused: true });
  });

  it("two operations that add to the history share a book", async () => {
    const result = (await run({ ...own, OPERATIONS: "tpcb,simple-update" })).result();
    const [tpcb, simple] = [operationOf(result, "tpcb"), operationOf(result, "simple-update")];
    expect(simple.rowsWritten).toBe(2 * simple.operations);
    const both = tpcb.operations + simple.operations;
    expect(result.books).toEqual([
      { operation: "tpcb, simple-update", acknowledged: both, unknown: 0, held: both, balanced: true },
    ]);
    const found = await sums();
    expect(found.tellers).toBe(found.branches);
    expect(found.accounts).toBe(found.history);
  });

  it("transactions that the server refuses to serialize are tried again, and move what they say once", async () => {
    await server.query("ALTER DATABASE postgres SET default_transaction_isolation TO 'serializable'");
    try {
      const result = (await run(own)).result();
      expect(result.connections?.retries).toBeGreaterThan(0);
      expect(result.books[0]).toMatchObject({ balanced: true, unknown: 0 });
      expect(result.books[0]?.held).toBe(await historyRows());
      const found = await sums();
      expect(found).toEqual(all(found.accounts));
    } finally {
      await server.query("ALTER DATABASE postgres RESET default_transaction_isolation");
    }
  });

  it("they are not for DATA=existing, and those that pgbench makes in their place are not dbmark's", async () => {
    const refused = await run({ ...existing, DBMARK_ALLOW_WRITES: "1" });
    expect(refused.code).toBe(108);
    expect(refused.stderr).toContain("was made by dbmark");
    await server.query(asPgbenchMakesThem);
    const kept = await server.content("pgbench_tellers");
    for (const variables of [own, { ...own, DBMARK_RELOAD: "1" }]) {
      const again = await run(variables);
      expect(again.code).toBe(108);
      expect(again.stderr).toContain("dbmark did not make it");
    }
    expect(await server.content("pgbench_tellers")).toBe(kept);
    expect((await run({ ...existing, OPERATIONS: "select" })).code).toBe(0);
  });
});

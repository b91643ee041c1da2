import { describe, expect, it } from "vitest";
import { UsageError } from "../environment/index.ts";
import { labelOf, nameOf, primaryMetrics } from "./primary.ts";

const closed = { loops: ["closed", "closed"] as const, operations: ["select", "range", "insert"] };
const open = { ...closed, loops: ["open", "open"] as const };
const refused = (named: string[], planned: Parameters<typeof primaryMetrics>[1] = closed) => {
  try {
    primaryMetrics(named, planned);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error(`${named.join(" ")} was accepted`);
};

describe("primary metrics", () => {
  it("are p99 of the response time and, in a closed loop, throughput, where none are named", () => {
    expect(primaryMetrics([], closed).map(nameOf)).toEqual(["response-p99", "throughput"]);
    expect(primaryMetrics([], open).map(nameOf)).toEqual(["response-p99"]);
    expect(primaryMetrics([], { loops: ["closed", "open"] }).map(nameOf)).toEqual(["response-p99"]);
  });

  it("are what searches find, and nothing else of them", () => {
    const search = { loops: ["open", "open"] as const, search: "rate" as const };
    expect(primaryMetrics([], search).map(nameOf)).toEqual(["highest-rate"]);
    expect(primaryMetrics(["highest-rate"], search).map(nameOf)).toEqual(["highest-rate"]);
    expect(primaryMetrics([], { loops: ["closed", "closed"], search: "workers" }).map(nameOf)).toEqual([
      "highest-workers-throughput",
    ]);
    expect(refused(["response-p99"], search)).toContain("its totals mix many loads");
  });

  it("are those that are named, of all operations or of one", () => {
    expect(primaryMetrics(["select:response-p95", " throughput "], closed)).toEqual([
      { metric: "response-p95", operation: "select" },
      { metric: "throughput", operation: "all" },
    ]);
    expect(primaryMetrics(["all:client-memory"], open)).toEqual([{ metric: "client-memory", operation: "all" }]);
    expect(primaryMetrics(["anything:response-p50"], { loops: ["closed"] }).map(nameOf)).toEqual([
      "anything:response-p50",
    ]);
  });

  it("have words that people read", () => {
    expect(labelOf({ metric: "response-p99", operation: "all" })).toBe("p99 response time");
    expect(labelOf({ metric: "throughput", operation: "select" })).toBe("throughput of select");
  });
});

describe("refused is", () => {
  it("a metric or an operation that does not exist, with the nearest that does", () => {
    expect(refused(["reponse-p99"])).toContain("There is no metric reponse-p99. Did you mean response-p99?");
    expect(refused(["selct:response-p99"])).toBe(
      "--primary selct:response-p99 names the operation selct, which is not run by both variants. Did you mean select? Both run: select, range, insert.",
    );
    expect(refused(["x:response-p99"], { ...closed, operations: [] })).toContain("They have none in common.");
  });

  it("half a name", () => {
    for (const text of ["", ":", "select:", ":response-p99"]) {
      expect(refused([text])).toContain("expected is METRIC or OPERATION:METRIC");
    }
  });

  it("a metric of the whole run for one operation", () => {
    expect(refused(["select:client-cpu"])).toMatch(
      /is of a whole run, not of one operation\. Write --primary client-cpu\.$/,
    );
  });

  it("a third one, and one twice", () => {
    expect(refused(["throughput", "response-p50", "response-p95"])).toMatch(
      /^3 primary metrics are given .* at most 2/,
    );
    expect(refused(["throughput", "all:throughput"])).toContain("--primary throughput is given twice");
  });

  it("the throughput of an open loop, which is given, also where only one variant has one", () => {
    expect(refused(["response-p99", "throughput"], open)).toContain("given by its schedule");
    expect(refused(["rows-read"], open)).toContain("so are its rows and bytes per second");
    expect(refused(["select:bytes-written"], open)).toContain("given by its schedule");
    expect(refused(["select:throughput"], { ...closed, loops: ["closed", "open"] })).toContain("select:throughput");
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Tally } from "./go-test.mjs";

/** Counts of events written as "action package test". */
function counts(...events: string[]) {
  const tally = new Tally();
  for (const event of events) {
    const [Action = "", Package = "", Test] = event.split(" ");
    tally.add({ Action, Package, ...(Test === undefined ? {} : { Test }) });
  }
  return tally.counts();
}

describe("the count of Go's tests", () => {
  beforeEach(() => {
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("has each test once: subtests, and tests without them", () => {
    expect(counts("pass p TestA", "pass p TestB/one", "pass p TestB/two", "pass p TestB", "pass p")).toEqual({
      passed: 3,
      failed: 0,
      skipped: [],
    });
  });

  it("has a failed subtest once, whatever fails with it", () => {
    const { passed, failed } = counts("fail p TestA/x/y", "fail p TestA/x", "pass p TestA/z", "fail p TestA", "fail p");
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
  });

  it("has a test that failed itself although its subtests passed", () => {
    const { passed, failed } = counts("pass p TestA/x", "fail p TestA", "fail p");
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
  });

  it("has a package that failed without a test: it does not compile, or its process ended", () => {
    expect(counts("fail p", "pass q TestA", "pass q").failed).toBe(1);
    expect(counts("pass p TestA", "fail p").failed).toBe(1);
  });

  it("names what was skipped, but no package without tests", () => {
    expect(counts("skip p TestA", "skip q", "pass p")).toEqual({ passed: 0, failed: 0, skipped: ["p TestA"] });
  });
});

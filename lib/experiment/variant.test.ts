import { describe, expect, it } from "vitest";
import { parseAlpha, parseMinimumEffect, parsePairs, parsePause } from "./plan-options.ts";
import { parseVariant } from "./variant.ts";

describe("a variant", () => {
  it("is what its keys say: target, suite, profile, SQL, variables with and without set., settings of the server", () => {
    expect(
      parseVariant("--a", [
        "target=postgres://host/database?sslmode=require",
        "suite=ycsb",
        "profile=max",
        "sql=drop.sql",
        "DEPTH=8",
        "set.rows=1000",
        "OPERATIONS=select=70,insert=30",
        "server.shared_buffers=1GB",
        "server.auto_explain.log_analyze=on",
      ]),
    ).toEqual({
      target: "postgres://host/database?sslmode=require",
      suite: "ycsb",
      profile: "max",
      sql: "drop.sql",
      set: ["DEPTH=8", "ROWS=1000", "OPERATIONS=select=70,insert=30"],
      server: { shared_buffers: "1GB", "auto_explain.log_analyze": "on" },
    });
    expect(parseVariant("--b", [])).toEqual({ set: [], server: {} });
  });

  it.each([
    ["no value", ["DEPTH"], "--a DEPTH is not accepted; expected is KEY=VALUE"],
    ["an empty value", ["DEPTH="], "--a DEPTH= has no value"],
    ["a key that is almost one", ["targt=postgres://x"], "Did you mean target?"],
    ["a variable that is almost one", ["DEPHT=2"], "Did you mean DEPTH?"],
    ["a key twice", ["target=a://b", "target=a://c"], "--a target is given twice"],
    ["a variable in both ways", ["DEPTH=1", "set.depth=2"], "--a set.depth is given twice"],
    ["a setting with an impossible name", ["server.a-b=1"], "--a server.a-b is not accepted"],
  ])("refuses %s", (_, texts, message) => {
    expect(() => parseVariant("--a", texts)).toThrow(message);
  });

  it("does not repeat a URL that stands where a key should", () => {
    const url = "postgres://user:geheim@host/database?sslmode=disable";
    expect(() => parseVariant("--b", [url])).toThrow(/--b with a URL alone is not accepted; (?!.*geheim)/);
  });
});

describe("the numbers of a plan", () => {
  it("are read as users write them", () => {
    expect([parsePairs("5"), parsePairs("100")]).toEqual([5, 100]);
    expect([parseMinimumEffect("3%"), parseMinimumEffect("0.03"), parseMinimumEffect("0")]).toEqual([0.03, 0.03, 0]);
    expect([parseAlpha("5%"), parseAlpha("0.01")]).toEqual([0.05, 0.01]);
    expect([parsePause("0s"), parsePause("1m30s")]).toEqual([0, 90]);
  });

  it.each([
    [() => parsePairs("4"), "Fewer than 5 pairs"],
    [() => parsePairs("101"), "from 5 to 100"],
    [() => parsePairs("8.5"), "--pairs 8.5 is not accepted"],
    [() => parsePairs("many"), "--pairs many is not accepted"],
    [() => parseMinimumEffect("100%"), "from 0% to 99%"],
    [() => parseMinimumEffect("-3%"), "--min-effect -3% is not accepted"],
    [() => parseAlpha("0"), "from 0.01% to 20%"],
    [() => parseAlpha("50%"), "from 0.01% to 20%"],
    [() => parsePause("5"), "expected is a number with a unit"],
    [() => parsePause("2h"), "at most 1h"],
  ])("are refused with what is accepted (%#)", (parse, message) => {
    expect(parse).toThrow(message);
  });
});

import { describe, expect, it } from "vitest";
import {
  assertKnown,
  formatDuration,
  nearest,
  parseDuration,
  readDuration,
  readDurationOrNone,
  readFlag,
  readInteger,
  readNumber,
  readShare,
  readText,
  readWeights,
  readWordOrInteger,
  UsageError,
  variables,
} from "./index.ts";
import { setVariables } from "./known.ts";

describe("durations", () => {
  it.each([
    ["500ms", 0.5],
    ["30s", 30],
    ["10m", 600],
    ["1h30m", 5400],
    ["1.5s", 1.5],
    ["0s", 0],
    ["2d", 172_800],
  ])("%s is %d seconds", (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(["30", "", "s", "-1s", "30 s", "1h30", "abc", "1e3s"])("%j is none", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  it("without a unit is refused with the variable, the value and what is accepted", () => {
    expect(() => readDuration({ STEADY_STATE_DURATION: "30" }, "STEADY_STATE_DURATION")).toThrow(
      /STEADY_STATE_DURATION=30 is not accepted; expected is a number with a unit .*500ms, 30s, 10m or 1h30m/,
    );
  });

  it("outside of the limits are refused with the limits", () => {
    expect(() => readDuration({ TIMEOUT: "2h" }, "TIMEOUT")).toThrow(
      "TIMEOUT=2h is not accepted; expected is a duration from 1ms to 1h.",
    );
  });

  it("can be switched off where that has a meaning", () => {
    expect(readDurationOrNone({ SLO_P95: "none" }, "SLO_P95")).toBe("none");
    expect(() => readDuration({ TIMEOUT: "none" }, "TIMEOUT")).toThrow(UsageError);
  });

  it("are written the way they are read", () => {
    for (const seconds of [0, 0.5, 1, 90, 3600, 5400.25]) expect(parseDuration(formatDuration(seconds))).toBe(seconds);
  });
});

describe("numbers", () => {
  it("are whole where the variable counts something", () => {
    expect(readInteger({ SEED: "42" }, "SEED")).toBe(42);
    for (const text of ["1.5", "x", "-1", "1e3", "9007199254740993"]) {
      expect(() => readInteger({ SEED: text }, "SEED")).toThrow(`SEED=${text} is not accepted`);
    }
  });

  it("keep to the variable's limits", () => {
    expect(() => readInteger({ LOAD_WORKERS: "0" }, "LOAD_WORKERS")).toThrow(
      "expected is a whole number from 1 to 100,000",
    );
    expect(() => readNumber({ LOAD_RATE: "0" }, "LOAD_RATE")).toThrow("LOAD_RATE=0 is not accepted");
    expect(readNumber({ LOAD_RATE: "0.5" }, "LOAD_RATE")).toBe(0.5);
    expect(() => readShare({ SLO_ERROR_RATE: "2" }, "SLO_ERROR_RATE")).toThrow("a share from 0 to 1");
  });

  it("stand beside a word where the variable has one", () => {
    expect(readWordOrInteger({ CONNECTIONS: "per-worker" }, "CONNECTIONS")).toBe("per-worker");
    expect(readWordOrInteger({ CONNECTIONS: "8" }, "CONNECTIONS")).toBe(8);
    expect(() => readWordOrInteger({ CONNECTIONS: "many" }, "CONNECTIONS")).toThrow("per-worker, or a whole number");
  });
});

describe("weights", () => {
  const read = (text: string) => readWeights({ OPERATIONS: text }, "OPERATIONS");

  it("are names with numbers, or names alone", () => {
    expect(read("select=70, insert=2.5,range")).toEqual([
      { name: "select", weight: 70 },
      { name: "insert", weight: 2.5 },
      { name: "range" },
    ]);
  });

  it.each([
    ["select=a", 'the weight "a" of select is not a number'],
    ["select=-1", "the weight -1 of select is negative"],
    ["select=0,insert=0", "all weights are zero"],
    ["select=1,select=2", "select comes twice"],
    ["select=1,,", '"" is not a name with a weight'],
    ["select=1=2", '"select=1=2" is not a name with a weight'],
    ["select=", 'the weight "" of select is not a number'],
  ])("%s is refused: %s", (text, reason) =>
    expect(() => read(text)).toThrow(`OPERATIONS=${text} is not accepted: ${reason}`),
  );
});

describe("names", () => {
  it("that nobody knows are refused with the nearest that there is", () => {
    expect(() => assertKnown(["LOAD_PROFIL"])).toThrow("There is no variable LOAD_PROFIL. Did you mean LOAD_PROFILE?");
    expect(() => assertKnown(["XYZZY"])).toThrow(/There is no variable XYZZY\. Known are LOAD_PROFILE/);
    expect(() => assertKnown(["LOAD_PROFILE", "ROWS"], "oltp")).not.toThrow();
    expect(() => assertKnown(["ROWS"], "another")).toThrow(UsageError);
  });

  it("of the harness are refused with a word about options", () => {
    expect(() => assertKnown(["DBMARK_TARGET"])).toThrow("options of dbmark run");
  });

  it("are compared without regard to case, and swapped letters count once", () => {
    expect(nearest("smkoe", ["smoke", "max"])).toBe("smoke");
    expect(nearest("TPS500", ["tps100", "tps500"])).toBe("tps500");
    expect(nearest("postgres", ["max"])).toBeUndefined();
  });
});

describe("the environment", () => {
  it("takes an empty text for not set", () => {
    expect(readText({ TABLE: " " }, "TABLE")).toBeUndefined();
    expect(readInteger({ SEED: "" }, "SEED")).toBeUndefined();
  });

  it("says yes and no", () => {
    expect(readFlag({ DBMARK_RELOAD: "1" }, "DBMARK_RELOAD")).toBe(true);
    expect(readFlag({}, "DBMARK_RELOAD")).toBe(false);
    expect(() => readFlag({ DBMARK_RELOAD: "maybe" }, "DBMARK_RELOAD")).toThrow("1 or true for yes, 0 or false for no");
  });

  it("is recorded without what the harness sets", () => {
    expect(setVariables({ SEED: "7", DBMARK_TARGET: "postgres://u:secret@h/d", PATH: "/bin" }, "oltp")).toEqual({
      SEED: "7",
    });
  });

  it("has every variable once, with a meaning", () => {
    expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
    for (const { meaning } of variables) expect(meaning).toMatch(/^[A-Z].*\.$/);
  });
});

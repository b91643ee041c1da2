import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { resolveProfile } from "../../profiles/resolve.ts";
import { type Environment, UsageError } from "../environment/index.ts";
import { readRun } from "../result/index.ts";
import { checkMeasuredOperations, checkPlannedOperations } from "./enough-operations.ts";

const p99 = { metric: "response-p99", operation: "all" };
const p99OfSelect = { metric: "response-p99", operation: "select" };
const operations = [
  { name: "select", weight: 70 },
  { name: "insert", weight: 30 },
];
const planned = (name: string, environment: Environment = {}) => ({
  label: "A",
  profile: resolveProfile(name, environment, 2),
  environment,
  operations,
});
const messageOf = (check: () => void) => {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  return "";
};
const refusal = (wanted: typeof p99, ...run: Parameters<typeof planned>) =>
  messageOf(() => checkPlannedOperations([wanted], [planned(...run)]));

describe("an open loop", () => {
  it("with operations enough is accepted, warm-up not counted", () => {
    expect(refusal(p99, "tps500")).toBe("");
    expect(refusal(p99, "tps200", { STEADY_STATE_DURATION: "50s" })).toBe("");
    expect(refusal(p99, "tps200", { STEADY_STATE_DURATION: "49s", WARMUP_DURATION: "60s" })).not.toBe("");
  });

  it("with too few is refused, with the numbers and the ways out", () => {
    expect(refusal(p99, "tps100")).toBe(
      "The primary metric p99 response time (response-p99) needs 10,000 operations in the measured phase of each repetition; the load profile " +
        "tps100 of A plans 6,000 (1 min, 6,000 operations). Set STEADY_STATE_DURATION=100s or more, or a higher LOAD_RATE, or choose --primary " +
        "response-p95, which needs 2,000.",
    );
  });

  it("counts one operation by its share, less what chance may take off", () => {
    expect(refusal(p99OfSelect, "tps200", { STEADY_STATE_DURATION: "71s" })).toBe(
      "The primary metric p99 response time of select (select:response-p99) needs 10,000 operations of select in the measured phase of each repetition; " +
        "the load profile tps200 of A plans 9,940, by chance as few as 9,776 (1 min 11 s, 14,200 operations, 70 % of them select). Set " +
        "STEADY_STATE_DURATION=73s or more, or a higher LOAD_RATE, or choose --primary select:response-p95, which needs 2,000.",
    );
    expect(refusal(p99OfSelect, "tps200", { STEADY_STATE_DURATION: "72s" })).not.toBe("");
    expect(refusal(p99OfSelect, "tps200", { STEADY_STATE_DURATION: "73s" })).toBe("");
  });

  it("whose rate changes is counted over all of its measured phase", () => {
    const profile = resolveProfile("spike", {}, 2);
    const measured = profile.segments.filter(({ phase }) => phase === "measure");
    const all = measured.reduce(
      (sum, { rate, seconds }) => sum + (((rate?.from ?? 0) + (rate?.to ?? 0)) / 2) * seconds,
      0,
    );
    expect(all).toBeGreaterThan(10_000);
    expect(refusal(p99, "spike")).toBe("");
  });

  it("offers no other percentile where none has enough", () => {
    expect(refusal(p99, "tps100", { STEADY_STATE_DURATION: "1s" })).toMatch(/or a higher LOAD_RATE\.$/);
  });

  it("is refused where either variant has too few", () => {
    const runs = [planned("tps500"), { ...planned("tps100"), label: "B" }];
    expect(messageOf(() => checkPlannedOperations([p99], runs))).toContain("tps100 of B plans 6,000");
  });

  it("needs none for a metric that is no percentile", () => {
    expect(refusal({ metric: "client-cpu", operation: "all" }, "tps100", { STEADY_STATE_DURATION: "1s" })).toBe("");
  });
});

describe("OPERATION_COUNT", () => {
  it("is a plan in a closed loop as well", () => {
    expect(refusal(p99, "max", { OPERATION_COUNT: "10000" })).toBe("");
    expect(refusal(p99, "max", { OPERATION_COUNT: "9999" })).toContain(
      "OPERATION_COUNT of A plans 9,999 (9,999 operations). Set OPERATION_COUNT=10000 or more, or choose",
    );
    expect(refusal(p99OfSelect, "max", { OPERATION_COUNT: "14000" })).toMatch(/Set OPERATION_COUNT=145\d\d or more/);
  });
});

describe("a closed loop", () => {
  const { run } = readRun(
    fileURLToPath(new URL("../result/testdata/2026-11-21T09-40-12Z-oltp-postgres", import.meta.url)),
  );
  const withOperations = (count: number) => {
    const copy = structuredClone(run);
    copy.totals.measure.all.response.count = count;
    return copy;
  };

  it("has no plan", () => {
    expect(refusal(p99, "max")).toBe("");
  });

  it("is refused after a first pair with too few, with what it had and how much longer it takes", () => {
    const runs = [
      { label: "A", run: withOperations(9000) },
      { label: "B", run: withOperations(4000) },
    ];
    const seconds = Math.ceil(run.totals.measure.seconds * 3);
    expect(messageOf(() => checkMeasuredOperations([p99], runs))).toBe(
      "The primary metric p99 response time (response-p99) needs 10,000 operations in the measured phase of each repetition; in the first pair A had " +
        `9,000 and B had 4,000. Set STEADY_STATE_DURATION=${seconds}s or more, or choose --primary response-p95, which needs 2,000.`,
    );
    expect(messageOf(() => checkMeasuredOperations([{ ...p99, metric: "response-p95" }], runs))).toBe("");
  });

  it("is accepted with enough, and says so of an operation that was never run", () => {
    expect(messageOf(() => checkMeasuredOperations([p99], [{ label: "A", run: withOperations(10_000) }]))).toBe("");
    expect(messageOf(() => checkMeasuredOperations([{ ...p99, operation: "never" }], [{ label: "A", run }]))).toContain(
      "needs 10,000 operations of never in the measured phase of each repetition; in the first pair A had 0.",
    );
  });
});

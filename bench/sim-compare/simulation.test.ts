import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pairedPower } from "../../lib/statistics/detectable-effect.ts";
import { holmOverTwo, holmWithLooks, looks, pairedT, runsInBlocks, signedRank } from "./methods.ts";
import { drifting } from "./model.ts";
import { binomialBounds, simulate, wilsonInterval } from "./simulation.ts";
import { rowOf } from "./table.ts";

const trials = 1000;
const alpha = 0.05;
/** A count outside of these has a probability of one in a thousand where the true rate is that of the first argument. */
const bounds = (rate: number) => binomialBounds(trials, rate, 0.001);

describe("a thousand experiments with correlated seconds, levels of runs and drift", () => {
  const methods = [pairedT, signedRank, holmOverTwo, looks, holmWithLooks, runsInBlocks];
  const outcomes = simulate({ model: drifting, methods, trials, pairs: 8, ratio: 1.1, alpha, seed: 1 });
  const of = ({ name }: { name: string }) => {
    const outcome = outcomes.find(({ method }) => method === name);
    if (outcome === undefined) throw new Error(`${name} was not simulated`);
    return outcome;
  };

  it("of identical variants: the paired t test calls 5 % of them different", () => {
    expect(of(pairedT).falseAlarms).toBeGreaterThanOrEqual(bounds(alpha).lower);
    expect(of(pairedT).falseAlarms).toBeLessThanOrEqual(bounds(alpha).upper);
  });

  it.each([signedRank, holmOverTwo, looks, holmWithLooks])(
    "of identical variants: no more than 5 % by $name",
    (method) => {
      expect(of(method).falseAlarms).toBeGreaterThan(0);
      expect(of(method).falseAlarms).toBeLessThanOrEqual(bounds(alpha).upper);
    },
  );

  it("with a true change of 10 %: the paired t test finds some 85 %, as often as the noncentral t distribution says", () => {
    // The deviation of ln(B / A) in this model: 0.0749 and 0.0752 in 1,500 experiments of two other seeds.
    const { lower, upper } = bounds(pairedPower(8, 1.1, 0.075, alpha));
    expect(of(pairedT).found).toBeGreaterThanOrEqual(lower);
    expect(of(pairedT).found).toBeLessThanOrEqual(upper);
    expect(of(pairedT).found).toBeGreaterThanOrEqual(bounds(0.85).lower);
  });

  it("with a true change of 10 %: Holm over two metrics, and looking on the way, cost little of that", () => {
    for (const method of [holmOverTwo, looks, holmWithLooks]) {
      expect(of(method).found / of(pairedT).found).toBeGreaterThan(0.9);
    }
    expect(of(looks).pairs).toBeLessThan(8);
  });

  it.each(outcomes)("are those of docs/comparing-method.md: $method", (outcome) => {
    const text = readFileSync(join(import.meta.dirname, "../../docs/comparing-method.md"), "utf8");
    const row = `| ${rowOf(outcome).join(" | ")} |`;
    expect(text.split("\n").filter((line) => line.startsWith(`| ${outcome.method} |`))).toContain(row);
  });

  it("are hard: with A before B instead of interleaved, drift alone makes alarms", () => {
    expect(of(runsInBlocks).falseAlarms).toBeGreaterThan(3 * bounds(alpha).upper);
  });
});

it("the interval of a probability is Wilson's, as statsmodels 0.15 has it", () => {
  expect(wilsonInterval(20, 400).lower).toBeCloseTo(0.0325974298371, 8);
  expect(wilsonInterval(20, 400).upper).toBeCloseTo(0.0759636350637, 8);
  expect(wilsonInterval(0, 100).lower).toBe(0);
});

it("bounds of a binomial count are those of scipy 1.17", () => {
  expect(binomialBounds(400, 0.05, 0.01)).toEqual({ lower: 10, upper: 32 });
  expect(binomialBounds(400, 0.05, 0.001)).toEqual({ lower: 7, upper: 36 });
  expect(binomialBounds(400, 0.85, 0.001)).toEqual({ lower: 315, upper: 362 });
});

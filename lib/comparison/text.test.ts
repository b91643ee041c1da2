import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Comparison } from "../schema/comparison.generated.ts";
import { compareRuns, type RunToCompare } from "./compare.ts";
import { longRun, runToCompare } from "./runs-under-test.ts";
import { comparisonText } from "./text.ts";
import { changeText, intervalText, listed, valueText } from "./words.ts";

const folder = () => mkdtempSync(join(tmpdir(), "dbmark-comparison-"));
const good = await longRun("postgres", folder());
const bad = await longRun("postgres-bad", folder());
// Comparing is what takes long here: these are compared once.
const goodWithBad = compareRuns([good, bad]);
const goodWithItself = compareRuns([good, good]);
const lines = (comparison: Comparison) => comparisonText(comparison).split("\n");
const tooWide = (comparison: Comparison) => lines(comparison).filter((line) => line.length > 100);

/** A copy of a comparison with a change. */
function changed(comparison: Comparison, change: (copy: Comparison) => void): Comparison {
  const copy = structuredClone(comparison);
  change(copy);
  return copy;
}

describe("the text of a comparison", () => {
  it("of two runs", () => {
    expect(comparisonText(goodWithBad)).toMatchSnapshot();
  });

  it("of a run with itself shows no change anywhere", () => {
    const comparison = goodWithItself;
    const text = comparisonText(comparison);
    expect(text).toMatchSnapshot();
    expect(text).toContain("This is the same run as A.");
    expect(text).toContain("By their files, all runs measured the same thing.");
    const shown = lines(comparison)
      .filter((line) => / {2}(0 %|–) /.test(line) || /^ {2}(p\d\d|max|throughput|read|written) /.test(line))
      .map((line) => / (0 %|[+−±×][\d.,]+( %)?)(?= |$)/.exec(line)?.[1]);
    expect(shown.length).toBeGreaterThan(20);
    expect(new Set(shown)).toEqual(new Set(["0 %"]));
  });

  it("of five runs", () => {
    expect(comparisonText(compareRuns([good, bad, good, bad, good]))).toMatchSnapshot();
  });

  it("is no wider than 100 columns, whatever the names and numbers", () => {
    const wide = (run: RunToCompare): RunToCompare => {
      const copy = structuredClone(run);
      copy.run.target.server.product = "A Database With An Extraordinarily Long Name For A Product";
      copy.run.profile.name = "a-profile-with-a-name-that-goes-on-and-on";
      copy.run.workload.operations.push(
        ...structuredClone(copy.run.workload.operations).map((one) => ({
          ...one,
          name: `${one.name}-of-another-name-that-is-very-long-indeed`,
        })),
      );
      for (const totals of [...copy.run.totals.measure.operations, copy.run.totals.measure.all]) {
        totals.operations *= 1e6;
        totals.throughput = (totals.throughput ?? 0) * 1e6;
        totals.bytesRead *= 1e9;
        if ("name" in totals) totals.name = `${totals.name}-of-another-name-that-is-very-long-indeed`;
      }
      copy.run.slo = copy.run.slo.map((verdict) => ({ ...verdict, operation: `${verdict.operation}-of-another-name` }));
      return copy;
    };
    for (const runs of [
      [good, wide(bad)],
      [good, bad, wide(good), wide(bad), bad],
      [wide(good), wide(bad), wide(good), wide(bad), wide(bad)],
    ]) {
      expect(tooWide(compareRuns(runs.map((run) => ({ ...run, series: null }))))).toEqual([]);
    }
  });

  it("marks invalid runs loudly, and says where the base is one", () => {
    const [invalidBase, invalidOther] = [comparisonText(compareRuns([bad, good])), comparisonText(goodWithBad)];
    expect(invalidOther).toContain("B  INVALID, interrupted · ");
    expect(invalidOther).toContain("\nB is INVALID: do not trust a comparison with it.\n");
    expect(invalidBase).toContain("\nA is INVALID: do not trust a comparison with it. A is the base of all changes.\n");
    expect(comparisonText(compareRuns([good, bad, bad].map((run) => ({ ...run, series: null }))))).toContain(
      "B and C are INVALID: do not trust a comparison with them.",
    );
  });

  it("never says better or worse, but that repetitions would", () => {
    const text = comparisonText(goodWithBad).replaceAll(/\s+/g, " ");
    expect(text).toContain("It is no verdict: two runs of the same thing differ as well.");
    expect(text).toContain("Whether B is better or worse than A needs repetitions in turn, which dbmark ab makes.");
    expect(text.match(/better|worse/g)).toHaveLength(2);
    expect(text).toContain("It is no test of a difference");
  });

  it("says what it lacks: windows, seconds for intervals, operations for a p99", async () => {
    const alone = { ...good, series: null, missing: ["its windows are gone"] };
    const text = comparisonText(compareRuns([good, alone]));
    expect(text).toContain("   ! its windows are gone");
    expect(text).toContain("There is no within-run variation: it takes at least 20 s of windows");
    expect(comparisonText(compareRuns([await runToCompare("postgres"), good]))).toContain("There is no within-run");
    expect(text).toContain("A p99 needs 10,000 operations.");
  });

  it("says which throughput was given by a profile, and that a profile mixes loads", () => {
    const text = comparisonText(goodWithBad);
    expect(text).toMatch(/throughput \/s \* +2,000/);
    expect(text).toContain("* An open loop is given its throughput");
    const mixed = changed(goodWithBad, ({ runs }) => {
      if (runs[1]) runs[1].mixesLoads = true;
    });
    expect(comparisonText(mixed)).toContain("The profile of B changes its load: the figures mix all of it. Within-run");
    const closed = structuredClone(good);
    closed.run.profile.loop = "closed";
    expect(comparisonText(compareRuns([{ ...closed, series: null }, closed]))).not.toContain("*");
  });

  it("of one operation shows it once, under its own name", () => {
    const only = structuredClone(good);
    only.run.totals.measure.operations = only.run.totals.measure.operations.slice(0, 1);
    const text = comparisonText(compareRuns([{ ...only, series: null }, only]));
    expect(text).toMatch(/^select · /m);
    expect(text).not.toContain("all operations");
    expect(text).toContain("client memory");
  });

  it("of statements shows those that not all runs have", () => {
    const without = structuredClone(good);
    good.run.workload.dataSet?.finish.push("CREATE INDEX a ON t (a)");
    const text = comparisonText(compareRuns([{ ...good, series: null }, without]));
    good.run.workload.dataSet?.finish.pop();
    expect(text).toMatch(/data: definition +A: CREATE INDEX a ON t \(a\) · B: without$/m);
  });

  it("has colours only where they are asked for", () => {
    const comparison = goodWithBad;
    const colored = comparisonText(comparison, { color: true });
    expect(colored).toContain("\u001b[31mINVALID\u001b[39m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(comparisonText(comparison));
  });
});

describe("words", () => {
  it.each([
    [null, "–"],
    [0, "0 %"],
    [0.0004, "±0.0 %"],
    [-0.0004, "±0.0 %"],
    [0.0251, "+2.5 %"],
    [-0.0985, "−9.8 %"],
    [0.0996, "+10 %"],
    [-0.874, "−87 %"],
    [-0.9994, "−99.9 %"],
    [-0.99999, "−99.9 %"],
    [-1, "−100 %"],
    [8.9, "+890 %"],
    [61, "×62"],
    [1792, "×1,793"],
    [503_184, ">×9,999"],
  ])("a change of %s is %s", (change, text) => expect(changeText(change)).toBe(text));

  it("an interval has both ends", () => {
    expect(intervalText({ lower: -0.021, upper: 0.034 })).toBe("−2.1 % to +3.4 %");
    expect(intervalText(null)).toBe("–");
  });

  it("a value has its unit", () => {
    expect(valueText("perSecond", 1234.5)).toBe("1,235");
    expect(valueText("milliseconds", 0.5)).toBe("500 µs");
    expect(valueText("microseconds", 1500)).toBe("1.50 ms");
    expect(valueText("share", 0.02)).toBe("2 %");
    expect(valueText("bytes", 1536)).toBe("1.50 KiB");
    expect(valueText("bytesPerSecond", null)).toBe("–");
  });

  it("labels are a list", () => {
    expect([listed(["A"]), listed(["A", "B"]), listed(["A", "B", "C"])]).toEqual(["A", "A and B", "A, B and C"]);
  });
});

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { compareRuns, type RunToCompare } from "../comparison/compare.ts";
import { readRun } from "../result/index.ts";
import { readSeries } from "../result/series.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { comparisonPage, comparisonPicture } from "./compare-page.tsx";

const folder = join(
  fileURLToPath(new URL("../result/testdata/", import.meta.url)),
  "2026-11-21T09-40-12Z-oltp-postgres",
);

let base: RunToCompare;
beforeAll(async () => {
  base = { path: "base", run: readRun(folder).run, series: await readSeries(folder), missing: [] };
});

/** The base beside runs that were made of it. */
function pageOf(...changes: ((run: RunFile) => void)[]): string {
  const runs = [base, ...changes.map((change) => changed(change))];
  return comparisonPage(compareRuns(runs), runs);
}

function changed(change: (run: RunFile) => void): RunToCompare {
  const run = structuredClone(base.run);
  change(run);
  return { ...base, run };
}

const nothing = () => {};
const read = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");

/** The lines of a chart, by their colours. */
const linesOf = (page: string, id: string) => {
  const chart = new RegExp(`<svg[^>]*id="${id}"[\\s\\S]*?</svg>`).exec(page)?.[0] ?? "";
  return [...chart.matchAll(/<g[^>]*stroke="var\(--line-(\d)\)"/g)].map(([, line]) => line);
};

describe("a page of runs beside each other", () => {
  it("draws each of five over the others, in a colour and with dashes of its own", () => {
    const page = pageOf(nothing, nothing, nothing, nothing);
    for (const id of ["percentiles-all", "throughput-all", "latency-all", "percentiles-operation-1"]) {
      expect(linesOf(page, id), id).toEqual(["1", "2", "3", "4", "5"]);
    }
  });

  it("of a run with itself shows no change in any figure", () => {
    const page = pageOf(nothing);
    const changes = /<section id="changes"[\s\S]*?<\/tbody>/.exec(page)?.[0] ?? "";
    const cells = [...changes.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, text = ""]) => read(text).trim());
    expect(cells.length).toBeGreaterThan(10);
    for (const cell of cells) expect(cell).toMatch(/^(0 %|the same|given|–)$/);
    expect(read(page)).toContain("Nothing differs that decides what a run measures.");
  });

  it("says at the top which runs are invalid and why, and never that one is better or worse", () => {
    const page = read(
      pageOf((run) => {
        run.validity = { valid: false, reasons: [{ code: "undone", message: "work was left undone" }], warnings: [] };
      }),
    );
    expect(page).toContain("B is INVALID: do not use its figures");
    expect(page.indexOf("B: work was left undone")).toBeLessThan(page.indexOf("Changes are against A"));
    expect(page).not.toMatch(/\b(better|worse|faster|slower)\b/);
  });

  it("names the lines by what differs first, where that can be told in a few words", () => {
    const page = pageOf((run) => {
      run.target.mode = "simple";
    });
    expect(page).toMatch(/>A: [a-z ]*prepared</);
    expect(page).toMatch(/>B: [a-z ]*simple</);
    expect(read(page)).toContain("The runs measured different things");
  });

  it("says whose name it is where names differ first", () => {
    const page = pageOf((run) => {
      run.profile.name = "other";
    });
    expect(page).toContain(">B: profile other<");
    expect(page).not.toMatch(/>[AB]: name /);
  });

  it("shows a change from 0, for which there is no share, by its values", () => {
    const page = read(
      pageOf((run) => {
        for (const totals of [run.totals.measure.all, ...run.totals.measure.operations]) {
          totals.failed = totals.operations / 10;
          totals.errors = { timeout: totals.failed };
        }
      }),
    );
    expect(page).toContain("0 % → 10 %");
    expect(page).toMatch(/timeout 0 \(0 %\) [\d,]+ \(10 %\)/);
  });

  it("draws over time only the runs that have windows, and says so", () => {
    const runs = [base, { ...base, series: null, missing: ["its windows are gone"] }];
    const page = comparisonPage(compareRuns(runs), runs);
    expect(linesOf(page, "throughput-all")).toEqual(["1"]);
    expect(linesOf(page, "percentiles-all")).toEqual(["1", "2"]);
    expect(read(page)).toContain("B: its windows are gone");
  });

  it("has no line, and no name of one, of a run that ended before its first whole second", () => {
    const series = structuredClone(base.series);
    for (const phase of series?.phases ?? []) if (phase.name === "measure") phase.intervals = [];
    const runs = [base, { ...base, series }];
    const page = comparisonPage(compareRuns(runs), runs);
    expect(linesOf(page, "throughput-all")).toEqual(["1"]);
    const chart = /<svg[^>]*id="throughput-all"[\s\S]*?<\/svg>/.exec(page)?.[0] ?? "";
    expect(chart).toContain(">A: ");
    expect(chart).not.toContain(">B: ");
  });

  it("escapes what files and paths say", () => {
    const evil = `</svg><script>alert("x")</script>`;
    const runs = [base, changed((run) => Object.assign(run, { id: evil, variables: { [evil]: evil } }))].map((one) => ({
      ...one,
      path: evil,
      missing: [evil],
    }));
    const comparison = compareRuns(runs);
    for (const text of [comparisonPage(comparison, runs), comparisonPicture(comparison, runs)]) {
      expect(text).not.toContain("<script");
      expect(text.match(/<svg/g)?.length).toBe(text.match(/<\/svg>/g)?.length);
    }
  });
});

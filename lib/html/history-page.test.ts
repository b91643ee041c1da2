import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { entryOf, type HistoryEntry } from "../history/entry.ts";
import { newestOf, trendOf } from "../history/trend.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { historyPage, trendPage } from "./history-page.tsx";

const text = readFileSync(
  join(import.meta.dirname, "..", "result", "testdata", "2026-11-21T09-40-12Z-oltp-postgres", "run.json"),
  "utf8",
);

/** Runs, one a day, with these throughputs. */
function runsOf(throughputs: number[], change: (run: RunFile, day: number) => void = () => {}): HistoryEntry[] {
  return throughputs.map((throughput, day) => {
    const run: RunFile = JSON.parse(text);
    run.startedAt = new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
    run.totals.measure.all.throughput = throughput;
    change(run, day);
    return entryOf(run, `<run> ${day}`, null);
  });
}

const falling = Array.from({ length: 20 }, (_, day) => (day < 10 ? 1000 : 800) + (day % 4));
const opened = (page: string) => parseHTML(page).document;
const trendOfRuns = (runs: HistoryEntry[], all = false) =>
  opened(trendPage(trendOf(runs, "throughput", "all", all), "results", "1.2.3"));
const words = (element: { textContent: string | null } | null) => (element?.textContent ?? "").replace(/\s+/g, " ");

describe("a trend's page", () => {
  it("draws the runs and their levels, with a mark where they change, and says the same in a table", () => {
    const document = trendOfRuns(runsOf(falling));
    const chart = document.querySelector("svg");
    expect(words(chart)).toMatch(/valid runs.*level/);
    expect(words(chart)).toContain("−20 %");
    expect(words(chart?.querySelector("desc") ?? null)).toBe("From run <run> 10 on: 1,001/s → 802/s (−20 %).");
    expect(chart?.querySelectorAll("marker")).toHaveLength(1);
    const rows = [...document.querySelectorAll("tr")].map(words);
    expect(rows).toContainEqual(expect.stringMatching(/^<run> 10 ?1,001\/s ?802\/s ?−20 % ?0\.002/));
    expect(rows.filter((row) => /^2026-01-/.test(row))).toHaveLength(20);
    expect(words(document.querySelector("header"))).toContain("Each value is one run");
  });

  it("names what was left out: runs that are not valid, and those that measured something else", () => {
    const runs = runsOf([...falling, 500, 500], (run, day) => {
      if (day === 3) run.validity.valid = false;
      if (day >= 20) run.profile.name = "other";
    });
    const document = trendOfRuns(runs);
    expect(words(document.querySelector(".reasons"))).toContain("1 of 20 runs not valid: shown, and left out");
    expect(words(document.querySelector("svg"))).toContain("runs that are not valid");
    expect(words(document.querySelector("#others"))).toMatch(/2 ?profile other, up to 2,000\/s, 15 s/);
    const all = trendOfRuns(runs, true);
    expect(all.querySelectorAll("svg")).toHaveLength(2);
    expect(all.querySelector("#others")).toBeNull();
    expect(new Set([...all.querySelectorAll("[id]")].map(({ id }) => id)).size).toBe(
      all.querySelectorAll("[id]").length,
    );
  });

  it("of the newest runs has the level that began before them, and every change in the table", () => {
    const trend = newestOf(trendOf(runsOf(falling), "throughput", "all", false), 4);
    const document = opened(trendPage(trend, "results", "1"));
    expect(words(document.querySelector("svg"))).toContain("level");
    expect(words(document.querySelector("svg"))).not.toMatch(/valid runs.*−20 %.*2026/);
    expect(words(document.querySelector(".reasons"))).toContain("the 16 runs before these are not shown");
    expect([...document.querySelectorAll("tr")].map(words)).toContainEqual(expect.stringMatching(/^<run> 10 ?1,001/));
  });

  it("of one run, of none, and without values is a page all the same", () => {
    expect(words(trendOfRuns(runsOf([1000])).querySelector("main"))).toContain(
      "No search for changes: 1 valid run has",
    );
    expect(words(trendOfRuns([]).querySelector("main"))).toContain("There are no such runs");
    const without = trendOf(
      runsOf([1, 2], ({ totals }) => Object.assign(totals.measure.all.response, { p99: null })),
      "response-p99",
      "all",
      false,
    );
    expect(words(opened(trendPage(without, "r", "1")).querySelector("main"))).toMatch(/No run of it has a value/);
  });

  it("writes no change over another where there are many runs, and has all of them in the table", () => {
    const level = (day: number) => (day < 700 ? 1000 : day < 710 ? 500 : 2000);
    const document = trendOfRuns(runsOf(Array.from({ length: 1400 }, (_, day) => level(day) + (day % 7))));
    expect([...document.querySelectorAll("svg text")].map(words).filter((text) => text.endsWith("%"))).toEqual([
      "−50 %",
    ]);
    expect(words(document.querySelector("main"))).toMatch(/−50 %.*\+29\d %/);
  });

  it("does not dot thousands of runs", () => {
    const document = trendOfRuns(runsOf(Array.from({ length: 400 }, (_, day) => 1000 + (day % 7))));
    expect(document.querySelectorAll("marker").length).toBe(0);
    expect(words(document.querySelector("main"))).toContain("None was found");
  });
});

it("a list's page has the newest run first, why one is not valid, and what could not be read, all escaped", () => {
  const runs = runsOf([1000, 900], (run, day) => {
    if (day === 0)
      run.validity = { valid: false, reasons: [{ code: "errors", message: "5 % failed & <b>more</b>" }], warnings: [] };
  });
  const page = historyPage(
    { results: "a<b>", runs, unreadable: [{ path: "cut", reason: "is <cut> off" }] },
    { operation: "all", version: "1" },
  );
  expect(page).not.toMatch(/<run>|<b>|<cut>/);
  const document = opened(page);
  expect([...document.querySelectorAll("#runs td:last-child")].map(words)).toEqual(["<run> 1", "<run> 0"]);
  expect(words(document.querySelector("#runs .bad"))).toBe("INVALID");
  expect(words(document.querySelector("#not-valid tbody"))).toBe("<run> 05 % failed & <b>more</b>");
  expect(words(document.querySelector("#not-readable"))).toContain("is <cut> off");
  expect(words(document.querySelector("h1"))).toBe("Runs in a<b>");
});

// The pages of past runs in a real browser.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../../cli/command-under-test.ts";
import { installationFolder } from "../../cli/installation.ts";
import type { RunFile } from "../../lib/result/index.ts";
import { TestBrowser } from "./browser.ts";
import { overflow, paleTexts, shownTexts, tabOrder } from "./looking.ts";

const fixture = join(installationFolder, "lib", "result", "testdata", "2026-11-21T09-40-12Z-oltp-postgres", "run.json");

let browser: TestBrowser;
let folder: string;
const pages: Record<"list" | "trend", string> = { list: "", trend: "" };

/** A run a day, with a change in the middle, one that is not valid, and one of another profile. */
function writeRuns(results: string): void {
  for (let day = 1; day <= 24; day += 1) {
    const run: RunFile = JSON.parse(readFileSync(fixture, "utf8"));
    run.startedAt = new Date(Date.UTC(2026, 0, day)).toISOString();
    run.totals.measure.all.throughput = (day <= 12 ? 2000 : 1500) + (day % 5);
    if (day === 4)
      run.validity = { valid: false, reasons: [{ code: "errors", message: "too many failed" }], warnings: [] };
    if (day === 24) run.profile.name = "other";
    mkdirSync(join(results, `run-${day}`), { recursive: true });
    writeFileSync(join(results, `run-${day}`, "run.json"), JSON.stringify(run));
  }
  mkdirSync(join(results, "cut"));
  writeFileSync(join(results, "cut", "run.json"), "{");
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-pages-"));
  browser = await TestBrowser.start();
  const results = join(folder, "results");
  writeRuns(results);
  const make = async (name: keyof typeof pages, args: string[]) => {
    pages[name] = join(folder, `${name}.html`);
    const all = ["history", "--results", results, "--format", "html", "--output", pages[name], ...args];
    const { code, stderr } = await dbmark(all);
    expect(code, stderr).toBe(0);
  };
  await make("list", []);
  await make("trend", ["--trend", "throughput"]);
});

afterAll(async () => {
  await browser?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.keys(pages) as (keyof typeof pages)[])("the page %s", (name) => {
  it("asks for nothing, and says nothing on the console, in light, dark and print", async () => {
    for (const view of [{}, { scheme: "dark" }, { print: true }] as const) {
      const { page, said, requests } = await browser.open(pages[name], view);
      expect({ said, requests }).toEqual({ said: [], requests: [] });
      expect(await shownTexts(page)).toBeGreaterThan(50);
      expect(await paleTexts(page, 4.5)).toEqual([]);
      await page.close();
    }
  });

  it("is not wider than the window of a phone or of a desktop", async () => {
    for (const width of [400, 1280]) {
      const { page } = await browser.open(pages[name], { width });
      expect(await overflow(page), `${width} px`).toBe(0);
      await page.close();
    }
  });

  it("can be read by the keyboard: the way to the content, and every table and chart", async () => {
    const { page } = await browser.open(pages[name]);
    const order = await tabOrder(page, 12);
    expect(order[0]).toBe("a: Skip to the content");
    expect(order.some((one) => /, (table|chart)$/.test(one))).toBe(true);
    await page.close();
  });
});

it("the trend shows the change in the chart and in a table, and the list says what is wrong with which run", async () => {
  const { page } = await browser.open(pages.trend);
  expect(await page.locator("svg").getByText("−25 %", { exact: true }).count()).toBe(1);
  expect(await page.locator("table").filter({ hasText: "from run" }).innerText()).toMatch(
    /run-13\s+2,002\/s\s+1,502\/s\s+−25 %/,
  );
  expect(await page.locator("#others").innerText()).toContain("profile other");
  await page.close();
  const list = await browser.open(pages.list);
  expect(await list.page.locator("#not-valid").innerText()).toContain("too many failed");
  expect(await list.page.locator("#not-readable").innerText()).toContain("cut/run.json is cut off after 1 characters");
  await list.page.close();
});

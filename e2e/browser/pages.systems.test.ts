// The pages of dbmark in a real browser, made of real runs.

import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dbmark } from "../../cli/command-under-test.ts";
import { TestServer, type Variables } from "../server.ts";
import { TestBrowser, type View } from "./browser.ts";
import { focusIsSeen, overflow, paleTexts, shownTexts, tabOrder } from "./looking.ts";

let browser: TestBrowser;
let server: TestServer;
let folder: string;
let picture: string;
/** Paths of the pages. */
const pages = { report: "", steps: "", alone: "", comparison: "", five: "" };

const short: Variables = { ROWS: "2000", WARMUP_DURATION: "1s" };

/** Runs a benchmark; gives its folder. */
async function run(variables: Variables): Promise<string> {
  const { out, stderr, code } = await server.dbmark({ ...short, ...variables });
  // 1 and 4: a short run misses a limit or is not to be believed, which a page has to show as well.
  expect([0, 1, 4], stderr).toContain(code);
  return join(out, readdirSync(out)[0] ?? "");
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-pages-"));
  [server, browser] = await Promise.all([TestServer.start(), TestBrowser.start()]);
  const first = await run({ LOAD_PROFILE: "smoke", STEADY_STATE_DURATION: "5s" });
  const steps = await run({ LOAD_PROFILE: "spike", LOAD_RATE: "400", STEADY_STATE_DURATION: "3s" });
  const report = async (source: string, name: string) => {
    const path = join(folder, name);
    const { code, stderr } = await dbmark(["report", source, "--output", path]);
    expect(code, stderr).toBe(0);
    return path;
  };
  const comparison = async (runs: string[], name: string) => {
    const path = join(folder, name);
    const { code, stderr } = await dbmark(["compare", ...runs, "--format", name.replace(/.*\./, ""), "--output", path]);
    expect(code, stderr).toBe(0);
    return path;
  };
  pages.report = await report(first, "report.html");
  pages.steps = await report(steps, "steps.html");
  const alone = join(folder, "alone.json");
  copyFileSync(join(first, "run.json"), alone);
  pages.alone = await report(alone, "alone.html");
  pages.comparison = await comparison([first, steps], "comparison.html");
  picture = await comparison([first, steps], "comparison.svg");
  pages.five = await comparison([first, first, steps, alone, steps], "five.html");
}, 240_000);

afterAll(async () => {
  await browser?.stop();
  await server?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const names = Object.keys(pages) as (keyof typeof pages)[];

/** Opens a page with all of its parts. */
async function openWhole(name: keyof typeof pages, view: View = {}): Promise<Page> {
  const { page } = await browser.open(pages[name], view);
  await openParts(page);
  return page;
}

async function openParts(page: Page): Promise<void> {
  await page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })");
}

describe.each(names)("the page %s", (name) => {
  it("asks for nothing, and says nothing on the console, in light, dark and print", async () => {
    for (const view of [{}, { scheme: "dark" }, { print: true }] as const) {
      const { page, said, requests } = await browser.open(pages[name], view);
      await openParts(page);
      expect({ said, requests }).toEqual({ said: [], requests: [] });
      expect(await page.locator("h1").innerText()).toContain("oltp");
      await page.close();
    }
  });

  it("is not wider than the window of a phone or of a desktop, nor than a sheet of paper, with all its parts open", async () => {
    // A sheet of A4 is 794 px wide; this is what its margins leave.
    for (const view of [{ width: 400 }, { width: 1280 }, { width: 688, print: true }]) {
      const page = await openWhole(name, view);
      expect(await overflow(page), `${view.width} px`).toBe(0);
      await page.close();
    }
  });

  it.each([{ scheme: "light" }, { scheme: "dark" }, { scheme: "dark", print: true }] as const)(
    "has no text with a contrast below 4.5 in %o",
    async (view) => {
      const page = await openWhole(name, view);
      expect(await shownTexts(page)).toBeGreaterThan(200);
      expect(await paleTexts(page, 4.5)).toEqual([]);
      await page.close();
    },
  );

  it("is reached by the keyboard: first the way past the contents, then all that opens or scrolls, each marked", async () => {
    const { page } = await browser.open(pages[name]);
    const [start] = await tabOrder(page, 1);
    expect(start).toBe("a: Skip to the content");
    expect(await focusIsSeen(page)).toBe(true);
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    const summaries = await page.locator("summary").count();
    const order = await tabOrder(page, 80);
    expect(order.some((one) => /^section: .*, table$/.test(one))).toBe(true);
    expect(order.some((one) => /^section: .*, chart$/.test(one))).toBe(true);
    expect(order.filter((one) => one.startsWith("summary: ")).length).toBeGreaterThanOrEqual(Math.min(summaries, 3));
    await page.locator("summary").first().focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("details").first().getAttribute("open")).not.toBeNull();
    expect(await focusIsSeen(page)).toBe(true);
    await page.close();
  });

  it("names every chart and table, and every cell's row and column", async () => {
    const page = await openWhole(name);
    const charts = (await page.evaluate(`[...document.querySelectorAll("svg")].map((svg) => {
      const texts = svg.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id).textContent);
      return [svg.getAttribute("role"), ...texts];
    })`)) as string[][];
    expect(charts.length).toBeGreaterThan(0);
    for (const [role, title, description] of charts) {
      expect(role).toBe("img");
      expect(title).toMatch(/.{5}/);
      expect(description).toMatch(/.{10}/);
    }
    const unnamed = await page.evaluate(`[...document.querySelectorAll("table")].filter((table) =>
      !table.caption?.textContent || [...table.rows].some((row) => !row.cells[0].scope) || table.querySelector("th:not([scope])")).length`);
    expect(unnamed).toBe(0);
    const ids = (await page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")) as string[];
    expect(new Set(ids).size).toBe(ids.length);
    await page.close();
  });
});

describe("a report", () => {
  it("shows the run's verdict, figures, charts over time and set-up", async () => {
    const { page } = await browser.open(pages.report);
    const text = await page.locator("body").innerText();
    for (const part of ["VALID", "p95 response time", "Throughput of all operations over time", "Load phase", "Set-up"])
      expect(text).toContain(part);
    expect(await page.locator("svg#percentiles [stroke^='var(--line-'] path").count()).toBeGreaterThanOrEqual(4);
    await page.close();
  });

  it("names phases and steps in the charts over time", async () => {
    const { page } = await browser.open(pages.steps);
    const words = await page.locator("svg#throughput-all text").allTextContents();
    expect(words).toEqual(expect.arrayContaining(["warm-up", "before", "spike", "after"]));
    await page.close();
  });

  it("of a lone run.json says what is missing", async () => {
    const { page } = await browser.open(pages.alone);
    expect(await page.locator(".reasons").innerText()).toContain("windows.ndjson is not beside the run.json.");
    expect(await page.locator("svg#percentiles").count()).toBe(1);
    expect(await page.locator("svg#throughput-all").count()).toBe(0);
    await page.close();
  });
});

describe("a comparison", () => {
  it("says what differs, and draws both runs over each other: percentiles, throughput and a high percentile over time", async () => {
    const { page } = await browser.open(pages.comparison);
    const text = await page.locator("body").innerText();
    for (const part of ["2 runs compared", "The runs measured different things", "not significance", "Set-ups"])
      expect(text).toContain(part);
    for (const chart of ["percentiles-all", "throughput-all", "latency-all"]) {
      expect(await page.locator(`svg#${chart} g[stroke^='var(--line-'] path`).count(), chart).toBe(2);
    }
    await page.close();
  });

  it("of a run with itself shows no change", async () => {
    const { page } = await browser.open(pages.five);
    // The first row is all operations of B, which is A itself.
    const [run, ...changes] = await page.locator("#changes tbody tr").first().locator("td").allInnerTexts();
    expect(run).toBe("B");
    expect(changes.length).toBeGreaterThanOrEqual(4);
    for (const change of changes) expect(change.trim()).toMatch(/^(0 %|the same|–)$/);
    expect(await page.locator("svg#percentiles-all g[stroke^='var(--line-'] path").count()).toBe(5);
    // One of the five has no windows.
    expect(await page.locator("svg#throughput-all g[stroke^='var(--line-'] path").count()).toBe(4);
    await page.close();
  });
});

describe("the picture of a comparison", () => {
  it.each(["light", "dark"] as const)(
    "stands alone in %s: it has a title, both runs, and all of its texts within it",
    async (scheme) => {
      const { page, said, requests } = await browser.open(picture, { scheme });
      const found = (await page.evaluate(`(() => {
      const svg = document.documentElement;
      const { left, right, top, bottom } = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent !== "");
      const outside = texts.filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < left || box.right > right || box.top < top || box.bottom > bottom;
      });
      const colours = [...svg.querySelectorAll("g[stroke^='var(--line-']")].map((line) => getComputedStyle(line).stroke);
      return { name: svg.tagName, texts: texts.length, outside: outside.map((text) => text.textContent), colours };
    })()`)) as { name: string; texts: number; outside: string[]; colours: string[] };
      expect({ said, requests }).toEqual({ said: [], requests: [] });
      expect(found.name).toBe("svg");
      expect(found.texts).toBeGreaterThan(8);
      expect(found.outside).toEqual([]);
      expect(new Set(found.colours).size).toBe(2);
      await page.close();
    },
  );
});

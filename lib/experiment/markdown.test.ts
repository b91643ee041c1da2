import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { experimentOf, type Measured, planOf, repetitionsOf, slower } from "./experiment-under-test.ts";
import { experimentMarkdown, markdownMark } from "./markdown.ts";
import { code, fence, plainText } from "./markdown-elements.ts";

/** What a reader sees of a text whose only markup is entities. */
const shown = (markdown: string) => parseHTML(`<p>${markdown}</p>`).document.querySelector("p")?.textContent;

describe("the Markdown of an experiment", () => {
  it("is as in its snapshot: headline, verdicts, and all else folded", async () => {
    await expect(experimentMarkdown(experimentOf(slower))).toMatchFileSnapshot("__snapshots__/worse.md");
  });

  it("is as in its snapshot where it is not valid, with SQL", async () => {
    const plan = planOf(8);
    const b = { ...plan.a, sql: { path: "migrations/0042_drop_index.sql", text: "DROP INDEX usertable_pkey;\n" } };
    const repetitions = repetitionsOf(slower).map((each) => ({
      ...each,
      valid: each.pair !== 2,
      reasons: ["It lagged."],
    }));
    const experiment = experimentOf(slower, { plan: { ...plan, b }, repetitions, differences: [] });
    await expect(experimentMarkdown(experiment)).toMatchFileSnapshot("__snapshots__/invalid.md");
  });

  it("begins with a mark by which the comment is found again", () => {
    expect(experimentMarkdown(experimentOf(slower)).startsWith(`${markdownMark}\n### dbmark ab: `)).toBe(true);
  });

  it("of an experiment without a pair says that there is no verdict", () => {
    const text = experimentMarkdown(experimentOf(slower, { status: "failed", failure: "No disk.", repetitions: [] }));
    expect(text).toContain("### dbmark ab: half done, 0 of 8 pairs");
    expect(text).toContain("There is no verdict.");
    expect(text).toContain("**Failed:** No disk.");
  });

  it("fits into a comment, however much there is", () => {
    const values = Array.from({ length: 100 }, (_, index) => 10 + Math.sin(index));
    const measured: Measured = { ...slower };
    for (let operation = 0; operation < 900; operation += 1) {
      measured[`operation-${operation}:response-p99`] = { a: values, b: values.toReversed() };
    }
    const plan = planOf(100, { primary: [{ metric: "response-p99", operation: "operation-7" }] });
    const b = { ...plan.b, sql: { path: "x.sql", text: "SELECT 1;\n".repeat(100_000) } };
    const text = experimentMarkdown(experimentOf(measured, { plan: { ...plan, b } }));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("What does not fit into a comment is left out: it is in ab.json.");
    expect(text).toContain("-- … the rest is in ab.json");
    expect(text.split("<details>").length).toBe(text.split("</details>").length);
  });

  it("keeps its form whatever names and reasons hold", () => {
    const nasty = "a|b</details>`c`\n# d <script> **e** [f](http://g) @everyone #12 :tada:";
    const plan = planOf(8);
    const experiment = experimentOf(slower, {
      plan: { ...plan, b: { ...plan.b, server: { shared_buffers: nasty } }, stateReason: nasty },
      repetitions: repetitionsOf(slower).map((each) => ({ ...each, valid: false, reasons: [nasty] })),
      differences: [{ group: nasty, what: nasty, a: nasty, b: nasty }],
      failure: nasty,
    });
    const text = experimentMarkdown(experiment);
    const plain = experimentMarkdown(
      experimentOf(slower, {
        ...experiment,
        ...JSON.parse(JSON.stringify(experiment).replaceAll(JSON.stringify(nasty).slice(1, -1), "nasty")),
      }),
    );
    const form = (markdown: string) =>
      markdown.split("\n").map((line) => line.replace(/[^|#]/g, "").replace(/#(?!##)/g, ""));
    expect(form(text.replaceAll(/&#\d+;/g, ""))).toEqual(form(plain.replaceAll(/&#\d+;/g, "")));
    for (const markup of ["<script>", "**e**", "[f]", "http://", "@everyone", " #12", ":tada:", "`"]) {
      expect(text).not.toContain(markup);
    }
  });
});

describe("text in Markdown", () => {
  it("is read as it was written, white space apart", () => {
    const text = "A *b* _c_ `d` <e> & [f](g) ~h~ | i \\ {j} $k$ !l ^m^ 100 % (+12.4 %; p = 0.01)";
    expect(shown(plainText(text))).toBe(text);
    expect(plainText("a\n\n b\t c ")).toBe("a b c");
    expect(plainText("+12.4 % (95 % interval: −1 % to 3.5 %)")).toBe("&#43;12.4 % (95 % interval: −1 % to 3.5 %)");
  });

  it("makes no list, heading, mention, issue, link or emoji", () => {
    for (const start of ["- a", "+ a", "1. a", "2) a", "=== a"]) expect(plainText(start)).toMatch(/^&#\d+;/);
    expect(plainText("@a #1")).toBe("&#64;&#8203;a &#35;&#8203;1");
    expect(plainText("https://a.b www.a.b WWW.a")).toBe("https&#58;//a.b www&#46;a.b WWW&#46;a");
    expect(plainText(":tada:")).toBe("&#58;tada&#58;");
  });

  it("has no control characters", () => {
    expect(plainText("a\u0000\u001b[31mb\u009f")).toBe("a��&#91;31mb�");
    expect(code("a|b")).toBe("<code>a&#124;b</code>");
  });

  it("is fenced by more back-quotes than it holds", () => {
    expect(fence("sql", "SELECT 1;\n")).toBe("```sql\nSELECT 1;\n```");
    expect(fence("", "````\n")).toBe("`````\n````\n`````");
  });
});

import { DOMParser } from "linkedom";
import { describe, expect, it } from "vitest";
import type { ExperimentFile } from "../schema/experiment.generated.ts";
import { experimentOf, planOf, repetitionsOf, slower } from "./experiment-under-test.ts";
import { experimentJUnit } from "./junit.ts";
import { experimentText } from "./text.ts";

const parsed = async (experiment: ExperimentFile) => {
  const xml = await experimentJUnit(experiment);
  expect(problemsOfXml(xml)).toEqual([]);
  return new DOMParser().parseFromString(xml, "text/xml");
};
const all = (document: Awaited<ReturnType<typeof parsed>>, selector: string) => [
  ...document.querySelectorAll(selector),
];

/** What makes a text no XML: characters that it cannot hold, ampersands and angle brackets that stand for themselves, tags that do not close. */
function problemsOfXml(xml: string): string[] {
  const problems: string[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(xml))
    problems.push("a character that XML has not");
  const outside = xml.replace(/^<\?xml[^?]*\?>/, "").replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, "");
  const open: string[] = [];
  const tag = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g;
  for (const [, closing, name = "", attributes = "", alone] of outside.matchAll(tag)) {
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(attributes)) problems.push(`an ampersand in ${name}`);
    if (closing === "/" && open.pop() !== name) problems.push(`${name} closes what is not open`);
    if (closing === "" && alone === "") open.push(name);
  }
  if (open.length > 0) problems.push(`${open.join(", ")} do not close`);
  const text = outside.replace(tag, "");
  if (/[<>]|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text)) problems.push("markup in a text");
  return problems;
}

it("the check of XML finds what is none", () => {
  for (const xml of ["<a>", "<a></b>", "<a>&</a>", '<a b="&x"/>', "<a>\u0001</a>", "<a>]]></a>", "<a><b</a>"]) {
    expect(problemsOfXml(xml), xml).not.toEqual([]);
  }
  expect(problemsOfXml('<?xml version="1.0"?><a b="&amp;&lt;"><c/>x<![CDATA[<&]]></a>')).toEqual([]);
});

describe("the JUnit report", () => {
  it("has a test case for each primary metric, and a failure where it is worse", async () => {
    const document = await parsed(experimentOf(slower));
    const [suites] = all(document, "testsuites");
    expect(["tests", "failures", "errors"].map((name) => suites?.getAttribute(name))).toEqual(["2", "1", "0"]);
    const cases = all(document, "testcase");
    expect(cases.map((each) => each.getAttribute("name"))).toEqual([
      "p99 response time (response-p99)",
      "throughput (throughput)",
    ]);
    expect(cases.map((each) => each.querySelectorAll("failure").length)).toEqual([1, 0]);
    expect(all(document, "failure")[0]?.getAttribute("message")).toMatch(/^p99 response time is worse: \+12\.4 %/);
    expect(all(document, "testsuite")[0]?.getAttribute("timestamp")).toBe("2026-11-21T10:00:00");
    expect(all(document, "testsuite")[0]?.getAttribute("time")).toBe("980");
  });

  it("has the figures of each metric as properties, with all their digits", async () => {
    const experiment = experimentOf(slower);
    const [first] = all(await parsed(experiment), "testcase");
    const properties = Object.fromEntries(
      [...(first?.querySelectorAll("property") ?? [])].map((each) => [
        each.getAttribute("name"),
        each.getAttribute("value"),
      ]),
    );
    const { result } = experiment.judgement?.primary[0] ?? {};
    expect(properties).toMatchObject({ verdict: "worse", ratio: `${result?.ratio}`, lower: `${result?.lower}` });
    expect(Object.keys(properties)).toContain("adjustedPValue");
  });

  it("has the text of the experiment once", async () => {
    const experiment = experimentOf(slower);
    const [output, ...others] = all(await parsed(experiment), "system-out");
    expect(output?.textContent).toBe(experimentText(experiment));
    expect(others).toEqual([]);
  });

  it("has errors, and no failures, where the experiment is not valid", async () => {
    const repetitions = repetitionsOf(slower).map((each) => ({ ...each, valid: false, reasons: ["It lagged."] }));
    const document = await parsed(experimentOf(slower, { repetitions }));
    expect(all(document, "failure")).toEqual([]);
    expect(all(document, "error").map((each) => each.getAttribute("type"))).toEqual(["invalid", "invalid"]);
    expect(all(document, "error")[0]?.getAttribute("message")).toContain(
      "not valid (p99 response time worse (+12.4 %)",
    );
  });

  it("has an error where it is half done, also before there is a pair, and where a metric could not be tested", async () => {
    const half = experimentOf(slower, { status: "interrupted", repetitions: [], plan: planOf(8) });
    expect(all(await parsed(half), "testcase error").map((each) => each.getAttribute("type"))).toEqual(["half done"]);
    const { a = [], b = [] } = slower["all:response-p99"] ?? {};
    const missing = experimentOf({ ...slower, "all:response-p99": { a, b: b.with(0, null) } });
    expect(all(await parsed(missing), "testcase error").map((each) => each.getAttribute("type"))).toEqual([
      "not tested",
    ]);
  });

  it("is XML whatever names and reasons hold", async () => {
    const nasty = `<b a="1">&amp; ]]> \u0000\u001b[31m \ud800 'x' -- é\n`;
    const measured = {
      ...slower,
      [`${nasty.replaceAll(":", "")}:response-p99`]: slower["all:response-p99"] ?? { a: [], b: [] },
    };
    const plan = planOf(8, { primary: [{ metric: "response-p99", operation: nasty }] });
    const b = { ...plan.b, variables: { X: nasty }, sql: { path: nasty, text: nasty } };
    const repetitions = repetitionsOf(measured).map((each) => ({ ...each, valid: false, reasons: [nasty] }));
    const document = await parsed(
      experimentOf(measured, { plan: { ...plan, b }, repetitions, failure: nasty, id: nasty }),
    );
    // The parser leaves entities of attributes as they are.
    expect(all(document, "testcase")[0]?.getAttribute("name")).toContain('&lt;b a="1"&gt;&amp;amp; ]]&gt; ��[31m');
    expect(all(document, "b")).toEqual([]);
  });
});

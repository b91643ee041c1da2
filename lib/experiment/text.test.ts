import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ExperimentFile, Repetition } from "../schema/experiment.generated.ts";
import { width } from "../summary/layout.ts";
import { terminalPalette } from "../summary/palette.ts";
import { experimentOf, type Measured, planOf, repetitionsOf, slower } from "./experiment-under-test.ts";
import { experimentText } from "./text.ts";

const folder = "results/2026-11-21T10-00-00Z-ab-oltp-postgres";
const p99 = { metric: "response-p99", operation: "all" };
const invalid = (repetition: Repetition): Repetition => ({
  ...repetition,
  valid: false,
  reasons: ["The harness used 97 % of its processors.", "It lagged."],
});
const wide: Measured = {
  ...slower,
  "all:client-cpu": { a: slower["all:throughput"]?.a ?? [], b: slower["all:throughput"]?.b ?? [] },
  "a-name-that-somebody-gave-to-an-operation-and-that-goes-on:response-p99": {
    a: [1234567, 1234567, null],
    b: [1234567000, 7654321000, null],
  },
  "select:response-p99": { a: [1, 2, 3], b: [2, 3, 4] },
};

describe("the text of an experiment", () => {
  it("is as in its snapshot: verdicts first, then whether to believe them, then the rest", async () => {
    await expect(experimentText(experimentOf(slower), { folder })).toMatchFileSnapshot("__snapshots__/worse.txt");
  });

  it("is as in its snapshot where much is wrong", async () => {
    const repetitions = repetitionsOf(wide).map((each) => (each.pair < 4 ? invalid(each) : each));
    const experiment = experimentOf(wide, {
      repetitions,
      plan: planOf(8, { alpha: 0.01, looks: [{ pair: 8, level: 0.01 }] }),
    });
    await expect(experimentText(experiment, { folder })).toMatchFileSnapshot("__snapshots__/invalid.txt");
  });

  it("is as in its snapshot where it is half done", async () => {
    const experiment = experimentOf(slower, {
      status: "failed",
      failure: "The server did not start: port 5432 is in use.",
      plan: planOf(12),
      differences: [],
    });
    await expect(experimentText(experiment, { folder })).toMatchFileSnapshot("__snapshots__/half-done.txt");
  });

  it("is no wider than 100 columns, paths in commands excepted", () => {
    const variables = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`NAME_${i}`, "x".repeat(30)]));
    const plan = { ...planOf(8), stateReason: "a reason ".repeat(30) };
    const settings = { group: "settings", what: "a-long-name-of-a-setting".repeat(3), a: "long ".repeat(30), b: "" };
    for (const experiment of [
      experimentOf(slower),
      experimentOf(wide, { differences: [settings] }),
      experimentOf(wide, { plan: { ...plan, b: { ...plan.b, variables } } }),
      experimentOf({ ...wide, "all:response-p99": { a: [1e-9, 1e9], b: [1e9, 1e-9] } }, { status: "running" }),
      experimentOf(slower, { repetitions: [] }),
    ]) {
      const lines = experimentText(experiment).split("\n");
      for (const line of lines.filter((text) => !/npx |^Experiment +2026|^Runs/.test(text))) {
        expect(line.length, line).toBeLessThanOrEqual(width);
      }
    }
  });

  it("says nothing of runs where no pair is complete", () => {
    const text = experimentText(experimentOf(slower, { status: "interrupted", repetitions: [], differences: [] }));
    expect(text).not.toContain("VALID");
    expect(text).not.toContain("set-ups");
    expect(text).toContain("NO VERDICT  0 of 8 pairs are complete.");
    expect(text).not.toContain("\n\n\n");
  });

  it("does not send on what stopped because its plan has too few operations", () => {
    const few: Measured = { ...slower, "all:response-p99": { a: [12.1], b: [null] } };
    const stopped = { status: "failed", failure: "Too few.", repetitions: repetitionsOf(few, 1) } as const;
    expect(experimentText(experimentOf(few, { ...stopped, plan: planOf(8) }))).toMatch(/Next .*start another/);
    const broken = { ...stopped, repetitions: repetitionsOf(slower, 1) };
    expect(experimentText(experimentOf(slower, broken))).toMatch(/Next .*--resume/);
  });

  it("says that A and B are the same, where they are", () => {
    const plan = planOf(8);
    const text = experimentText(experimentOf(slower, { plan: { ...plan, b: plan.a }, differences: [] }));
    expect(text).toContain("A and B are the same: what differs between them is chance.");
    expect(text).toContain("The runs of A and B report no other difference in their set-ups.");
  });

  it("says what variants differ in, and where they ran", () => {
    const plan = planOf(8);
    const b = {
      ...plan.a,
      target: "postgres://b.example/db",
      profile: "max",
      variables: { DEPTH: "8" },
      sql: { path: "x.sql", text: "" },
    };
    const text = experimentText(experimentOf(slower, { plan: { ...plan, b } }));
    expect(text).toContain("Experiment: oltp on an embedded PostgreSQL against oltp on postgres://b.example/db");
    expect(text).toContain("A            target=embedded PostgreSQL, profile=smoke, without sql, DEPTH not set");
    expect(text).toContain("B            target=postgres://b.example/db, profile=max, sql=x.sql, DEPTH=8");
  });

  it("of no difference says how many pairs would show the minimum effect", () => {
    const ten = [10, 10, 10, 10, 10, 10];
    const noisy = { "all:response-p99": { a: ten, b: [10.5, 9.6, 10.5, 9.5, 10.6, 9.4] } };
    const wilder = { "all:response-p99": { a: ten, b: [13, 8, 13, 8, 13, 8] } };
    const unbroken = (experiment: ExperimentFile) => experimentText(experiment).replace(/\s+/g, " ");
    const text = unbroken(experimentOf(noisy, { plan: planOf(6, { primary: [p99], minimumEffect: 0.06 }) }));
    expect(text).toMatch(
      /To show a change of 6 % in p99 response time, some \d\d pairs are needed here: --pairs \d\d\./,
    );
    const wild = unbroken(experimentOf(wilder, { plan: planOf(6, { primary: [p99] }) }));
    expect(wild).toContain("more than 100 pairs would be needed here");
  });

  it("shows twenty pairs, and says how many there are besides", () => {
    const values = Array.from({ length: 25 }, (_, index) => 10 + Math.sin(index));
    const text = experimentText(
      experimentOf(
        { "all:response-p99": { a: values, b: values.toReversed() } },
        { plan: planOf(25, { primary: [p99] }) },
      ),
    );
    expect(text).toMatch(/\n {2}20 .*\n {2}and 5 more\n/);
  });

  it("leaves out service times that are the response times, and what the only operation has", () => {
    const { a = [], b = [] } = slower["all:response-p99"] ?? {};
    const measured = {
      ...slower,
      "all:response-p50": { a, b },
      "all:service-p50": { a, b },
      "select:response-p50": { a, b },
      "all:error-rate": { a: a.map(() => 0), b: b.map(() => 0) },
    };
    const text = experimentText(experimentOf(measured));
    expect(text).toMatch(/\n {2}p50 response time +12\.3 ms/);
    expect(text).not.toMatch(/service time|of select|error rate/);
    expect(text).toContain("3 more are in ab.json.");
    const open = experimentText(experimentOf({ ...measured, "all:service-p50": { a, b: a.toReversed() } }));
    expect(open).toContain("p50 service time");
  });

  it("leaves out what is the same in all runs, such as the throughput of an open loop", () => {
    const steady = { a: new Array(8).fill(500), b: new Array(8).fill(500.001) };
    const { a = [], b = [] } = slower["all:response-p99"] ?? {};
    const measured = { ...slower, "all:throughput": steady, "all:rows-read": { a, b } };
    const text = experimentText(experimentOf(measured, { plan: planOf(8, { primary: [p99] }) }));
    expect(text).toContain("  rows read");
    expect(text).not.toContain("  throughput");
    expect(text).toContain("1 more is in ab.json.");
  });

  it("has colours only where they are asked for", () => {
    const colored = experimentText(experimentOf(slower), { color: true });
    expect(colored).toContain(terminalPalette.good("VALID"));
    expect(colored).toContain("\u001b[31mWORSE  p99 response time: +12.4 %");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(experimentText(experimentOf(slower)));
  });

  it("never calls a metric better or worse that is not primary", () => {
    const text = readFileSync(join(import.meta.dirname, "__snapshots__/invalid.txt"), "utf8");
    expect(text.slice(text.indexOf("Exploration"))).not.toMatch(/better|worse/i);
  });
});

// Whatever k6 gives out has the totals of run.json: in both modes of metrics, by phase and operation.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start } from "../cli/command-under-test.ts";
import { installationFolder, k6Binary } from "../cli/installation.ts";
import { type RunFile, readRun } from "../lib/result/index.ts";

/** Sums by `metric phase operation`, for errors with the kind behind it. */
type Totals = Record<string, number>;

const operations = ["select", "range", "insert", "update"];
const phases = ["warmup", "measure", "cooldown"];
const counters = {
  transactions_total: "operations",
  records_read_total: "rowsRead",
  records_written_total: "rowsWritten",
  bytes_read_total: "bytesRead",
  bytes_written_total: "bytesWritten",
} as const;

/** The file's totals. A Counter that would be 0 has no sample, so what is 0 is left out. */
function inRunFile(run: RunFile): Totals {
  const totals: Totals = {};
  for (const phase of phases) {
    for (const operation of run.totals[phase as "measure"]?.operations ?? []) {
      for (const [metric, key] of Object.entries(counters))
        if (operation[key] > 0) totals[`${metric} ${phase} ${operation.name}`] = operation[key];
      for (const [kind, count] of Object.entries(operation.errors))
        totals[`transaction_errors_total ${phase} ${operation.name} ${kind}`] = count ?? 0;
    }
  }
  return totals;
}

function add(totals: Totals, metric: string, tags: Record<string, string>, value: number): void {
  if (!(metric in counters) && metric !== "transaction_errors_total") return;
  const key = [metric, tags.phase, tags.operation, ...(tags.error === undefined ? [] : [tags.error])].join(" ");
  totals[key] = (totals[key] ?? 0) + value;
}

function inJsonOutput(path: string): Totals {
  const totals: Totals = {};
  for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
    const { type, metric, data } = JSON.parse(line);
    if (type === "Point") add(totals, metric, data.tags ?? {}, data.value);
  }
  return totals;
}

function inCsvOutput(path: string): Totals {
  const [head = "", ...rows] = readFileSync(path, "utf8").trim().split("\n");
  const names = head.split(",");
  const totals: Totals = {};
  for (const row of rows) {
    const fields = row.split(",");
    const field = (name: string) => fields[names.indexOf(name)] ?? "";
    // k6 has a column for `error`, because it is a system tag; the others are together in one.
    const tags = Object.fromEntries(
      field("extra_tags")
        .split("&")
        .map((tag) => tag.split("=")),
    );
    if (field("error") !== "") tags.error = field("error");
    add(totals, field("metric_name"), tags, Number(field("metric_value")));
  }
  return totals;
}

/** What handleSummary is given: by phase and operation where a threshold asks for it, the kinds of errors together. */
function inSummary(path: string): Totals {
  const { metrics } = JSON.parse(readFileSync(path, "utf8"));
  const totals: Totals = {};
  for (const [name, { values }] of Object.entries<{ values: { count: number } }>(metrics)) {
    const [, metric, phase, operation] = /^(\w+)\{phase:(\w+),operation:(\w+)\}$/.exec(name) ?? [];
    if (metric !== undefined && values.count > 0) totals[`${metric} ${phase} ${operation}`] = values.count;
  }
  return totals;
}

/** The kinds of errors of an operation together. */
function withoutKinds(totals: Totals): Totals {
  const sums: Totals = {};
  for (const [key, value] of Object.entries(totals)) {
    const name = key.split(" ").slice(0, 3).join(" ");
    sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

/** The suite's script with a summary of its own, and a threshold that can only hold on every figure, for k6 to keep it apart. */
const script = `
import * as suite from ${JSON.stringify(join(installationFolder, "dist", "oltp.js"))};
const thresholds = {};
for (const metric of ${JSON.stringify([...Object.keys(counters), "transaction_errors_total"])})
  for (const phase of ${JSON.stringify(phases)})
    for (const operation of ${JSON.stringify(operations)})
      thresholds[metric + "{phase:" + phase + ",operation:" + operation + "}"] = ["count>=0"];
export const options = suite.options && { ...suite.options, thresholds };
export const setup = suite.setup;
export const teardown = suite.teardown;
export default suite.default;
export function handleSummary(data) {
  return { [__ENV.SUMMARY_FILE]: JSON.stringify(data) };
}
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbmark-totals-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(["operations", "windows"])("with METRICS=%s", (METRICS) => {
  let expected: Totals;
  const file = (name: string) => join(folder, `${METRICS}-${name}`);

  beforeAll(async () => {
    writeFileSync(file("script.js"), script);
    const load = { rate: { from: 400, to: 400 }, workers: { from: 8, to: 8 } };
    const segments = phases.map((phase) => ({ phase, seconds: 1, ...load }));
    const outputs = ["--out", `json=${file("samples.json")}`, "--out", `csv=${file("samples.csv")}`];
    const { code, stderr } = await start(
      [k6Binary, "run", "--quiet", "--no-usage-report", ...outputs, file("script.js")],
      {
        METRICS,
        DBMARK_TARGET: "noop://local?errors=0.1&row_bytes=50",
        DBMARK_RESULTS: file("results"),
        LOAD_PROFILE: JSON.stringify({ name: "phases", description: "", loop: "open", segments }),
        SUMMARY_FILE: file("summary.json"),
      },
    ).ended;
    expect(code, stderr).toBe(0);
    const [name = ""] = readdirSync(file("results"));
    expected = inRunFile(readRun(join(file("results"), name)).run);
  });

  it("run.json has operations, errors, rows and bytes of all phases and operations", () => {
    for (const phase of phases) {
      for (const operation of operations) {
        for (const metric of ["transactions_total", "bytes_written_total"])
          expect(expected[`${metric} ${phase} ${operation}`], metric).toBeGreaterThan(0);
      }
      for (const metric of ["transaction_errors_total", "records_read_total", "records_written_total"])
        expect(Object.keys(expected).some((key) => key.startsWith(`${metric} ${phase} `))).toBe(true);
      const all = operations.map((operation) => expected[`transactions_total ${phase} ${operation}`] ?? 0);
      expect(all.reduce((sum, count) => sum + count, 0)).toBe(400);
    }
  });

  it("the JSON output has the same", () => expect(inJsonOutput(file("samples.json"))).toEqual(expected));

  it("the CSV output has the same", () => expect(inCsvOutput(file("samples.csv"))).toEqual(expected));

  it("handleSummary is given the same", () => expect(inSummary(file("summary.json"))).toEqual(withoutKinds(expected)));
});

// The recorder writes each run of lib/merge/reports-testdata once as one process and once as two instances, with what it reports of the whole:
// k6-ext/report/instances_fixture_test.go.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { LoadProfile } from "../../profile.ts";
import type { Workload } from "../../schema/run.generated.ts";
import { mergedWindows, noFacts } from "../merged-windows.ts";
import { figure } from "./figure.ts";
import { ReportFollower } from "./index.ts";
import { slopeOf } from "./slope.ts";

const testdata = fileURLToPath(new URL("../reports-testdata/", import.meta.url));

/** Numbers to twelve digits: sums of the same numbers in another order. */
function comparable(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(12));
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, comparable(inner)]));
}

async function reportOf(kind: string, files: string[], shift = 0) {
  const { profile, operations, ...expected } = JSON.parse(
    readFileSync(join(testdata, kind, "expected.ndjson"), "utf8"),
  );
  const follower = new ReportFollower(profile as LoadProfile, { operations } as Workload);
  const names = ["select", "insert"];
  const windows = files.map((name, place) => ({
    path: join(testdata, kind, `${name}.ndjson`),
    shift: place === 0 ? 0 : shift,
  }));
  for await (const _ of mergedWindows(windows, names, noFacts(follower)));
  return { made: comparable(follower.finish()), expected: comparable(expected) };
}

describe.each(readdirSync(testdata).sort())("the report of kind %s", (kind) => {
  it("made of one process's windows is the one that it made itself", async () => {
    const { made, expected } = await reportOf(kind, ["whole"]);
    expect(made).toEqual(expected);
  });

  it("made of two instances' windows is the one that one process would have made", async () => {
    const { made, expected } = await reportOf(kind, ["first", "second"]);
    expect(made).toEqual(expected);
  });

  it("made of one instance alone is another one: it has half of the load", async () => {
    const { made, expected } = await reportOf(kind, ["first"]);
    expect(made).not.toEqual(expected);
  });
});

it("covers every kind, each with something to report", async () => {
  expect(readdirSync(testdata).sort()).toEqual(["drift", "limit", "recovery", "steps"]);
  const { expected: steps } = await reportOf("steps", ["whole"]);
  expect(steps).toMatchObject({
    limitFound: true,
    report: { firstFailure: { step: "400/s" } },
    steps: [{ met: true }, { met: true }, { met: false, failed: expect.any(Number) }],
  });
  const { expected: recovery } = await reportOf("recovery", ["whole"]);
  expect(recovery).toMatchObject({ report: { peaks: [{ outcome: "recovered" }, { outcome: "not known" }] } });
  const { expected: limit } = await reportOf("limit", ["whole"]);
  expect(limit).toMatchObject({ report: { missed: { operation: "select", metric: "p95" } } });
  const { expected: drift } = await reportOf("drift", ["whole"]);
  expect(drift).toMatchObject({ report: { windows: 12, responseP99: { perHour: expect.any(Number) } } });
});

describe("what it is made of", () => {
  it("is a slope that outliers do not move", () => {
    const x = Array.from({ length: 20 }, (_, place) => place);
    const y = x.map((value) => (value === 7 ? 1000 : 2 * value + 1));
    expect(slopeOf(x, y)).toMatchObject({ estimate: 2, low: 2, high: 2 });
  });

  it("are figures as the recorder writes them", () => {
    expect([0, 0.01234, 9.876, 99.96, 123.4, 123_456.7].map(figure)).toEqual([
      "0",
      "0.0123",
      "9.88",
      "100",
      "123",
      "123457",
    ]);
  });
});

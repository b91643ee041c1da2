import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { WindowEvent } from "../run/events.ts";
import { Progress } from "./progress.ts";

const second: WindowEvent = {
  event: "window",
  second: 0,
  phase: "measure",
  operations: 100,
  errors: 0,
  errorKinds: {},
  p50Milliseconds: 1,
  p99Milliseconds: 2,
  targetRate: 100,
  backlog: 0,
  total: 100,
};

/** The last line that these seconds are shown with, in a log. */
function lineOf(...windows: Partial<WindowEvent>[]): string {
  const stream = new PassThrough();
  let now = 0;
  const progress = new Progress(stream as unknown as NodeJS.WriteStream, () => now);
  for (const window of windows) {
    now += 5;
    progress.show({ ...second, ...window });
  }
  return String(stream.read()).trimEnd().split("\n").at(-1) ?? "";
}

it("tells how many operations failed, and of what", () => {
  expect(lineOf({}, {})).toContain("  no errors");
  expect(lineOf({}, { errors: 1, errorKinds: { timeout: 1 } })).toContain("  1 error (timeout)");
  expect(lineOf({}, { errors: 1012, errorKinds: { connection: 12, unreachable: 1000 } })).toContain(
    "  1,012 errors (unreachable, …)",
  );
});

it("gives the percentiles of several instances as what they are: not exceeded", () => {
  expect(lineOf({}, {})).toMatch(/ p50 1\.00 ms {2}p99 2\.00 ms /);
  expect(lineOf({}, { instances: 2 })).toMatch(/ p50 ≤ 1\.00 ms {2}p99 ≤ 2\.00 ms /);
});

it("tells that nobody answers, and how much work waits", () => {
  expect(lineOf({}, { operations: 0, backlog: 300 })).toContain("no replies  no errors  300 waiting");
});

it("names the step of a search, and counts what a step cut short by the second that it covers", () => {
  const step = { number: 7, of: "rate" as const, load: 800 };
  expect(lineOf({ step }, { step, operations: 40, seconds: 0.25 }, { step, operations: 160, seconds: 0.75 })).toMatch(
    /^step 7 {2}measure +0:01 {2}213\/s of 100 /,
  );
  expect(
    lineOf({ step: { ...step, of: "workers", load: 12 } }, { step: { ...step, of: "workers", load: 12 } }),
  ).toContain("step 7 (12 workers)  measure");
});

it("leaves a line of what came of each step", () => {
  const stream = new PassThrough();
  const progress = new Progress(stream as unknown as NodeJS.WriteStream, () => 0);
  const event = { event: "step", number: 3, of: "rate", load: 1131.4, purpose: "narrow" } as const;
  progress.show({ ...event, outcome: "started" });
  const step = { response: { p95: 148 }, reached: 990, reasons: ["select: p95 148 ms", "more"] } as never;
  progress.show({ ...event, outcome: "missed", step });
  progress.show({ ...event, number: 12, of: "workers", load: 1, purpose: "confirm", outcome: "held", step });
  expect(String(stream.read()).trimEnd().split("\n")).toEqual([
    "Step  3  narrow       1,131/s  missed  p95 148 ms  select: p95 148 ms",
    "Step 12  confirm     1 worker  held  990/s  p95 148 ms  select: p95 148 ms",
  ]);
});

import { expect, it } from "vitest";
import type { WindowEvent } from "./events.ts";
import { Together } from "./together.ts";

const of = (second: number, change: Partial<WindowEvent> = {}): WindowEvent => ({
  event: "window",
  second,
  phase: "measure",
  operations: 10,
  errors: 0,
  errorKinds: {},
  p50Milliseconds: 1,
  p99Milliseconds: 2,
  targetRate: 10,
  backlog: 1,
  total: 10 * (second + 1),
  ...change,
});

function shown(): { together: Together; events: WindowEvent[] } {
  const events: WindowEvent[] = [];
  return { together: new Together(2, (event) => events.push(event)), events };
}

it("a second is shown when both instances have told of it: summed, with the percentiles of the slower one", () => {
  const { together, events } = shown();
  together.add(0, of(0, { errors: 2, errorKinds: { timeout: 2 }, p99Milliseconds: 9 }));
  expect(events).toEqual([]);
  together.add(1, of(0, { errors: 1, errorKinds: { timeout: 1 }, p50Milliseconds: 3 }));
  expect(events).toEqual([
    of(0, {
      operations: 20,
      errors: 3,
      errorKinds: { timeout: 3 },
      p50Milliseconds: 3,
      p99Milliseconds: 9,
      targetRate: 20,
      backlog: 2,
      total: 20,
      instances: 2,
    }),
  ]);
});

it("one that left out a second keeps nobody waiting, nor does one that has ended", () => {
  const { together, events } = shown();
  together.add(0, of(0));
  together.add(1, of(1));
  expect(events.map(({ second, operations }) => [second, operations])).toEqual([[0, 10]]);
  together.add(0, of(1));
  together.ended(1);
  together.add(0, of(2));
  expect(events.map(({ second, operations }) => [second, operations])).toEqual([
    [0, 10],
    [1, 20],
    [2, 10],
  ]);
  // What the one that has ended did is still part of the whole.
  expect(events.at(-1)?.total).toBe(50);
});

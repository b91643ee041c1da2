import { describe, expect, it } from "vitest";
import type { ProfileFunctions } from "../lib/profile.ts";
import {
  dueAt,
  isProfileOfFunctions,
  rateAt,
  sampleProfile,
  totalSeconds,
  validateProfile,
  workersAt,
} from "./index.ts";

const sine = (second: number) => 1000 + 500 * Math.sin((second * Math.PI) / 30);

const waves: ProfileFunctions = {
  name: "waves",
  loop: "open",
  seconds: 120,
  warmupSeconds: 5,
  rate: sine,
  workers: () => 150,
};

describe("a profile of functions", () => {
  it("is told from one of segments", () => {
    expect(isProfileOfFunctions(waves)).toBe(true);
    expect(isProfileOfFunctions({ name: "a", loop: "open", segments: [] })).toBe(false);
  });

  it("becomes straight lines through a sample of each second, whose integral is that of the functions", () => {
    const profile = sampleProfile(waves);
    expect(validateProfile(profile)).toEqual(profile);
    expect(totalSeconds(profile)).toBeCloseTo(125, 9);
    for (const second of [0, 1, 15, 30, 45, 119]) expect(rateAt(profile, 5 + second)).toBeCloseTo(sine(second), 6);
    expect(workersAt(profile, 60)).toBe(150);
    // Two whole waves: the mean is 1,000. Lines below an arc and above one take and give the same.
    expect(dueAt(profile, 1e6)).toBeCloseTo(5 * 1000 + 120 * 1000, 3);
  });

  it("is one line where it goes straight on", () => {
    const { segments } = sampleProfile({ ...waves, rate: (second) => 100 + 10 * second, workers: () => 5 });
    expect(segments.map(({ phase, rate }) => [phase, rate])).toEqual([
      ["warmup", { from: 100, to: 100 }],
      ["measure", { from: 100, to: 1300 }],
    ]);
  });

  it("rounds workers up, has no warm-up where none is wanted, and no rate in a closed loop", () => {
    const { segments } = sampleProfile({
      name: "c",
      loop: "closed",
      seconds: 2,
      warmupSeconds: 0,
      workers: (t) => 0.5 + t,
    });
    expect(segments).toEqual([{ phase: "measure", seconds: 2, workers: { from: 1, to: 3 } }]);
  });

  it("stays small, however long it is", () => {
    const { segments } = sampleProfile({ ...waves, seconds: 36_000 });
    expect(segments.length).toBeLessThanOrEqual(601);
    expect(JSON.stringify(segments).length).toBeLessThan(100_000);
  });

  it("keeps what else a profile has", () => {
    expect(sampleProfile({ ...waves, report: "drift", description: "d", mix: "mixed" })).toMatchObject({
      report: "drift",
      description: "d",
      mix: "mixed",
    });
  });

  it.each<[string, object, string]>([
    [
      "throws",
      {
        rate: () => {
          throw new Error("no idea");
        },
      },
      'rate(0) of load profile "waves" throws (no idea)',
    ],
    [
      "gives NaN",
      { rate: (t: number) => (t < 3 ? 1 : Number.NaN) },
      'rate(3) of load profile "waves" is NaN; expected is a number of 0 or more',
    ],
    ["gives infinity", { rate: (t: number) => 1 / t }, 'rate(0) of load profile "waves" is Infinity'],
    [
      "is negative",
      { rate: (t: number) => 5 - t },
      'rate(6) of load profile "waves" is -1; expected is a number of 0 or more',
    ],
    ["gives nothing", { rate: () => undefined }, 'rate(0) of load profile "waves" is missing'],
    ["is asynchronous", { rate: async () => 5 }, 'rate(0) of load profile "waves" is a promise'],
    [
      "has no workers",
      { workers: undefined },
      'workers of load profile "waves" is missing; expected is a function of the second, or a number',
    ],
    [
      "wants no workers at all",
      { workers: () => 0 },
      'workers(0) of load profile "waves" is 0; expected is a number above 0',
    ],
    ["has no length", { seconds: undefined }, 'seconds of load profile "waves" is missing'],
    ["has a negative length", { seconds: -5 }, 'seconds of load profile "waves" is -5'],
    ["has a wrong warm-up", { warmupSeconds: "5s" }, 'warmupSeconds of load profile "waves" is "5s"'],
  ])("that %s is refused", (_, change, message) =>
    expect(() => sampleProfile({ ...waves, ...change } as ProfileFunctions)).toThrow(message),
  );
});

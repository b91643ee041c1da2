import { join } from "node:path";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, it } from "vitest";
import {
  problemsOfRunFile,
  problemsOfWindowsLine,
  readRun,
  readSeries,
  readWindows,
  windowsFileName,
} from "../result/index.ts";
import { decodeSparseHistogram, mergeSparseHistograms } from "../result/sparse-histogram.ts";
import type { RunFile } from "../schema/run.generated.ts";
import type { WindowsLine } from "../schema/windows.generated.ts";
import { partsOf, startsOf } from "./index.ts";
import { instanceFolders, instances, mergeAll, wholeFolder } from "./instances-under-test.ts";

/** With histograms as their buckets, and other numbers to twelve digits: sums of the same numbers in another order. */
function comparable(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(12));
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "histogram" ? bucketsOf(inner as string) : comparable(inner),
    ]),
  );
}

function bucketsOf(histogram: string): [bucket: number, count: number][] {
  const { buckets, counts } = decodeSparseHistogram(histogram);
  return [...buckets].map((bucket, place) => [bucket, counts[place] as number]);
}

async function linesOf(folder: string): Promise<WindowsLine[]> {
  const lines: WindowsLine[] = [];
  for await (const line of readWindows(join(folder, windowsFileName))) lines.push(line);
  return lines;
}

describe("four instances merged", () => {
  it("are the run that one process would have written, digest and every bucket included", async () => {
    const { run } = await mergeAll();
    const { run: whole } = readRun(wholeFolder);
    const { id: _id, startedAt: _startedAt, instances: merged, topology, ...others } = run;
    const { id: __id, startedAt: __startedAt, instances: none, topology: wholeTopology, ...wholeOthers } = whole;
    expect(comparable(others)).toEqual(comparable(wholeOthers));
    expect(topology).toEqual({ ...wholeTopology, instances: 4 });
    expect(none).toEqual([]);
    expect(merged.map(({ segment }) => segment)).toEqual(["0:1/4", "1/4:1/2", "1/2:3/4", "3/4:1"]);
    expect(problemsOfRunFile(run)).toEqual([]);
  });

  it("have its windows, second by second", async () => {
    const { lines } = await mergeAll();
    const whole = (await linesOf(wholeFolder)).filter(({ type }) => type === "window" || type === "harness");
    expect(whole.length).toBeGreaterThan(30);
    expect(comparable(lines)).toEqual(comparable(whole));
    expect(lines.flatMap(problemsOfWindowsLine)).toEqual([]);
  });

  it("do not depend on the order in which they are named", () => {
    const inOrder = partsOf(instances()).map(({ path }) => path);
    expect(partsOf(instances().reverse()).map(({ path }) => path)).toEqual(inOrder);
  });

  it("have histograms that other readers of HDR histograms read", async () => {
    const { lines } = await mergeAll();
    const [line] = lines;
    if (line?.type !== "window") throw new Error("there is no window");
    expect(decodeFromCompressedBase64(line.response.histogram).totalCount).toBe(line.response.count);
  });

  it("have a digest that is a sum modulo 2^64", async () => {
    const { run } = await mergeAll((one, number) => {
      if (one.digest !== null) one.digest.value = number === 1 ? "ffffffffffffffff" : "0000000000000001";
    });
    expect(run.digest).toMatchObject({ value: "0000000000000002", operations: 12_000, comparable: true });
  });
});

describe("a merged run is not better than its instances", () => {
  const reasons = ({ validity }: RunFile) => validity.reasons.map(({ code, message }) => `${code}: ${message}`);

  it("one that was killed is named, and the run is as it ended, without digest or books", async () => {
    const { run } = await mergeAll((one, number) => {
      if (number !== 3) return;
      Object.assign(one, { status: "crashed", digest: null, books: [], connections: null, ceiling: null });
      one.validity = { valid: false, reasons: [{ code: "crashed", message: "the run broke off" }], warnings: [] };
    });
    expect(run).toMatchObject({ status: "crashed", digest: null, books: [], connections: null });
    expect(reasons(run)).toEqual(["crashed: instance 1/2:3/4: the run broke off"]);
    expect(run.instances[2]).toMatchObject({ segment: "1/2:3/4", status: "crashed", valid: false });
    expect(run.validity.warnings).toContainEqual({ code: "books", message: expect.stringContaining("not all") });
    expect(problemsOfRunFile(run)).toEqual([]);
  });

  it("books balance only for all together: what the last one counted, against what all were told", async () => {
    const held = (await mergeAll()).run.books[0]?.held ?? 0;
    const { run } = await mergeAll((one, number) => {
      const [book] = one.books;
      if (number === 4 && book !== undefined) book.held = held - 5;
    });
    expect(run.books).toMatchObject([{ held: held - 5, balanced: false }]);
    expect(reasons(run)).toEqual([expect.stringMatching(/^books: insert: 3521 inserts were acknowledged/)]);
    const keyed = await mergeAll((one) => {
      for (const book of one.books) {
        delete book.allInstances;
        book.held = book.acknowledged;
      }
    });
    expect(keyed.run.books).toMatchObject([{ acknowledged: 3521, held: 3521, balanced: true }]);
  });

  it("instances on one machine share its processors, those on several have their own", async () => {
    const busy = (machine: (number: number) => string) =>
      mergeAll((one, number) => {
        one.resources.harness.cpuAverage = 2;
        one.host.machine = machine(number);
      });
    const { run: crowded } = await busy(() => "one");
    expect(crowded.host.cores).toBe(8);
    expect(crowded.resources.harness.cpuAverage).toBe(8);
    expect(reasons(crowded)).toEqual([expect.stringContaining("4 instances on one machine used 8.00 of its 8 cores")]);
    const { run: spread } = await busy(String);
    expect(spread.host).toMatchObject({ cores: 32, processors: 32 });
    expect(spread.ceiling?.operationsPerSecond).toBe(4 * 800_000);
    // Containers with one and three of the eight processors: six are theirs together, and the fastest for a processor counts.
    const { run: contained } = await mergeAll((one, number) => {
      one.host.cores = number === 4 ? 3 : 1;
      if (one.ceiling !== null) one.ceiling.operationsPerSecond = number === 2 ? 110_000 : 100_000 * one.host.cores;
    });
    expect(contained.host.cores).toBe(6);
    expect(contained.ceiling?.operationsPerSecond).toBeCloseTo(660_000, 6);
    expect(reasons(spread)).toEqual([]);
  });

  it("one whose harness was late makes the run invalid, however little it weighs in the sum", async () => {
    const { run } = await mergeAll((one, number) => {
      if (number === 2) one.validity.reasons.push({ code: "harness_lag", message: "it started operations late" });
    });
    expect(reasons(run)).toEqual(["harness_lag: instance 1/4:1/2: it started operations late"]);
  });

  it("what one lost on the way to an output is a warning, and names it", async () => {
    const { run } = await mergeAll((one, number) => {
      if (number === 2) one.validity.warnings.push({ code: "output_incomplete", message: "3 points lost" });
    });
    expect(reasons(run)).toEqual([]);
    expect(run.validity.warnings).toContainEqual({
      code: "output_incomplete",
      message: "instance 1/4:1/2: 3 points lost",
    });
  });

  it("too many errors are those of all together", async () => {
    const { run } = await mergeAll((one) => {
      for (const totals of one.totals.measure.operations) {
        totals.failed += 200;
        totals.errors.timeout = (totals.errors.timeout ?? 0) + 200;
      }
    });
    expect(reasons(run)).toEqual([expect.stringMatching(/^errors: 13\.4 % of the operations failed/)]);
  });
});

describe("the starts of the instances", () => {
  const startsWith = (change: (run: RunFile, number: number) => void) => startsOf(partsOf(instances(change)));
  const later = (run: RunFile, seconds: number) => {
    run.startedAt = new Date(Date.parse(run.startedAt) + seconds * 1000).toISOString();
  };

  it("are the same within milliseconds", () => {
    const starts = startsOf(partsOf(instances()));
    expect(starts.starts.map(({ offsetSeconds }) => offsetSeconds)).toEqual([0, 0.001, 0.002, 0.003]);
    expect(starts.apart).toEqual([]);
  });

  it("of one that was late are named, and its windows are moved to when they were", async () => {
    const late = (run: RunFile, number: number) => {
      if (number === 2) later(run, 3);
    };
    expect(startsWith(late).apart).toEqual([
      "instance 1/4:1/2 started 3 s after the first one (limit 250 ms): it was ready 3 s after the agreed start, so agree on a later one",
    ]);
    const { run, lines } = await mergeAll(late);
    expect(run.validity.reasons).toMatchObject([{ code: "instances" }]);
    expect(run.phases).toEqual([{ name: "measure", startSecond: 0, seconds: 15 }]);
    const first = lines.find((line) => line.type === "window" && line.second === 0);
    const moved = lines.find((line) => line.type === "window" && line.second === 14);
    expect(first?.type === "window" ? first.operations : 0).toBeLessThan(600);
    expect(moved?.type === "window" ? moved.operations : 0).toBeGreaterThan(100);
  });

  it("are compared by the clock of the target where machines differ: clocks that disagree are named", () => {
    const disagreeing = startsWith((run, number) => {
      run.host.machine = String(number);
      // By its own clock it started with the others; the target's clock is two seconds behind it.
      if (number === 4 && run.instance?.targetClock) run.instance.targetClock.aheadSeconds = 2;
    });
    expect(disagreeing.apart).toEqual([
      "instance 3/4:1 started 2 s after the first one (limit 250 ms): the clocks of the machines disagree by 2 s, by the clock of the target; set them by NTP",
    ]);
    const agreeing = startsWith((run, number) => {
      run.host.machine = String(number);
      if (number !== 4) return;
      later(run, 2);
      if (run.instance?.targetClock) run.instance.targetClock.aheadSeconds = -1.998;
    });
    expect(agreeing.apart).toEqual([]);
  });

  it("are not told apart by less than a clock can be read", () => {
    const uncertain = startsWith((run, number) => {
      run.host.machine = String(number);
      if (number === 4 && run.instance?.targetClock) {
        run.instance.targetClock = { aheadSeconds: 0.4, uncertaintySeconds: 0.2 };
      }
    });
    expect(uncertain.apart).toEqual([]);
  });
});

describe("refused are", () => {
  it("instances of different runs, with what differs", () => {
    for (const [change, message] of [
      [(run: RunFile) => (run.testid = "another"), /name \(testid\) differs \("2026.*" and "another"\)/],
      [(run: RunFile) => (run.seed = 2), /seed differs \(1 and 2\)/],
      [(run: RunFile) => (run.variables.ROWS = "7"), /variables differs/],
      [(run: RunFile) => (run.workload.description = "other"), /workload differs/],
      [(run: RunFile) => (run.target.server.version = "17"), /server differs/],
    ] as const) {
      const changed = instances((run, number) => {
        if (number === 2) change(run);
      });
      expect(() => partsOf(changed)).toThrow(message);
    }
  });

  it("a run without one of its instances", () => {
    expect(() => partsOf(instances().slice(1))).toThrow(
      /Of the 4 instances of the run, one is missing: 1 \(0:1\/4\)\. Name their folders, too/,
    );
    expect(() => partsOf(instances().slice(0, 2))).toThrow("2 are missing: 3 (1/2:3/4), 4 (3/4:1)");
  });

  it("an instance that is there twice", () => {
    const [first, ...others] = instances();
    if (first === undefined) throw new Error("there are no instances");
    expect(() => partsOf([first, ...others, { ...first, path: "copy" }])).toThrow(
      `${instanceFolders[0]} and copy are both instance 1 of 4`,
    );
  });

  it("instances that part the run in different ways", () => {
    const changed = instances((run, number) => {
      if (number === 2 && run.instance) run.instance.sequence = "0,1/4,1";
    });
    expect(() => partsOf(changed)).toThrow(/part the run in different ways/);
  });

  it("what is no instance, or is merged already", async () => {
    expect(() => partsOf([{ path: "whole", run: readRun(wholeFolder).run }])).toThrow(
      /whole is no instance of a run that several processes shared/,
    );
    const { run } = await mergeAll();
    expect(() => partsOf([{ path: "merged", run }])).toThrow(/merged is merged already/);
    expect(() => partsOf([])).toThrow(/No run folder is named/);
  });
});

it("histograms add up to the same buckets whatever their order", async () => {
  const series = await readSeries(wholeFolder);
  const histograms = series?.phases[0]?.intervals.flatMap(
    ({ operations }) => operations.flatMap((one) => one?.response.histogram ?? []) ?? [],
  );
  if (histograms === undefined || histograms.length < 20) throw new Error("there are too few histograms");
  const forwards = histograms.reduce(mergeSparseHistograms);
  const backwards = [...histograms].reverse().reduce(mergeSparseHistograms);
  expect(forwards).toEqual(backwards);
});

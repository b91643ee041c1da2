/** The windows of several instances as those of one run, read side by side: no more than one second of each is in memory. For Node. */

import type { MeasuredSecond } from "../result/steadiness.ts";
import { readWindows } from "../result/windows.ts";
import type { HarnessLine, WindowLine } from "../schema/windows.generated.ts";
import { medianResponse, mergeHarness, mergeWindows } from "./merged-second.ts";
import type { ReportFollower } from "./report/index.ts";

/** The windows file of one instance. */
export interface WindowsFile {
  path: string;
  /** Seconds that are added to those of its lines. */
  shift: number;
}

/** What the windows tell that the totals do not. */
export interface WindowsFacts {
  /** Of the measured phase, all instances together. */
  seconds: MeasuredSecond[];
  /** Cores that all processes used in the busiest second of the measured phase; null: not known. */
  cpuMaximum: number | null;
  /** Bytes resident of all processes in the measured phase, at most; null: not known. */
  memoryMaximum: number | null;
  /** Makes the report that the profile asks for; undefined: nobody wants one. */
  follower: ReportFollower | undefined;
}

/** Facts of no window, which are to go to the follower as well. */
export function noFacts(follower?: ReportFollower): WindowsFacts {
  return { seconds: [], cpuMaximum: null, memoryMaximum: null, follower };
}

/** What one instance wrote in one second. */
interface Second {
  second: number;
  windows: WindowLine[];
  harness: HarnessLine[];
}

/**
 * The lines of all seconds, ascending: windows in the order of phases and operations, then the harness.
 * @param operations names in the order of the workload.
 * @param facts is filled on the way.
 * @throws {UsageError} as readWindows.
 * @throws {RangeError} when a histogram cannot be read.
 */
export async function* mergedWindows(
  files: readonly WindowsFile[],
  operations: readonly string[],
  facts: WindowsFacts,
): AsyncGenerator<WindowLine | HarnessLine> {
  const readers = files.map(secondsOf);
  const heads = await Promise.all(readers.map(async (reader) => (await reader.next()).value));
  for (;;) {
    const next = Math.min(...heads.map((head) => head?.second ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return;
    const here: Second[] = [];
    for (const [place, head] of heads.entries()) {
      if (head?.second !== next) continue;
      here.push(head);
      heads[place] = (await readers[place]?.next())?.value;
    }
    const windows = mergeWindows(
      next,
      here.flatMap((one) => one.windows),
      operations,
    );
    yield* windows;
    const harness = here.flatMap((one) => one.harness);
    const merged = harness.length > 0 ? mergeHarness(next, harness) : undefined;
    if (merged !== undefined) yield merged;
    note(facts, next, windows, harness);
    facts.follower?.add({
      second: next,
      seconds: merged?.seconds ?? 0,
      windows: windows.filter(({ phase }) => phase === "measure"),
      backlog: merged?.backlog ?? 0,
      harnessMemory: merged?.memoryBytes ?? null,
      serverMemory: merged?.server?.memoryBytes ?? null,
    });
  }
}

async function* secondsOf({ path, shift }: WindowsFile): AsyncGenerator<Second, undefined> {
  let current: Second | undefined;
  for await (const line of readWindows(path)) {
    if (line.type !== "window" && line.type !== "harness") continue;
    const second = line.second + shift;
    if (current?.second !== second) {
      if (current !== undefined) yield current;
      current = { second, windows: [], harness: [] };
    }
    if (line.type === "window") current.windows.push(line);
    else current.harness.push(line);
  }
  if (current !== undefined) yield current;
  return undefined;
}

function note(
  facts: WindowsFacts,
  second: number,
  windows: readonly WindowLine[],
  harness: readonly HarnessLine[],
): void {
  const measured = windows.filter(({ phase, operations }) => phase === "measure" && operations > 0);
  if (measured.length > 0) {
    const operations = measured.reduce((sum, window) => sum + window.operations, 0);
    facts.seconds.push({ second, operations, response: medianResponse(measured) });
  }
  const inMeasure = harness.filter(({ phase }) => phase === "measure");
  facts.cpuMaximum = larger(
    facts.cpuMaximum,
    inMeasure.map(({ cpuSeconds, seconds }) => (cpuSeconds === null || seconds <= 0 ? null : cpuSeconds / seconds)),
  );
  facts.memoryMaximum = larger(
    facts.memoryMaximum,
    inMeasure.map(({ memoryBytes }) => memoryBytes),
  );
}

/** The larger of what was known and a sum of what is known. */
function larger(known: number | null, values: readonly (number | null)[]): number | null {
  const found = values.filter((value) => value !== null);
  if (found.length === 0) return known;
  return Math.max(
    known ?? 0,
    found.reduce((sum, value) => sum + value, 0),
  );
}

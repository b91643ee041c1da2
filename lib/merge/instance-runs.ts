/** Which run folders make a run: all instances of one run, each once. */

import { UsageError } from "../environment/usage-error.ts";
import type { Instance, RunFile } from "../schema/run.generated.ts";

/** One instance's part of a run. */
export interface InstanceRun {
  /** Where it was read from, for errors. */
  path: string;
  run: RunFile;
}

/** An instance whose part is known. */
export interface Part extends InstanceRun {
  instance: Instance;
}

/** What has to be the same in all instances of a run, by the name that an error gives it. */
const common: [name: string, value: (run: RunFile) => unknown][] = [
  ["name (testid)", ({ testid }) => testid],
  ["suite", ({ suite }) => suite],
  ["load profile", ({ profile }) => profile],
  ["workload", ({ workload }) => workload],
  ["seed", ({ seed }) => seed],
  ["variables", ({ variables }) => variables],
  ["mode of metrics", ({ metrics }) => metrics],
  ["target", ({ target: { system, url, mode } }) => ({ system, url, mode })],
  ["server", ({ target: { server } }) => [server.product, server.version, server.settings]],
  ["kind of connections", ({ topology: { connections, depth } }) => ({ connections, depth })],
  ["version of dbmark, k6 or the driver", ({ software: { go: _go, ...versions } }) => versions],
];

/**
 * The instances in the order of their segments.
 * @throws {UsageError} for one that is no instance, for instances of different runs, for one that is there twice, and for missing ones.
 */
export function partsOf(runs: readonly InstanceRun[]): [Part, ...Part[]] {
  const [first, ...others] = runs.map(withPart);
  if (first === undefined) throw new UsageError("No run folder is named. Name those of all instances of a run.");
  for (const other of others) checkSameRun(first, other);
  const byNumber = new Map<number, Part>();
  for (const part of [first, ...others]) {
    const same = byNumber.get(part.instance.number);
    if (same !== undefined) {
      throw new UsageError(
        `${same.path} and ${part.path} are both instance ${part.instance.number} of ${part.instance.of} of the run. Name each instance once.`,
      );
    }
    byNumber.set(part.instance.number, part);
  }
  const numbers = Array.from({ length: first.instance.of }, (_, place) => place + 1);
  const missing = numbers.filter((number) => !byNumber.has(number));
  if (missing.length > 0) {
    const segments = missing.map((number) => `${number} (${segmentOf(first.instance.sequence, number)})`).join(", ");
    throw new UsageError(
      `Of the ${first.instance.of} instances of the run, ${missing.length === 1 ? "one is" : `${missing.length} are`} missing: ${segments}. ` +
        "Name their folders, too: also that of one which was killed, of which its windows are read.",
    );
  }
  return [...byNumber.values()].sort((a, b) => a.instance.number - b.instance.number) as [Part, ...Part[]];
}

function withPart({ path, run }: InstanceRun): Part {
  const { instance } = run;
  if (instance !== undefined) return { path, run, instance };
  throw new UsageError(
    run.instances.length > 0
      ? `${path} is merged already. Name the folders of its instances, or use it as it is.`
      : `${path} is no instance of a run that several processes shared: one process was all of it. Only instances can be merged.`,
  );
}

function checkSameRun(first: Part, other: Part): void {
  for (const [name, value] of common) {
    const [one, two] = [value(first.run), value(other.run)].map((item) => JSON.stringify(item));
    if (one === two) continue;
    throw new UsageError(
      `${first.path} and ${other.path} are not instances of one run: their ${name} differs${briefly(one, two)}. ` +
        "Merge the instances of one run; dbmark compare sets different runs beside each other.",
    );
  }
  if (first.instance.sequence === other.instance.sequence) return;
  throw new UsageError(
    `${first.path} and ${other.path} part the run in different ways: ${first.instance.sequence} and ${other.instance.sequence} ` +
      "(--execution-segment-sequence). What both ran, or neither, is not known, so they cannot be merged.",
  );
}

/** The two values, where they are short enough to be read. */
function briefly(one: string | undefined, two: string | undefined): string {
  const text = ` (${one} and ${two})`;
  return text.length <= 120 ? text : "";
}

/** The segment with this number of a sequence such as "0,1/4,1/2,3/4,1". */
function segmentOf(sequence: string, number: number): string {
  const borders = sequence.split(",");
  return `${borders[number - 1]}:${borders[number]}`;
}

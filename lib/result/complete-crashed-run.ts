/** Completes a run whose process died before it wrote run.json, from its windows. For Node. */

import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../environment/usage-error.ts";
import type {
  PhaseName,
  PhaseSpan,
  PhaseTotals,
  ProcessResources,
  Resources,
  RunFile,
  RunTotals,
} from "../schema/run.generated.ts";
import type { EndLine, HarnessLine, HeaderLine, LoadLine } from "../schema/windows.generated.ts";
import { PhaseSums } from "./phase-sums.ts";
import { reasonOf, runFileName, windowsFileName } from "./read-run.ts";
import { reasonsOfCounts, verdictsOf } from "./verdicts.ts";
import { readWindows } from "./windows.ts";

/** Why a run has no run.json of its own. */
export interface Ending {
  /** `interrupted`: somebody ended it before it could write its file. `crashed` by default. */
  status?: "interrupted" | "crashed";
  /** What happened, in words: "killed by SIGKILL". */
  reason?: string;
}

/**
 * Writes the run.json of a run that broke off: status `crashed` or `interrupted`, not valid, with the totals of the seconds that
 * reached its windows file. The file appears whole or not at all.
 * @param folder the run folder.
 * @param ending why it broke off.
 * @returns the run.
 * @throws {UsageError} when there is a run.json already, when the windows cannot be read, or when run.json cannot be written.
 */
export async function completeCrashedRun(folder: string, ending: Ending = {}): Promise<RunFile> {
  const path = join(folder, runFileName);
  if (existsSync(path)) throw new UsageError(`${path} is there already: the run needs no completing.`);
  const run = await runFromWindows(join(folder, windowsFileName), ending);
  const temporary = `${path}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(run, null, 2)}\n`, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UsageError(`${path} cannot be written: ${reasonOf(error)}. What was measured is in ${windowsFileName}.`);
  }
  return run;
}

/** Adds up a windows file into the run that it is of, as one that broke off. Holds one line at a time in memory. */
export async function runFromWindows(path: string, ending: Ending = {}): Promise<RunFile> {
  let header: HeaderLine | undefined;
  let load: LoadLine | undefined;
  let end: EndLine | undefined;
  let lastSecond = 0;
  const phases = new Map<PhaseName, PhaseSums>();
  const sumsOf = (name: PhaseName) => {
    const sums = phases.get(name) ?? new PhaseSums();
    phases.set(name, sums);
    return sums;
  };
  const resources = new MeasuredResources();

  for await (const line of readWindows(path)) {
    if (line.type === "header") header = line;
    else if (line.type === "load") load = line;
    else if (line.type === "end") end = line;
    else {
      lastSecond = Math.max(lastSecond, line.second + 1);
      if (line.type === "window") sumsOf(line.phase).addWindow(line);
      else {
        resources.add(line);
        if (line.instruments !== undefined) sumsOf(line.instruments.phase).addInstruments(line.instruments);
        for (const [name, lag] of Object.entries(line.lag)) sumsOf(name as PhaseName).addLag(lag);
      }
    }
  }
  if (header === undefined) throw new UsageError(`${path} has no header line.`);

  const { type: _type, phases: planned, ...setup } = header;
  const spans = end?.phases ?? reached(planned, lastSecond);
  const totalsOf = (name: PhaseName) => {
    const span = spans.find((candidate) => candidate.name === name);
    return sumsOf(name).totals(span?.seconds ?? 0, setup.workload.operations);
  };
  const measure = totalsOf("measure");
  const search = setup.profile.search !== undefined;
  const totals: RunTotals = { measure };
  if (phases.has("warmup")) totals.warmup = totalsOf("warmup");
  if (phases.has("cooldown")) totals.cooldown = totalsOf("cooldown");

  if (search) for (const mixed of [measure, ...(totals.warmup === undefined ? [] : [totals.warmup])]) clear(mixed);

  const status = ending.status ?? "crashed";
  const broke =
    ending.reason === undefined ? (status === "crashed" ? status : "was interrupted") : `broke off (${ending.reason})`;
  return {
    ...setup,
    load: load === undefined ? setup.load : withoutType(load),
    status,
    finishedAt: end?.finishedAt ?? new Date(Date.parse(setup.startedAt) + lastSecond * 1000).toISOString(),
    digest: null,
    phases: spans,
    totals,
    resources: resources.summary(),
    // Of all loads of a search together there is none.
    slo: search ? [] : verdictsOf(setup.workload, measure.operations),
    validity: {
      valid: false,
      reasons: [
        {
          code: status,
          message: `the run ${broke} after ${lastSecond} seconds; this file was completed from its windows`,
        },
        ...(search ? [] : reasonsOfCounts(measure.all)),
      ],
      warnings: [
        { code: "books", message: `what was inserted was not counted on the target${leftoversOf(setup.workload)}` },
      ],
    },
    books: [],
    errorExamples: [],
    connections: null,
    ceiling: null,
    steps: [],
    report: null,
    instances: [],
    serverStatistics: null,
    cost: null,
  };
}

/** Takes from the totals of a search what belongs to none of its loads. */
function clear({ operations, all, lag }: PhaseTotals): void {
  for (const times of [lag, ...[...operations, all].flatMap(({ service, response }) => [service, response])])
    Object.assign(times, { mean: null, p50: null, p95: null, p99: null });
}

/** What a run that could not clean up may have left in a user's table, and what to do about it. */
function leftoversOf({ operations, foreignTables = [] }: HeaderLine["workload"]): string {
  const [table] = foreignTables;
  const keys = operations
    .filter(({ weight }) => weight > 0)
    .flatMap(({ inserts, parameters }) => parameters.filter(({ name }) => inserts?.keys?.includes(name)));
  if (table === undefined || keys.length === 0) return "";
  const counted = keys.find(({ generator }) => generator.type === "sequence");
  return counted === undefined
    ? `, and may still be in ${table}: the next run with the same seed that inserts there removes it`
    : `, and may still be in ${table}, with ${counted.name} from ${counted.generator.start} on`;
}

function withoutType({ type: _type, ...load }: LoadLine): NonNullable<RunFile["load"]> {
  return load;
}

/** The planned phases as far as they were reached within so many seconds. */
function reached(planned: readonly PhaseSpan[], seconds: number): PhaseSpan[] {
  return planned
    .filter((span) => span.startSecond < seconds)
    .map((span) => ({
      ...span,
      seconds: Math.min(span.seconds ?? Number.POSITIVE_INFINITY, seconds - span.startSecond),
    }));
}

/** Sums up the harness lines of the measured phase. */
class MeasuredResources {
  readonly #harness = new ProcessSums();
  readonly #server = new ProcessSums();

  add(line: HarnessLine): void {
    if (line.phase !== "measure") return;
    this.#harness.add(line.seconds, line.cpuSeconds, line.memoryBytes);
    const { server } = line;
    if (server !== null) this.#server.add(server.seconds ?? line.seconds, server.cpuSeconds, server.memoryBytes);
  }

  summary(): Resources {
    const server = this.#server.summary();
    return {
      harness: this.#harness.summary(),
      server: server.cpuSecondsTotal === null ? null : { ...server, label: "the server's processes on the same host" },
    };
  }
}

class ProcessSums {
  #seconds = 0;
  #cpuSeconds = 0;
  #cpuMaximum = 0;
  #memorySum = 0;
  #memoryCount = 0;
  #memoryMaximum = 0;

  add(seconds: number, cpuSeconds: number | null, memoryBytes: number | null): void {
    if (cpuSeconds !== null && seconds > 0) {
      this.#seconds += seconds;
      this.#cpuSeconds += cpuSeconds;
      this.#cpuMaximum = Math.max(this.#cpuMaximum, cpuSeconds / seconds);
    }
    if (memoryBytes !== null) {
      this.#memorySum += memoryBytes;
      this.#memoryCount++;
      this.#memoryMaximum = Math.max(this.#memoryMaximum, memoryBytes);
    }
  }

  summary(): ProcessResources {
    const cpu = this.#seconds > 0;
    const memory = this.#memoryCount > 0;
    return {
      cpuSecondsTotal: cpu ? this.#cpuSeconds : null,
      cpuAverage: cpu ? this.#cpuSeconds / this.#seconds : null,
      cpuMaximum: cpu ? this.#cpuMaximum : null,
      memoryAverageBytes: memory ? this.#memorySum / this.#memoryCount : null,
      memoryMaximumBytes: memory ? this.#memoryMaximum : null,
    };
  }
}

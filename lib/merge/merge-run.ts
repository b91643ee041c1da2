/** Makes one run of its instances: what a single process would have written. For Node: it needs hdr-histogram-js. */

import { MergedLatency } from "../result/merged-latency.ts";
import { verdictsOf } from "../result/verdicts.ts";
import type {
  Connections,
  Digest,
  ErrorExample,
  MergedInstance,
  ProcessResources,
  Resources,
  RunFile,
} from "../schema/run.generated.ts";
import type { HeaderLine } from "../schema/windows.generated.ts";
import type { Part } from "./instance-runs.ts";
import { ceilingOf, hostOf, machinesOf } from "./machines.ts";
import { booksOf } from "./merged-books.ts";
import { phasesOf, totalsOf } from "./merged-totals.ts";
import { constantLoad, judge } from "./merged-validity.ts";
import type { WindowsFacts } from "./merged-windows.ts";
import type { Starts } from "./starts.ts";

/** Everything that the instances' files say of the run before its first operation. */
export type MergedSetup = Omit<HeaderLine, "type" | "phases">;

/**
 * The set-up of the whole run.
 * @param id name of the merged run's folder.
 */
export function setupOf(id: string, parts: readonly [Part, ...Part[]], starts: Starts): MergedSetup {
  const [{ run: first }] = parts;
  const { server } = first.target;
  const sum = (value: (run: RunFile) => number) => parts.reduce((total, { run }) => total + value(run), 0);
  return {
    schemaVersion: first.schemaVersion,
    id,
    testid: first.testid,
    startedAt: starts.startedAt,
    suite: first.suite,
    workload: first.workload,
    profile: first.profile,
    variables: first.variables,
    seed: first.seed,
    metrics: first.metrics,
    software: first.software,
    target: {
      ...first.target,
      // To later instances, the connections of earlier ones were others'.
      server: {
        ...server,
        usedConnections: Math.min(...parts.map(({ run }) => run.target.server.usedConnections)),
      },
    },
    host: hostOf(machinesOf(parts)),
    topology: {
      ...first.topology,
      workers: sum(({ topology }) => topology.workers),
      connectionCount: sum(({ topology }) => topology.connectionCount),
      instances: parts.length,
    },
    // Of the one that loaded it; the others found it there.
    load: parts.find(({ run }) => run.load?.reused === false)?.run.load ?? first.load,
  };
}

/** How and when the whole run ended, and when its phases were. */
export function endingOf(
  parts: readonly [Part, ...Part[]],
  starts: Starts,
): Pick<RunFile, "status" | "finishedAt" | "phases"> {
  return {
    status: statusOf(parts.map(({ run }) => run)),
    finishedAt: finishedAt(parts, starts),
    phases: phasesOf(parts, starts.starts),
  };
}

/**
 * The merged run. Every field has its rule; docs/scale.md lists them.
 * @param windows what the merged windows told.
 */
export function mergeRun(
  setup: MergedSetup,
  parts: readonly [Part, ...Part[]],
  starts: Starts,
  windows: WindowsFacts,
): RunFile {
  const runs = parts.map(({ run }) => run);
  const machines = machinesOf(parts);
  const ending = endingOf(parts, starts);
  const totals = totalsOf(parts, ending.phases);
  const { all, seconds } = totals.measure;
  const average = seconds > 0 ? all.operations / seconds : 0;
  const busiest = Math.max(0, ...windows.seconds.map(({ operations }) => operations));
  // As for one process that was killed: what it was run for is not known.
  const shape = ending.status === "crashed" ? undefined : windows.follower?.finish();
  const highest = constantLoad(setup.profile.segments) ? average : Math.max(average, busiest);
  const merged = {
    ...setup,
    ...ending,
    digest: digestOf(runs),
    totals,
    resources: resourcesOf(runs, windows),
    slo: verdictsOf(setup.workload, totals.measure.operations),
    books: booksOf(parts),
    errorExamples: examplesOf(runs),
    connections: connectionsOf(runs),
    ceiling: ceilingOf(machines, highest),
    steps: shape?.steps ?? [],
    report: shape?.report ?? null,
    instances: parts.map((part, place) => instanceOf(part, starts.starts[place]?.offsetSeconds ?? 0)),
    serverStatistics: runs.find(({ serverStatistics }) => serverStatistics !== null)?.serverStatistics ?? null,
    cost: null,
  };
  const lag = new MergedLatency();
  lag.add(totals.measure.lag);
  const evidence = {
    parts,
    machines,
    windows,
    apart: starts.apart,
    lagP99: lag.percentile(99),
    limitFound: shape?.limitFound ?? false,
  };
  return { ...merged, validity: judge(merged, evidence) };
}

/** As the worst of them ended. */
function statusOf(runs: readonly RunFile[]): RunFile["status"] {
  for (const status of ["crashed", "interrupted"] as const) {
    if (runs.some((run) => run.status === status)) return status;
  }
  return "complete";
}

/** The end of the last operation of all, by the clock of the instance that started first. */
function finishedAt(parts: readonly Part[], { startedAt, starts }: Starts): string {
  const lengths = parts.map(
    ({ run }, place) =>
      Date.parse(run.finishedAt) - Date.parse(run.startedAt) + 1000 * (starts[place]?.offsetSeconds ?? 0),
  );
  return new Date(Date.parse(startedAt) + Math.max(...lengths)).toISOString();
}

/** The sum modulo 2^64: a digest is a sum over operations, whoever ran them. Null where one is not known. */
function digestOf(runs: readonly RunFile[]): Digest | null {
  const digests = runs.flatMap(({ digest }) => digest ?? []);
  if (digests.length < runs.length) return null;
  const value = BigInt.asUintN(
    64,
    digests.reduce((sum, digest) => sum + BigInt(`0x${digest.value}`), 0n),
  );
  const reason = digests.find(({ comparable }) => !comparable)?.reason;
  return {
    value: value.toString(16).padStart(16, "0"),
    operations: digests.reduce((sum, { operations }) => sum + operations, 0),
    comparable: digests.every(({ comparable }) => comparable),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The harness is all processes together. The server is one and the same, so it is taken from the instance that saw the most of it. */
function resourcesOf(runs: readonly RunFile[], windows: WindowsFacts): Resources {
  const harness = runs.map(({ resources }) => resources.harness);
  const sum = (value: (process: ProcessResources) => number | null) => {
    const values = harness.map(value);
    return values.some((one) => one === null) ? null : values.reduce<number>((total, one) => total + (one ?? 0), 0);
  };
  const cpuAverage = sum((process) => process.cpuAverage);
  const servers = runs.flatMap(({ resources }) => resources.server ?? []);
  const [first, ...others] = servers;
  return {
    harness: {
      cpuSecondsTotal: sum(({ cpuSecondsTotal }) => cpuSecondsTotal),
      cpuAverage,
      // Readings of less than a second, at the ends, are in the averages alone.
      cpuMaximum: windows.cpuMaximum === null ? null : Math.max(windows.cpuMaximum, cpuAverage ?? 0),
      memoryAverageBytes: sum(({ memoryAverageBytes }) => memoryAverageBytes),
      memoryMaximumBytes: windows.memoryMaximum,
    },
    server:
      first === undefined
        ? null
        : others.reduce((one, two) => ((two.cpuSecondsTotal ?? 0) > (one.cpuSecondsTotal ?? 0) ? two : one), first),
  };
}

/** The first of each type of error of each operation, in the order of the workload and of the names of types. */
function examplesOf(runs: readonly RunFile[]): ErrorExample[] {
  const [first] = runs;
  const place = (operation: string) => first?.workload.operations.findIndex(({ name }) => name === operation) ?? 0;
  const seen = new Map<string, ErrorExample>();
  for (const example of runs.flatMap(({ errorExamples }) => errorExamples)) {
    const key = `${example.operation}\n${example.kind}`;
    if (!seen.has(key)) seen.set(key, example);
  }
  return [...seen.values()].sort(
    (a, b) => place(a.operation) - place(b.operation) || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0),
  );
}

/** Sums; the mean wait for the pool by how often there was one. Null where one instance does not know. */
function connectionsOf(runs: readonly RunFile[]): Connections | null {
  const known = runs.flatMap(({ connections }) => connections ?? []);
  if (known.length < runs.length) return null;
  const waits = known.flatMap(({ poolWait }) => poolWait ?? []);
  const count = waits.reduce((sum, wait) => sum + wait.count, 0);
  return {
    reconnects: known.reduce((sum, { reconnects }) => sum + reconnects, 0),
    retries: known.reduce((sum, { retries }) => sum + retries, 0),
    poolWait:
      waits.length === 0
        ? null
        : {
            count,
            mean: count === 0 ? null : waits.reduce((sum, wait) => sum + (wait.mean ?? 0) * wait.count, 0) / count,
            max: count === 0 ? null : Math.max(...waits.map(({ max }) => max ?? 0)),
          },
  };
}

function instanceOf({ run, instance }: Part, startOffsetSeconds: number): MergedInstance {
  const { all } = run.totals.measure;
  return {
    segment: instance.segment,
    id: run.id,
    startedAt: run.startedAt,
    startOffsetSeconds,
    finishedAt: run.finishedAt,
    status: run.status,
    valid: run.validity.valid,
    reasons: run.validity.reasons,
    workers: run.topology.workers,
    operations: all.operations,
    failed: all.failed,
    undone: all.undone,
    throughput: all.throughput,
    digest: run.digest?.value ?? null,
    host: run.host,
  };
}

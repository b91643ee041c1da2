/** What a run says of its set-up, as facts that can be compared one by one. */

import { wasEmbedded } from "../result/embedded-server.ts";
import type { Difference } from "../schema/comparison.generated.ts";
import type { RunFile, Segment, WorkloadOperation } from "../schema/run.generated.ts";
import { bytes, count, duration, rate } from "../summary/units.ts";

/** One fact. */
export interface SetupFact {
  group: Difference["group"];
  what: string;
  /** For people. */
  text: string;
  /** What is compared, where the text leaves out something. */
  key?: string;
  /** Runs that differ in it measured different things. */
  matters: boolean;
}

/** Settings that decide what a commit is worth come first. */
const durability = ["fsync", "synchronous_commit", "full_page_writes", "synchronous_standby_names", "wal_level"];

/** All facts of a run: first those that say what was measured, in the order of `Difference.group`. */
export function setupFactsOf(run: RunFile): SetupFact[] {
  return [
    ...workloadFacts(run),
    ...dataFacts(run),
    ...profileFacts(run),
    fact("seed", "seed", String(run.seed)),
    ...targetFacts(run),
    ...settingFacts(run),
    ...hostFacts(run),
    ...topologyFacts(run),
    ...softwareFacts(run),
    ...Object.entries(run.variables).map(([name, value]) => aside("variables", name, value)),
  ];
}

function fact(group: SetupFact["group"], what: string, text: string, key?: string): SetupFact {
  return { group, what, text, matters: true, ...(key === undefined ? {} : { key }) };
}

/** A fact that should make no difference to what is measured. */
function aside(group: SetupFact["group"], what: string, text: string): SetupFact {
  return { group, what, text, matters: false };
}

function workloadFacts({ workload }: RunFile): SetupFact[] {
  const operations = workload.operations.filter(({ weight }) => weight > 0);
  return [
    fact("workload", "name", workload.name),
    fact("workload", "mix", operations.map(({ name, weight }) => `${name} ${weight}`).join(", ")),
    ...operations.flatMap((operation) => [
      fact("workload", `statements of ${operation.name}`, statementsOf(operation), keyOf(operation)),
      ...operation.parameters.map(({ name, generator: { type, ...settings } }) =>
        fact("workload", `parameter ${operation.name}.${name}`, `${type}${wordsOf(settings)}`),
      ),
    ]),
  ];
}

function statementsOf({ steps, transaction, retry }: WorkloadOperation): string {
  return [
    ...steps.map(({ statement, command }) => statement ?? command?.join(" ") ?? ""),
    ...(transaction === undefined ? [] : [`in a transaction${wordsOf(transaction)}`]),
    ...(retry === undefined ? [] : [`tried up to ${retry.attempts} times`]),
  ].join("; ");
}

function keyOf({ steps, transaction, retry }: WorkloadOperation): string {
  return JSON.stringify([steps, transaction ?? null, retry ?? null]);
}

/** ` minimum 1, maximum 100000`; nothing where there are no settings. */
function wordsOf(settings: object): string {
  const words = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return words.length === 0 ? "" : ` ${words.join(", ")}`;
}

function dataFacts({ workload, load }: RunFile): SetupFact[] {
  const { dataSet, pools = [], foreignTables = [] } = workload;
  const tables = dataSet?.tables ?? [];
  return [
    ...tables.map(({ name, rows }) => fact("data", `rows of ${name}`, count(rows))),
    ...tables.map(({ name, columns }) =>
      fact("data", `columns of ${name}`, columns.map((column) => column.name).join(", "), JSON.stringify(columns)),
    ),
    ...(dataSet === undefined ? [] : [fact("data", "definition", [...dataSet.create, ...dataSet.finish].join("; "))]),
    ...(foreignTables.length === 0 ? [] : [fact("data", "tables of your own", foreignTables.join(", "))]),
    ...pools.map(({ name, statement, rows, hash }) =>
      fact(
        "data",
        `pool ${name}`,
        `${rows === undefined ? "rows not known" : `${count(rows)} rows`}${hash === undefined ? "" : `, hash ${hash}`}`,
        JSON.stringify([statement, rows, hash]),
      ),
    ),
    ...(load === null ? [] : [aside("data", "loading", load.reused ? "reused" : "loaded for the run")]),
  ];
}

function profileFacts({ profile }: RunFile): SetupFact[] {
  return [
    fact("profile", "name", profile.name),
    fact("profile", "loop", profile.loop),
    fact("profile", "load", loadText(profile.segments), JSON.stringify(profile.segments)),
    ...(profile.operationCount === undefined
      ? []
      : [fact("profile", "ends after", `${count(profile.operationCount)} operations`)]),
    ...(profile.operationsPerIteration === undefined
      ? []
      : [fact("profile", "operations in a k6 iteration", count(profile.operationsPerIteration))]),
  ];
}

const phaseWords = { warmup: "warm-up", measure: "measured", cooldown: "cool-down" } as const;

/** `10 s warm-up at 500/s, 1 min measured at 500/s`. */
function loadText(segments: readonly Segment[]): string {
  return (["warmup", "measure", "cooldown"] as const)
    .flatMap((phase) => {
      const own = segments.filter((segment) => segment.phase === phase);
      if (own.length === 0) return [];
      const seconds = own.reduce((sum, segment) => sum + segment.seconds, 0);
      const ends = own.flatMap((segment) => (segment.rate ? [segment.rate.from, segment.rate.to] : []));
      const [low, high] = [Math.min(...ends), Math.max(...ends)];
      const at = ends.length === 0 ? "" : low === high ? ` at ${rate(low)}/s` : ` at ${rate(low)} to ${rate(high)}/s`;
      return [`${duration(seconds)} ${phaseWords[phase]}${at}`];
    })
    .join(", ");
}

function targetFacts(run: RunFile): SetupFact[] {
  const { system, url, mode, server } = run.target;
  // It has another port each time, which says nothing.
  const embedded = wasEmbedded(run);
  const [, host = ""] = /^[a-z0-9.+-]+:\/\/(?:[^@/?]*@)?([^:/?]*)/i.exec(url) ?? [];
  return [
    fact("target", "system", system),
    fact("target", "host", embedded ? "embedded PostgreSQL" : host),
    fact("target", "protocol mode", mode),
    aside("target", "URL", embedded ? "embedded PostgreSQL" : url),
    fact("server", "version", [server.product, server.version].filter((part) => part !== "").join(" ")),
    aside("server", "connections of others before the run", count(server.usedConnections)),
  ];
}

function settingFacts({ target }: RunFile): SetupFact[] {
  const place = (name: string) => (durability.includes(name) ? durability.indexOf(name) : durability.length);
  return Object.entries(target.server.settings)
    .sort(([a], [b]) => place(a) - place(b))
    .map(([name, value]) => fact("settings", name, value === "" ? "(empty)" : value));
}

function hostFacts({ host }: RunFile): SetupFact[] {
  return [
    fact("host", "processor", host.cpuModel),
    fact("host", "cores", String(host.cores)),
    fact("host", "memory", bytes(host.memoryBytes)),
    fact("host", "architecture", host.architecture),
    fact("host", "operating system", host.os),
    fact("host", "kernel", host.kernel),
  ];
}

function topologyFacts({ topology }: RunFile): SetupFact[] {
  const { workers, connections, connectionCount, depth, instances } = topology;
  return [
    fact("topology", "workers", count(workers)),
    fact(
      "topology",
      "connections",
      `${count(connectionCount)}, ${connections === "pool" ? "shared by all workers" : "one for each worker"}`,
    ),
    fact("topology", "requests in flight on a connection", String(depth)),
    fact("topology", "instances", String(instances)),
  ];
}

function softwareFacts({ software, metrics }: RunFile): SetupFact[] {
  return [
    aside("software", "dbmark", software.dbmark),
    aside("software", "revision", software.gitRevision),
    aside("software", "k6", software.k6),
    aside("software", "Go", software.go),
    aside("software", "driver", `${software.driver.name} ${software.driver.version}`),
    aside("software", "metrics of k6", metrics),
  ];
}

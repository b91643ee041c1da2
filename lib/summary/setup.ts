/** The part of the summary that says what ran where, and what it cost. */

import type { Connections, ProcessResources, RunFile } from "../schema/run.generated.ts";
import { labelled } from "./layout.ts";
import type { Palette } from "./palette.ts";
import { bytes, cores, count, duration, latency, rate, share } from "./units.ts";

/** What ran where and what it cost: labels and texts; a text that is undefined or empty has nothing to say. */
export function setupFacts(run: RunFile): [label: string, text: string | undefined][] {
  return [
    ["Data set", loadText(run)],
    ["Connections", connectionText(run)],
    ["Harness", `${processText(run.resources.harness)}${lagText(run)}`],
    ["Headroom", headroomText(run)],
    [
      "Server",
      run.resources.server === null ? undefined : `${processText(run.resources.server)}, ${run.resources.server.label}`,
    ],
    ["Books", booksText(run)],
    ["Host", hostText(run)],
    ["Digest", digestText(run)],
  ];
}

/** Lines of a label and a text, such as `Harness      0.25 cores …`. */
export function setupLines(run: RunFile, path: string | undefined, palette: Palette): string[] {
  const lines: string[] = [];
  const name: [string, string] = path === undefined ? ["Run", run.id] : ["Result", path];
  for (const [label, text] of [...setupFacts(run), name]) {
    if (text === undefined || text === "") continue;
    // A path is never broken: it is there to be copied.
    lines.push(...labelled(label, text, palette, label === "Result"));
  }
  return lines;
}

function loadText({ load }: RunFile): string | undefined {
  if (load === null) return undefined;
  const reason = load.reason === "" ? "" : `: ${load.reason}`;
  if (load.reused) return `${count(load.rows)} rows, reused${reason}`;
  return `${count(load.rows)} rows loaded in ${duration(load.seconds)}, ${rate(load.rowsPerSecond)} rows/s over ${plural(load.connections, "connection")}${reason}`;
}

function connectionText({ topology, connections: became }: RunFile): string {
  const { workers, connections, connectionCount, depth, instances } = topology;
  const kind = connections === "per-worker" ? "one per worker" : "a shared pool";
  const flight = `up to ${plural(connectionCount * depth, "request")} in flight`;
  const split = instances > 1 ? `, ${instances} instances` : "";
  return `${plural(workers, "worker")}, ${plural(connectionCount, "connection")} (${kind}), ${flight}${split}${waitText(became)}`;
}

/** What the connections cost: waiting for one of the pool, and opening lost ones again. */
function waitText(became: Connections | null): string {
  if (became === null) return "";
  const { poolWait, reconnects } = became;
  const waited =
    poolWait === null || poolWait.mean === null
      ? ""
      : `, waited for one ${latency(poolWait.mean)} on average, ${latency(poolWait.max)} at most`;
  return `${waited}${reconnects > 0 ? `, ${plural(reconnects, "lost connection")} opened again` : ""}`;
}

function processText({ cpuAverage, cpuMaximum, memoryMaximumBytes }: ProcessResources): string {
  const cpu =
    cpuAverage === null ? "CPU not known" : `${cores(cpuAverage)} cores on average, ${cores(cpuMaximum)} at most`;
  const memory = memoryMaximumBytes === null ? "memory not known" : `${bytes(memoryMaximumBytes)} of memory at most`;
  return `${cpu}, ${memory}`;
}

function lagText({ totals }: RunFile): string {
  const { lag } = totals.measure;
  if (lag.count === 0) return "";
  return lag.p99 === null ? `, lag p95 ${latency(lag.p95)}` : `, lag p99 ${latency(lag.p99)}`;
}

/** What the harness itself could do, so that a reader sees whether the figures are about the target. */
function headroomText({ ceiling }: RunFile): string | undefined {
  if (ceiling === null) return undefined;
  const each =
    ceiling.operationsPerIteration === null ? "" : ` with ${count(ceiling.operationsPerIteration)} in a k6 iteration`;
  const used = ceiling.share === null ? "" : `: ${shareText(ceiling.share)} used`;
  return `the harness could do ${rate(roughly(ceiling.operationsPerSecond))} operations/s here${each}${used}`;
}

/** A share of what is estimated: below a thousandth, how much does not matter. */
function shareText(used: number): string {
  return used < 0.001 ? "less than 0.1 %" : share(roughly(used));
}

/** Two digits of a figure that is good for no more. */
function roughly(value: number): number {
  return Number(value.toPrecision(2));
}

function booksText({ books }: RunFile): string | undefined {
  return books
    .map(({ operation, acknowledged, unknown, held, balanced, removes }) => {
      const uncertain = unknown > 0 ? `, ${count(unknown)} of unknown outcome` : "";
      const what = removes ? "rows gone from the target" : "held by the target";
      const found = held === null ? "not counted on the target" : `${count(held)} ${what}`;
      return `${operation}, whole run: ${count(acknowledged)} acknowledged${uncertain}, ${found}${balanced ? "" : " — NOT BALANCED"}`;
    })
    .join("; ");
}

function hostText({ host }: RunFile): string {
  return [
    host.cpuModel,
    host.cores > 0 ? plural(host.cores, "core") : "",
    host.memoryBytes > 0 ? bytes(host.memoryBytes) : "",
    host.os,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function digestText({ digest, seed }: RunFile): string | undefined {
  if (digest === null) return undefined;
  const caveat = digest.comparable ? "" : `; not comparable${digest.reason === undefined ? "" : `: ${digest.reason}`}`;
  return `${digest.value} of ${plural(digest.operations, "operation")} (whole run), seed ${seed}${caveat}`;
}

function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

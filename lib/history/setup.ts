/** What a run measured, in a few facts: runs that agree in all of them can stand in one line over time. For Node: it makes hashes. */

import { createHash } from "node:crypto";
import { setupFactsOf } from "../comparison/setup-facts.ts";
import { wasEmbedded } from "../result/embedded-server.ts";
import type { Fact } from "../schema/history.generated.ts";
import type { RunFile } from "../schema/run.generated.ts";
import { count, duration, rate } from "../summary/units.ts";

/** Settings that decide what a commit is worth: figures with and without them are figures of different things. */
const durability = ["fsync", "synchronous_commit", "full_page_writes"];

/**
 * What has to be equal for two runs to be comparable.
 * @param variant what an experiment changed that the run's file does not show; empty: nothing.
 */
export function setupOf(run: RunFile, variant = ""): Fact[] {
  const { suite, target, workload, profile, topology, host, seed } = run;
  const facts: [what: string, text: string, hashed?: unknown][] = [
    ["suite", suite.name],
    ["system", target.system],
    ["workload", workload.description.replace(/\.$/, ""), measuredWorkload(run)],
    ["profile", profileText(run), { ...profile, description: null }],
    ["seed", String(seed)],
    ["target", targetText(run)],
    ["statements", target.mode],
    ["connections", connectionsText(topology)],
    ["durability", durabilityText(target.server.settings)],
    ["host", `${host.cpuModel}, ${host.cores} cores, ${host.architecture}`],
    ["variant", variant],
  ];
  return facts
    .filter(([, text]) => text !== "")
    .map(([what, text, hashed]) => ({ what, text, hash: hashed === undefined ? "" : hashOf(hashed) }));
}

/** Facts of a run that are around it, by their group; of some groups only these. */
const around: Record<string, readonly string[] | "all"> = {
  server: ["version"],
  settings: "all",
  host: ["memory", "operating system", "kernel"],
  software: "all",
};

/** What may be another in each of them, and may be why their figures are: versions, settings, the rest of the machine. */
export function surroundingsOf(run: RunFile): Record<string, string> {
  const facts = setupFactsOf(run).filter(({ group, what }) => around[group] === "all" || around[group]?.includes(what));
  return Object.fromEntries(
    facts.map(({ group, what, text }) => [group === "server" ? `${group} ${what}` : what, text]),
  );
}

/** The workload without words, limits and what its pools held: a table that grows is measured on. */
function measuredWorkload({ workload }: RunFile): unknown {
  return {
    ...workload,
    description: null,
    slo: null,
    operations: workload.operations.map((operation) => ({ ...operation, description: null, slo: null })),
    pools: (workload.pools ?? []).map(({ name, statement }) => ({ name, statement })),
  };
}

function profileText({ profile }: RunFile): string {
  const measured = profile.segments.filter(({ phase }) => phase === "measure");
  const seconds = measured.reduce((sum, segment) => sum + segment.seconds, 0);
  const highest = Math.max(...measured.map(({ rate }) => (rate ? Math.max(rate.from, rate.to) : 0)));
  return [
    profile.name,
    profile.loop === "open" ? `up to ${rate(highest)}/s` : "closed loop",
    profile.operationCount === undefined ? duration(seconds) : `${count(profile.operationCount)} operations`,
  ].join(", ");
}

/** Where it is; the database as well where the data in it are not dbmark's own. */
function targetText(run: RunFile): string {
  const { system, url } = run.target;
  if (wasEmbedded(run)) return "embedded PostgreSQL";
  const [, authority = "", path = ""] = /^[a-z0-9.+-]+:\/\/([^/?]*)([^?]*)/i.exec(url) ?? [];
  return `${system}://${authority.replace(/^.*@/, "")}${run.workload.dataSet === undefined ? path : ""}`;
}

function connectionsText({ workers, connections, connectionCount, depth, instances }: RunFile["topology"]): string {
  return [
    `${count(workers)} ${workers === 1 ? "worker" : "workers"}`,
    connections === "pool" ? `a pool of ${count(connectionCount)}` : "each its own",
    ...(depth > 1 ? [`${depth} in flight on each`] : []),
    ...(instances > 1 ? [`${instances} instances`] : []),
  ].join(", ");
}

function durabilityText(settings: Record<string, string>): string {
  return durability
    .filter((name) => settings[name] !== undefined)
    .map((name) => `${name} ${settings[name]}`)
    .join(", ");
}

/** Eight hexadecimal digits of the content, whatever the order of its keys. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 8);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** The machines that instances ran on: several instances on one share its processors, and count them once. */

import type { Ceiling, Host } from "../schema/run.generated.ts";
import type { Part } from "./instance-runs.ts";

/** A machine with its instances. */
export interface Machine {
  parts: [Part, ...Part[]];
  /** Processors that its instances together may use. */
  cores: number;
}

/** Machines in the order of their first instances. One that is not known by a name of its own is nobody else's. */
export function machinesOf(parts: readonly Part[]): Machine[] {
  const groups = new Map<string, [Part, ...Part[]]>();
  for (const part of parts) {
    const key = part.run.host.machine ?? `unknown ${part.path}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [part]);
    else group.push(part);
  }
  return [...groups.values()].map((group) => {
    const each = group.map(({ run }) => run.host.cores);
    const sum = each.reduce((total, cores) => total + cores, 0);
    const processors = group[0].run.host.processors ?? Math.max(...each);
    return { parts: group, cores: Math.min(sum, processors) };
  });
}

/** The machines as one host: processors and memory summed, what they have in common or each has for itself in words. */
export function hostOf(machines: readonly Machine[]): Host {
  const hosts = machines.map(({ parts: [first] }) => first.run.host);
  const words = (name: "cpuModel" | "kernel" | "os" | "architecture") =>
    [...new Set(hosts.map((host) => host[name]))].filter((text) => text !== "").join(" and ");
  const [first] = hosts;
  return {
    cpuModel: words("cpuModel"),
    cores: machines.reduce((sum, { cores }) => sum + cores, 0),
    memoryBytes: hosts.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    kernel: words("kernel"),
    os: words("os"),
    architecture: words("architecture"),
    ...(machines.length === 1 && first?.machine !== undefined ? { machine: first.machine } : {}),
    ...(hosts.every(({ processors }) => processors !== undefined)
      ? { processors: hosts.reduce((sum, { processors }) => sum + (processors ?? 0), 0) }
      : {}),
  };
}

/**
 * What all instances together could do. Each measured, when no other one on its machine did, what one process can do with its workers on the processors
 * that it may use: the highest of them for a processor, times the processors that all their workers can use; summed over machines.
 * @param highestRate operations per second of the merged run, in its busiest second where the load changes.
 */
export function ceilingOf(machines: readonly Machine[], highestRate: number): Ceiling | null {
  const best = machines.flatMap(({ parts, cores }) => {
    const known = parts.flatMap(({ run: { ceiling, host } }) => (ceiling === null ? [] : [{ ceiling, host }]));
    const [first] = known;
    if (first === undefined) return [];
    const workers = known.reduce((sum, { ceiling }) => sum + ceiling.workers, 0);
    const each = known.map(({ ceiling, host }) => ceiling.operationsPerSecond / Math.min(ceiling.workers, host.cores));
    return [{ ...first.ceiling, operationsPerSecond: Math.max(...each) * Math.min(workers, cores) }];
  });
  const [first] = best;
  if (first === undefined || best.length < machines.length) return null;
  const operationsPerSecond = best.reduce((sum, ceiling) => sum + ceiling.operationsPerSecond, 0);
  const between = best.flatMap(({ betweenIterations }) => betweenIterations ?? []);
  return {
    operationsPerSecond,
    workers: best.reduce((sum, { workers }) => sum + workers, 0),
    operationsPerIteration: first.operationsPerIteration,
    betweenIterations: between.length === 0 ? null : Math.max(...between),
    seconds: Math.max(...best.map(({ seconds }) => seconds)),
    share: highestRate > 0 && operationsPerSecond > 0 ? highestRate / operationsPerSecond : null,
  };
}

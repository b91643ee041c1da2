/** What ran on what: workload, profile, data, target, host, software; and what it used. */

import type { RunFile } from "../../schema/run.generated.ts";
import { setupFacts } from "../../summary/setup.ts";
import { bytes, cores, count, duration, rate } from "../../summary/units.ts";
import { Facts, Table } from "../table.tsx";
import { phaseName } from "./schedule.ts";

/** How the data set came to be there. */
export function Load({ run: { load } }: { run: RunFile }) {
  if (load === null) return <p>The run loaded no data set.</p>;
  return (
    <Facts
      facts={[
        ["Rows", count(load.rows)],
        ["Loaded", load.reused ? "no: the target held it already" : `in ${duration(load.seconds)}`],
        ["Rows per second", load.rowsPerSecond === null ? undefined : rate(load.rowsPerSecond)],
        ["Connections", load.reused ? undefined : count(load.connections)],
        ["Why", load.reason],
      ]}
    />
  );
}

/** What the processes used in the measured phase. */
export function Resources({ run: { resources, host } }: { run: RunFile }) {
  const row = (name: string, used: NonNullable<RunFile["resources"]["server"]> | RunFile["resources"]["harness"]) => [
    name,
    cores(used.cpuAverage),
    cores(used.cpuMaximum),
    bytes(used.memoryAverageBytes),
    bytes(used.memoryMaximumBytes),
  ];
  return (
    <Table
      caption="Resources in the measured phase"
      hideCaption
      columns={[
        { heading: "process", text: true },
        { heading: "cores, average" },
        { heading: "cores, most" },
        { heading: "memory, average" },
        { heading: "memory, most" },
      ]}
      rows={[
        row("load generator", resources.harness),
        ...(resources.server === null ? [] : [row(`server (${resources.server.label})`, resources.server)]),
      ]}
      note={[
        host.cores > 0 ? `The load generator may use ${count(host.cores)} cores.` : "",
        resources.server === null ? "The server's processes could not be seen: it is on another host." : "",
      ]
        .filter(Boolean)
        .join(" ")}
    />
  );
}

/** What the server, or another tool, says of itself: any object, as names and values. */
export function Statistics({ statistics }: { statistics: Readonly<Record<string, unknown>> }) {
  return (
    <dl>
      {Object.entries(statistics).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{plain(value) ?? <pre>{JSON.stringify(value, null, 2)}</pre>}</dd>
        </div>
      ))}
    </dl>
  );
}

function plain(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : String(value);
  return typeof value === "string" || typeof value === "boolean" ? String(value) : undefined;
}

/** All that was set up. `workload`: its operations with their statements, as text. */
export function Setup({ run, workload }: { run: RunFile; workload: string }) {
  const { target, host, software, profile, topology } = run;
  const { server } = target;
  const left = new Set(["Data set", "Harness", "Server", "Host"]);
  return (
    <>
      <Facts
        facts={[
          ["Target", `${target.url} (${target.system})`],
          ["Server", [server.product, server.version].filter(Boolean).join(" ")],
          ["How statements are sent", target.mode],
          ["Server's connections", connectionsOf(server)],
          ...setupFacts(run).filter(([label]) => !left.has(label)),
          ["Instances", topology.instances > 1 ? count(topology.instances) : undefined],
          ["Seed", String(run.seed)],
          ["Load generator's host", hostOf(host)],
          [
            "Software",
            `dbmark ${software.dbmark} (${software.gitRevision}), k6 ${software.k6}, ${software.go}, ${software.driver.name} ${software.driver.version}`,
          ],
          ["k6 metrics", `${run.metrics}, test ${run.testid}`],
          ["Run", run.id],
          ["Ended", `${run.finishedAt}, ${run.status}`],
        ]}
      />
      <Table
        caption={`Load profile ${profile.name}: ${profile.description}`}
        columns={[
          { heading: "phase", text: true },
          { heading: "part", text: true },
          { heading: "length" },
          { heading: "operations per second" },
          { heading: "workers" },
        ]}
        rows={profile.segments.map(({ phase, part, seconds, rate: perSecond, workers }) => [
          phaseName(phase),
          part ?? "",
          duration(seconds),
          perSecond === undefined ? "as answered" : fromTo(perSecond, rate),
          fromTo(workers, count),
        ])}
        note={
          profile.operationCount === undefined
            ? undefined
            : `It ends after ${count(profile.operationCount)} operations.`
        }
      />
      <Named caption="Variables that were set" names={run.variables} />
      {Object.keys(server.settings).length === 0 ? null : (
        <details class="part">
          <summary>Settings of the server</summary>
          <Named caption="Settings of the server that matter when figures are compared" names={server.settings} />
        </details>
      )}
      <details class="part">
        <summary>Workload: operations and their statements</summary>
        <pre>{workload}</pre>
      </details>
    </>
  );
}

function Named({ caption, names }: { caption: string; names: Readonly<Record<string, string>> }) {
  const rows = Object.entries(names);
  if (rows.length === 0) return null;
  return (
    <Table
      caption={caption}
      columns={[
        { heading: "name", text: true },
        { heading: "value", text: true, wrap: true },
      ]}
      rows={rows}
    />
  );
}

function connectionsOf({ maximumConnections, usedConnections }: RunFile["target"]["server"]): string | undefined {
  if (maximumConnections === 0) return undefined;
  return `${count(maximumConnections)} allowed, ${count(usedConnections)} in use before the run`;
}

function hostOf(host: RunFile["host"]): string {
  return [
    host.cpuModel,
    host.cores > 0 ? `${count(host.cores)} cores` : "",
    host.memoryBytes > 0 ? bytes(host.memoryBytes) : "",
    host.os,
    host.kernel,
    host.architecture,
  ]
    .filter(Boolean)
    .join(", ");
}

function fromTo({ from, to }: { from: number; to: number }, show: (value: number) => string): string {
  return from === to ? show(from) : `${show(from)} → ${show(to)}`;
}

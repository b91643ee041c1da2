// The two clients: dbmark as a user of plain k6 runs it, and the plain client in Node.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { BuildError } from "../../build/command.mjs";
import { installationFolder, k6Binary, scriptBundle } from "../../cli/installation.ts";
import type { TestSpacetimedb } from "../../e2e/spacetimedb-server.ts";
import { readRun } from "../../lib/result/read-run.ts";
import { measure } from "../running/measured-process.ts";
import type { Cell, Contender, Length, Outcome, Protocol } from "./cells.ts";

const protocolVariables: Record<Protocol, Record<string, string>> = {
  http: { USE_WEBSOCKET: "false" },
  json: { SPACETIME_ENCODING: "json" },
  bsatn: { SPACETIME_ENCODING: "bsatn" },
};

/** dbmark: `bin/k6 run dist/spacetimedb.js`, in slices of a second. Its run folders go below `results`. */
export function dbmark(server: TestSpacetimedb, results: string): Contender {
  return {
    name: "dbmark",
    async run(cell: Cell, length: Length): Promise<Outcome> {
      const variables: Record<string, string> = {
        SCENARIO: "counter",
        ...protocolVariables[cell.protocol],
        LOAD_PROFILE: "max",
        LOAD_WORKERS: String(cell.connections),
        DEPTH: String(cell.inFlight),
        // Users are not called upon in this scenario.
        ROWS: "1",
        ...{ SLO_P95: "none", SLO_P99: "none", SLO_ERROR_RATE: "none" },
        ...(length === "start-up"
          ? { OPERATION_COUNT: String(cell.connections) }
          : // Without a warm-up: the other client counts from its first call on.
            { STEADY_STATE_DURATION: `${length.seconds}s`, WARMUP_DURATION: "0s" }),
      };
      const set = Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
      const before = new Set(readdirSync(results));
      const script = scriptBundle("spacetimedb");
      const measured = await measure(k6Binary, ["run", "--quiet", "--no-usage-report", ...set, script], {
        DBMARK_TARGET: `${server.url.replace("//", `//:${server.token}@`)}?compression=none`,
        DBMARK_RESULTS: results,
        NO_COLOR: "1",
      });
      const [name, ...more] = readdirSync(results).filter((run) => !before.has(run));
      if (name === undefined || more.length > 0) throw new BuildError(`dbmark left ${more.length} runs, or none`);
      const { run, folder } = readRun(join(results, name));
      const { all } = run.totals.measure;
      const seconds = run.phases.find((phase) => phase.name === "measure")?.seconds ?? Number.NaN;
      const unbalanced = run.books.filter(({ balanced }) => !balanced);
      if (
        run.status !== "complete" ||
        all.failed > 0 ||
        all.undone > 0 ||
        run.books.length === 0 ||
        unbalanced.length > 0
      )
        throw new BuildError(`dbmark's run is not good: ${JSON.stringify({ status: run.status, all, unbalanced })}`);
      return {
        calls: all.operations,
        throughput: all.operations / seconds,
        cpuSeconds: measured.cpuSeconds,
        maximumMemoryBytes: measured.maximumMemoryBytes,
        p50: Math.round((all.service.p50 ?? Number.NaN) * 1000),
        details: { run: folder, reasons: run.validity.reasons },
      };
    },
  };
}

/** The yardstick: `node-client.mjs`. What it says was committed is what the server holds. */
export function nodeClient(server: TestSpacetimedb): Contender {
  return {
    name: "Node",
    async run(cell: Cell, length: Length): Promise<Outcome> {
      await server.reset();
      const order = {
        host: server.host,
        database: "benchmark",
        ...cell,
        ...(length === "start-up" ? { calls: cell.connections } : { seconds: length.seconds }),
      };
      const program = join(installationFolder, "bench", "spacetimedb", "node-client.mjs");
      const measured = await measure(process.execPath, [program, JSON.stringify(order)], {
        NODE_CLIENT_TOKEN: server.token,
        NODE_ENV: "production",
      });
      const told: Pick<Outcome, "calls" | "throughput" | "p50"> = JSON.parse(measured.stdout);
      const held = await server.sum("SELECT value FROM counters");
      if (held !== told.calls)
        throw new BuildError(`the Node client counted ${told.calls} calls, and the server holds ${held}`);
      return { ...told, cpuSeconds: measured.cpuSeconds, maximumMemoryBytes: measured.maximumMemoryBytes };
    },
  };
}

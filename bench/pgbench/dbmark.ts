// dbmark as a user of plain k6 runs it: bin/k6 with the bundle of the suite tpcb, on the tables that pgbench made.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { BuildError } from "../../build/command.mjs";
import { k6Binary, scriptBundle } from "../../cli/installation.ts";
import { readRun } from "../../lib/result/read-run.ts";
import { measure } from "../running/measured-process.ts";
import { type Bank, type Cell, type Contender, depth, type Length, type Outcome, urlOf } from "./contender.ts";

/** dbmark in slices of a second or, as another contender, with one operation in each iteration of k6. Its run folders go below `results`. */
export function dbmark(kind: "dbmark" | "dbmark-1", bank: Bank, results: string): Contender {
  return {
    name: kind,
    loads: kind === "dbmark" ? ["select", "tpcb", "pipeline"] : ["select"],
    async run(cell: Cell, length: Length): Promise<Outcome> {
      const variables: Record<string, string> = {
        LOAD_PROFILE: "max",
        LOAD_WORKERS: String(cell.clients),
        DATA: "existing",
        OPERATIONS: cell.load === "tpcb" ? "tpcb" : "select",
        SLO_P95: "none",
        SLO_P99: "none",
        SLO_ERROR_RATE: "none",
        ...(length === "start-up"
          ? { OPERATION_COUNT: String(cell.clients) }
          : // Without a warm-up: pgbench counts from its first transaction on.
            { STEADY_STATE_DURATION: `${length.seconds}s`, WARMUP_DURATION: "0s" }),
        ...(cell.load === "pipeline" && { DEPTH: String(depth) }),
        ...(kind === "dbmark-1" && { OPERATIONS_PER_ITERATION: "1" }),
      };
      const set = Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
      const before = new Set(runsIn(results));
      const measured = await measure(k6Binary, ["run", "--quiet", "--no-usage-report", ...set, scriptBundle("tpcb")], {
        DBMARK_TARGET: urlOf(bank),
        DBMARK_RESULTS: results,
        DBMARK_ALLOW_WRITES: "1",
        NO_COLOR: "1",
      });
      const [name, ...more] = runsIn(results).filter((run) => !before.has(run));
      if (name === undefined || more.length > 0) throw new BuildError(`dbmark left ${more.length} runs, or none`);
      const { run, folder } = readRun(join(results, name));
      const { all } = run.totals.measure;
      const seconds = run.phases.find((phase) => phase.name === "measure")?.seconds ?? Number.NaN;
      const unbalanced = run.books.filter(({ balanced }) => !balanced);
      if (run.status !== "complete" || all.failed > 0 || all.undone > 0 || unbalanced.length > 0) {
        throw new BuildError(`dbmark's run is not good: ${JSON.stringify({ status: run.status, all, unbalanced })}`);
      }
      return {
        operations: all.operations,
        throughput: all.operations / seconds,
        cpuSeconds: measured.cpuSeconds,
        maximumMemoryBytes: measured.maximumMemoryBytes,
        details: { run: folder, reasons: run.validity.reasons },
      };
    },
  };
}

function runsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

// k6 with xk6-sql, with either of Go's drivers for PostgreSQL.

import { join } from "node:path";
import { BuildError } from "../../build/command.mjs";
import { installationFolder } from "../../cli/installation.ts";
import { goProgram } from "../running/go-program.ts";
import { measure } from "../running/measured-process.ts";
import { type Bank, type Cell, type Contender, type Length, type Outcome, urlOf } from "./contender.ts";

/** xk6-sql with pgx, whose default is to prepare statements, or with lib/pq, which parses them each time. */
export function xk6Sql(driver: "pgx" | "pq", bank: Bank): Contender {
  return {
    name: `xk6-sql-${driver}`,
    loads: ["select"],
    async run(cell: Cell, length: Length): Promise<Outcome> {
      const variables = {
        DRIVER: driver === "pgx" ? "pgx" : "postgres",
        VUS: String(cell.clients),
        ACCOUNTS: String(bank.scale * 100_000),
        URL: urlOf(bank),
        ...(length === "start-up" ? { ITERATIONS: "1" } : { SECONDS: String(length.seconds) }),
      };
      const measured = await measure(
        await goProgram("xk6-sql"),
        [
          "run",
          "--quiet",
          "--no-usage-report",
          "--no-color",
          join(installationFolder, "bench", "xk6-sql", "select.js"),
        ],
        { ...variables, K6_AUTO_EXTENSION_RESOLUTION: "false" },
      );
      const line = measured.stdout.split("\n").find((text) => text.startsWith("{"));
      if (line === undefined) throw new BuildError(`xk6-sql wrote no result:\n${measured.stdout}`);
      const { iterations, milliseconds } = JSON.parse(line);
      const seconds = length === "start-up" ? milliseconds / 1000 : length.seconds;
      return {
        operations: iterations,
        throughput: iterations / seconds,
        cpuSeconds: measured.cpuSeconds,
        maximumMemoryBytes: measured.maximumMemoryBytes,
        details: { milliseconds },
      };
    },
  };
}

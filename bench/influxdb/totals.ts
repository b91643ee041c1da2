// The totals of a run as its file has them, and as an InfluxDB that it wrote to has them.

import type { RunFile } from "../../lib/result/index.ts";
import type { InfluxdbServer } from "./server.ts";

/** Sums by `metric phase operation`, for errors with the kind behind it. */
export type Totals = Record<string, number>;

const counters = {
  transactions_total: "operations",
  records_read_total: "rowsRead",
  records_written_total: "rowsWritten",
  bytes_read_total: "bytesRead",
  bytes_written_total: "bytesWritten",
} as const;
const times = { latency_ms_bucket: "service", response_time_ms_bucket: "response" } as const;
const phases = ["warmup", "measure", "cooldown"] as const;

/** The file's totals, and for each bucket metric how many times its histogram holds. What is 0 has no point, and is left out. */
export function totalsInFile(run: RunFile): Totals {
  const totals: Totals = {};
  for (const phase of phases) {
    for (const operation of run.totals[phase]?.operations ?? []) {
      const put = (metric: string, value: number, error = "") => {
        if (value > 0) totals[[metric, phase, operation.name, error].join(" ").trim()] = value;
      };
      for (const [metric, key] of Object.entries(counters)) put(metric, operation[key]);
      for (const [metric, key] of Object.entries(times)) put(metric, operation[key].count);
      put("transaction_retries_total", operation.attempts - operation.operations);
      for (const [kind, count] of Object.entries(operation.errors)) put("transaction_errors_total", count ?? 0, kind);
    }
  }
  return totals;
}

/** The same of one run's points in a database. */
export async function totalsInInfluxdb(server: InfluxdbServer, database: string, testid: string): Promise<Totals> {
  const metrics = [...Object.keys(counters), ...Object.keys(times), "transaction_retries_total"];
  const sums = await server.query(
    database,
    [
      `SELECT sum(value) FROM ${metrics.join(", ")} WHERE testid = '${testid}' GROUP BY phase, operation`,
      `SELECT sum(value) FROM transaction_errors_total WHERE testid = '${testid}' GROUP BY phase, operation, error`,
    ].join("; "),
  );
  const totals: Totals = {};
  for (const { name, tags = {}, values } of sums) {
    const { phase, operation, error = "" } = tags;
    totals[[name, phase, operation, error].join(" ").trim()] = Number(values[0]?.[1]);
  }
  return totals;
}

/** How many points a database holds. Each point of a measurement has all of its fields. */
export async function pointsInInfluxdb(server: InfluxdbServer, database: string): Promise<number> {
  const counts = await server.query(database, "SELECT count(*) FROM /.*/");
  return counts.reduce((sum, { values }) => sum + Math.max(...(values[0] ?? []).slice(1).map(Number)), 0);
}

/** Operations of all phases. */
export function operationsOf(totals: Totals): number {
  return Object.entries(totals)
    .filter(([key]) => key.startsWith("transactions_total "))
    .reduce((sum, [, value]) => sum + value, 0);
}

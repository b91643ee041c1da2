// npm run bench:influxdb: is everything that runs measure in InfluxDB afterwards, once? For as long as users run. The short form is in
// e2e/influxdb.systems.test.ts.

import { flatOut, missing, type Outcome, restart, steady, write } from "./influxdb/scenarios.ts";
import { InfluxdbServer } from "./influxdb/server.ts";
import { operationsOf } from "./influxdb/totals.ts";
import { BenchmarkError, benchmark, numberOption, parseOptions, writeMeasured } from "./running/benchmark.ts";

const usage = "Options: --minutes 10 --rate 5000 --seconds 60 --away 10";

function read(args: string[]) {
  const values = parseOptions(
    args,
    {
      minutes: { type: "string", default: "10" },
      rate: { type: "string", default: "5000" },
      seconds: { type: "string", default: "60" },
      away: { type: "string", default: "10" },
    },
    usage,
  );
  const rate = Number(values.rate);
  const rates = [100, 200, 500, 1000, 2000, 5000];
  if (!rates.includes(rate))
    throw new BenchmarkError(`--rate is "${values.rate}"; it takes one of ${rates.join(", ")}`);
  const seconds = numberOption("seconds", values.seconds, { from: 3, to: 3600 });
  return {
    minutes: numberOption("minutes", values.minutes, { from: 0.05, to: 1000 }),
    rate,
    seconds,
    // It comes back before the run ends.
    away: numberOption("away", values.away, { from: 0, to: seconds / 2 }),
  };
}

/** One line of the table. */
interface Row {
  scenario: string;
  operationsInFile: number;
  operationsInInfluxdb: number;
  pointsWritten: number;
  pointsInInfluxdb: number;
  pointsLost: number;
  wrong: string[];
}

function rowOf(outcome: Outcome): Row {
  const sum = (of: (run: Outcome["runs"][number]) => number) => outcome.runs.reduce((all, run) => all + of(run), 0);
  // Runs of the same testid have the same points in InfluxDB.
  const apart = new Map(outcome.runs.map((run) => [run.run.testid, run]));
  return {
    scenario: outcome.scenario,
    operationsInFile: sum(({ inFile }) => operationsOf(inFile)),
    operationsInInfluxdb: [...apart.values()].reduce((all, { inInfluxdb }) => all + operationsOf(inInfluxdb), 0),
    pointsWritten: sum(({ written }) => written),
    pointsInInfluxdb: outcome.points,
    pointsLost: sum(({ lost }) => lost),
    wrong: missing(outcome),
  };
}

/** Runs the scenarios, and prints what is in the files beside what is in InfluxDB. */
export function main(args: string[]): Promise<number> {
  return benchmark("influxdb", async () => {
    const { minutes, rate, seconds, away } = read(args);
    const startedAt = new Date();
    const server = await InfluxdbServer.start();
    const rows: Row[] = [];
    const add = (outcome: Outcome) => {
      const row = rowOf(outcome);
      rows.push(row);
      const cells = [
        row.operationsInFile,
        row.operationsInInfluxdb,
        row.pointsWritten,
        row.pointsInInfluxdb,
        row.pointsLost,
      ].map((cell) => cell.toLocaleString("en-US"));
      process.stdout.write(`| ${[row.scenario, ...cells].join(" | ")} |\n`);
      for (const problem of row.wrong) process.stdout.write(`  WRONG: ${problem}\n`);
    };
    try {
      process.stdout.write(
        "| scenario | operations in run.json | in InfluxDB | points written | in InfluxDB | lost |\n| --- | --- | --- | --- | --- | --- |\n",
      );
      add(await write(server, `${minutes} min at ${rate} a second`, steady(rate, Math.round(minutes * 60))));
      const all = { METRICS: "operations" };
      add(await write(server, `${seconds} s at 1000 a second and a sample for each`, steady(1000, seconds, all)));
      add(await write(server, `${seconds} s flat out`, flatOut(seconds)));
      add(await write(server, `${seconds} s with four runs at once`, steady(500, seconds), { atOnce: 4 }));
      add(await write(server, `${seconds} s of a run by four instances`, { ...steady(500, seconds), instances: 4 }));
      const meanwhile = restart(server, { before: Math.min(10, seconds / 4), away });
      add(
        await write(server, `${seconds} s with InfluxDB away for ${away} s`, steady(Math.min(rate, 1000), seconds), {
          meanwhile,
        }),
      );
    } finally {
      await server.remove();
    }
    const file = writeMeasured("influxdb", startedAt, { minutes, rate, seconds, away, rows });
    process.stdout.write(`\nWritten to ${file}\n`);
    if (rows.some(({ wrong }) => wrong.length > 0))
      throw new BenchmarkError("InfluxDB does not hold what was measured");
  });
}

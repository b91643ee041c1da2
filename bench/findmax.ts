// npm run bench:findmax: the same search again and again on one embedded PostgreSQL. Prints what each found and how much they differ.

import { startEmbeddedPostgres } from "../cli/postgres/embedded-postgres.ts";
import { describeSearch, type Found, printFound } from "./findmax/print.ts";
import { BenchmarkError, benchmark, numberOption, parseOptions, writeMeasured } from "./running/benchmark.ts";
import { runK6 } from "./running/k6.ts";
import { variation } from "./statistics/variation.ts";

const usage = "Options: --searches 10 --step 10 --warmup 2 --start 200 --precision 0.05";

function read(args: string[]) {
  const values = parseOptions(
    args,
    {
      searches: { type: "string", default: "10" },
      step: { type: "string", default: "10" },
      warmup: { type: "string", default: "2" },
      start: { type: "string", default: "200" },
      precision: { type: "string", default: "0.05" },
    },
    usage,
  );
  return {
    searches: Math.floor(numberOption("searches", values.searches, { from: 2, to: 1000 })),
    step: numberOption("step", values.step, { from: 1, to: 3600 }),
    warmup: numberOption("warmup", values.warmup, { from: 0, to: 3600 }),
    start: numberOption("start", values.start, { from: 1, to: 1e7 }),
    precision: numberOption("precision", values.precision, { from: 0.005, to: 0.5 }),
  };
}

/** Searches, prints each, and writes all. */
export function main(args: string[]): Promise<number> {
  return benchmark("findmax", async () => {
    const { searches, ...settings } = read(args);
    const startedAt = new Date();
    const server = await startEmbeddedPostgres({ keep: false });
    try {
      const all: Found[] = [];
      for (let number = 1; number <= searches; number++) {
        const found = await search(server.url, settings);
        all.push(found);
        process.stderr.write(`${number} of ${searches}: ${describeSearch(found)}\n`);
      }
      // Only a target's own limit is compared: what the harness could not send says nothing of it.
      const highest = all.flatMap((one) => (one.conclusion === "found" && one.highest !== null ? [one.highest] : []));
      process.stdout.write(`${printFound(all, highest).join("\n")}\n\n`);
      const file = writeMeasured("findmax", startedAt, { settings, searches: all, ...variation(highest) });
      process.stdout.write(`Written to ${file}\n`);
    } finally {
      await server.stop();
    }
  });
}

async function search(
  target: string,
  { step, warmup, start, precision }: { step: number; warmup: number; start: number; precision: number },
): Promise<Found> {
  const began = performance.now();
  const { run } = await runK6({
    script: "dist/oltp.js",
    environment: {
      DBMARK_TARGET: target,
      LOAD_PROFILE: "findmax",
      STEADY_STATE_DURATION: `${step}s`,
      WARMUP_DURATION: `${warmup}s`,
      FINDMAX_START: String(start),
      FINDMAX_PRECISION: String(precision),
    },
  });
  if (run?.report?.kind !== "findmax") throw new BenchmarkError("a search left no result; run it alone to see why");
  const { conclusion, highest, lowest, broke, reason } = run.report;
  return {
    conclusion,
    highest,
    lowest,
    broke: broke?.message ?? reason ?? "",
    steps: run.steps.map(({ search, reached }) => ({
      load: search?.load ?? 0,
      outcome: search?.outcome ?? "",
      reached,
    })),
    seconds: (performance.now() - began) / 1000,
    busyCores: Math.max(0, ...run.steps.map(({ search }) => (search?.harnessCpu ?? 0) + (search?.serverCpu ?? 0))),
  };
}
